"""What the bot and the terminal may ask of a running desk: typed commands in, frozen views out."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from engine import pictures
from engine.model.account import ClosedTrade
from engine.model.commands import Action
from engine.model.limits import RiskLimits
from engine.model.messages import Command
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
from engine.ports import Archive
from engine.runner import Runner

PERIODS = {"24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000}
"""Periods of the result screen in market ms; `all` is everything."""


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


class Setting(msgspec.Struct, frozen=True):
    """Facts of this run that views show."""

    mode: str
    ceiling: str
    """The highest mode BOT_MODE allows."""
    demo: bool
    venue: str
    limits: RiskLimits
    """As configured, before anything changed in chat."""
    logs: Callable[[int], Sequence[LogLine]]
    monotonic: Callable[[], float]


class DeskControl:
    """Control of a running desk: pictures of its core, commands through its inbox."""

    def __init__(self, runner: Runner, archive: Archive, setting: Setting) -> None:
        self._runner = runner
        self._archive = archive
        self._setting = setting
        self._began = setting.monotonic()

    def status(self) -> StatusView:
        """Everything the status and positions screens show."""
        now = self._setting.monotonic()
        fed = self._runner.fed
        return pictures.status(
            self._runner.core,
            mode=self._setting.mode,
            venue=self._setting.venue,
            feed_age_ms=None if fed is None else int((now - fed) * 1000),
            uptime_ms=int((now - self._began) * 1000),
        )

    def risk(self) -> RiskView:
        """Limits with their use, breakers, settings."""
        return pictures.risk(self._runner.core, self._setting.limits)

    def strategies(self) -> Sequence[StrategyView]:
        """Every strategy of the desk."""
        return pictures.strategies(self._runner.core)

    def mode(self) -> ModeView:
        """Mode, ceiling, and what LIVE would need."""
        s = self._setting
        missing = ["a live broker (this version simulates)"]
        if s.ceiling != "LIVE":
            missing.insert(0, "BOT_MODE=LIVE")
        return ModeView(s.mode, s.ceiling, s.demo, s.venue, tuple(missing))

    async def pnl(self, period: str) -> PnlView:
        """Results of `24h`, `7d`, `30d` or `all` of market time."""
        core = self._runner.core
        span = PERIODS.get(period)
        since = 0 if span is None else core.state.now - span
        trades = await self._archive.trades(since)
        marks = await self._archive.marks(since)
        return pictures.pnl(core, period, since, trades, marks)

    async def trades(self, limit: int) -> Sequence[ClosedTrade]:
        """The newest closed trades, newest last."""
        return await self._archive.trades(limit=limit)

    async def why(self, key: str) -> WhyView | None:
        """The decision record of a trade or order."""
        decided = await self._archive.decision(key)
        if decided is None:
            return None
        trades = await self._archive.trades()
        return WhyView(decided, next((t for t in trades if t.trade == decided.trade), None))

    def logs(self, count: int) -> Sequence[LogLine]:
        """The newest log lines, redacted, oldest first."""
        return self._setting.logs(count)

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        """Hand a command to the core; returns its answer once the step is on disk."""
        answer = self._runner.answer(intent)
        self._runner.post(Command(self._runner.core.state.now, actor, intent, action, inbox))
        return await answer
