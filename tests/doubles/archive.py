"""An archive in memory."""

from collections.abc import Sequence

from engine.model.account import ClosedTrade
from engine.model.facts import Decided, Denied, EquityMarked, Flattened, StateChanged
from engine.model.messages import Report, Step
from engine.model.views import DecisionView, OrderLife, VersionView


class MemoryArchive:
    """Port Archive over lists that a test fills."""

    def __init__(self, closed: Sequence[ClosedTrade] = (), hours: Sequence[EquityMarked] = ()) -> None:
        self.closed, self.hours = list(closed), list(hours)
        self.kept: list[Step] = []

    async def trades(self, since: int = 0, limit: int | None = None) -> Sequence[ClosedTrade]:
        found = [trade for trade in self.closed if trade.exit_at >= since]
        return found if limit is None else found[-limit:]

    async def marks(self, since: int = 0, every: int = 3_600_000) -> Sequence[EquityMarked]:
        first: dict[int, EquityMarked] = {}
        for mark in self.hours:
            if mark.at >= since:
                first.setdefault(mark.at // every, mark)
        return list(first.values())

    async def decision(self, key: str) -> Decided | None:
        return None

    async def decisions(self, limit: int) -> Sequence[DecisionView]:
        return []

    async def orders(self, trade: str) -> Sequence[OrderLife]:
        return []

    async def version(self, strategy: str, at: int) -> VersionView | None:
        return None

    async def denials(self, limit: int) -> Sequence[Denied]:
        return []

    async def steps(self, after: int) -> Sequence[Step]:
        """In pages of two."""
        return [step for step in self.kept if step.seq > after][:2]

    async def halt_under_way(self, until: int) -> int | None:
        told = [(s.seq, effect.fact) for s in self.kept for effect in s.effects if isinstance(effect, Report)]
        newest = [(seq, fact) for seq, fact in told if seq <= until and isinstance(fact, StateChanged | Flattened)][-1:]
        return next((seq for seq, fact in newest if isinstance(fact, StateChanged) and fact.after == "HALTED"), None)
