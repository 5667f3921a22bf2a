"""What stands in for the engine, the database and Telegram in tests of the bot's rooms."""

from collections.abc import Sequence

from bot.body import Body, decode
from engine.model.account import ClosedTrade
from engine.model.commands import Action
from engine.model.facts import Decided, Denied, EquityMarked
from engine.model.messages import Step
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
from engine.ports import OutboxRow, Outgoing
from tests.unit.bot import pictures


class Picture:
    """A Control whose pictures a test sets; it remembers what it was told to do."""

    def __init__(self) -> None:
        self.view = pictures.status()
        self.becomes: StatusView | None = None
        """The picture after the next command."""
        self.done: list[tuple[Action, int, str, int | None]] = []
        self.answer = Answer(True, "done", "It is done.")
        self.limits = pictures.risk()
        self.lines = [LogLine(pictures.NOW, "INFO", "started")]
        self.results = pictures.pnl()

    def status(self) -> StatusView:
        return self.view

    def risk(self) -> RiskView:
        return self.limits

    def strategies(self) -> Sequence[StrategyView]:
        return [pictures.strategy(), pictures.strategy("razor", on=False)]

    def mode(self) -> ModeView:
        return pictures.mode()

    async def pnl(self, period: str) -> PnlView:
        return pictures.pnl(period, equity_curve=self.results.equity_curve)

    async def trades(self, limit: int) -> Sequence[ClosedTrade]:
        return [pictures.trade()][:limit]

    async def why(self, key: str) -> WhyView | None:
        return None

    def logs(self, count: int) -> Sequence[LogLine]:
        return self.lines[-count:]

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        self.done.append((action, actor, intent, inbox))
        self.view, self.becomes = self.becomes or self.view, None
        return self.answer


class Shelf:
    """An Outbox in memory: a known dedupe key is ignored, like the real one's."""

    def __init__(self) -> None:
        self.items: list[Outgoing] = []
        self.at = 0

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        known = {item.dedupe for item in self.items if item.dedupe}
        self.items += [item for item in items if item.dedupe not in known]
        self.at = max(self.at, cursor or 0)

    async def cursor(self) -> int:
        return self.at

    async def waiting(self) -> Sequence[OutboxRow]:
        return []

    async def delivered(self, row: int, message_id: int) -> None: ...

    async def postpone(self, row: int, retry_at: int) -> None: ...

    async def drop(self, row: int, why: str) -> None: ...

    async def message_id(self, chat: int, key: str) -> int | None:
        return None

    def bodies(self) -> list[Body]:
        return [decode(item.body) for item in self.items]

    def texts(self) -> list[str]:
        return [body.text for body in self.bodies()]


class Records:
    """An Archive in memory."""

    def __init__(self) -> None:
        self.kept: list[Step] = []
        self.closed: list[ClosedTrade] = []
        self.marked: list[EquityMarked] = []

    async def trades(self, since: int = 0, limit: int | None = None) -> Sequence[ClosedTrade]:
        return [trade for trade in self.closed if trade.exit_at >= since][-(limit or 0) :]

    async def marks(self, since: int = 0) -> Sequence[EquityMarked]:
        return [mark for mark in self.marked if mark.at >= since]

    async def decision(self, key: str) -> Decided | None:
        return None

    async def denials(self, limit: int) -> Sequence[Denied]:
        return []

    async def steps(self, after: int) -> Sequence[Step]:
        return [step for step in self.kept if step.seq > after][:2]


class Claims:
    """Reports in memory; what was claimed outlives the reporter."""

    def __init__(self) -> None:
        self.claimed: list[tuple[str, int, str]] = []

    async def claim(self, kind: str, recipient: int, period: str, at: int) -> bool:
        new = (kind, recipient, period) not in self.claimed
        if new:
            self.claimed.append((kind, recipient, period))
        return new

    async def last(self, kind: str, recipient: int) -> str | None:
        own = [period for a, b, period in self.claimed if (a, b) == (kind, recipient)]
        return own[-1] if own else None
