"""An archive of a desk that has done nothing yet."""

from collections.abc import Sequence

from engine.model.account import ClosedTrade
from engine.model.facts import Decided, Denied, EquityMarked
from engine.model.messages import Step


class EmptyArchive:
    """Port Archive."""

    async def trades(self, since: int = 0, limit: int | None = None) -> Sequence[ClosedTrade]:
        return []

    async def marks(self, since: int = 0) -> Sequence[EquityMarked]:
        return []

    async def decision(self, key: str) -> Decided | None:
        return None

    async def denials(self, limit: int) -> Sequence[Denied]:
        return []

    async def steps(self, after: int) -> Sequence[Step]:
        return []
