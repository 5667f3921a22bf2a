"""What the bot and the terminal may ask of a running desk: typed commands in, frozen views out."""

from collections.abc import Sequence
from typing import Protocol

from engine.model.account import ClosedTrade
from engine.model.commands import Action
from engine.model.views import (
    Answer,
    LogLine,
    ModeView,
    PnlView,
    RiskView,
    StatusView,
    StrategyView,
    WhyView,
)


class Control(Protocol):
    """The one door between people and the engine. Reads are immediate pictures of the core's state."""

    def status(self) -> StatusView:
        """Everything the status and positions screens show."""

    def risk(self) -> RiskView:
        """Limits with their use, breakers, settings."""

    def strategies(self) -> Sequence[StrategyView]:
        """Every strategy on disk, running or not."""

    def mode(self) -> ModeView:
        """Mode, ceiling, and what LIVE would need."""

    async def pnl(self, period: str) -> PnlView:
        """Results of `24h`, `7d`, `30d` or `all` of market time."""

    async def trades(self, limit: int) -> Sequence[ClosedTrade]:
        """The newest closed trades, newest last."""

    async def why(self, key: str) -> WhyView | None:
        """The decision record of a trade or order."""

    def logs(self, count: int) -> Sequence[LogLine]:
        """The newest log lines, redacted, oldest first."""

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        """Hand a command to the core; returns its answer once the step is on disk."""
