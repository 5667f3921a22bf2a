"""An inbox in memory."""

from collections.abc import Sequence

import msgspec

from engine.ports import InboxRow


class MemoryInbox:
    """Port Inbox; `rows` can be looked at and survives whoever worked on it."""

    def __init__(self) -> None:
        self.rows: dict[int, InboxRow] = {}

    async def store(self, updates: Sequence[tuple[int, str]], at: int) -> None:
        for update_id, raw in updates:
            self.rows.setdefault(update_id, InboxRow(update_id, at, raw, "new"))

    async def unfinished(self) -> Sequence[InboxRow]:
        return [row for row in self.rows.values() if row.state in ("new", "running")]

    async def move(self, update_id: int, state: str, answer: str = "") -> bool:
        row = self.rows[update_id]
        if row.state not in ("new", "running"):
            return False
        self.rows[update_id] = msgspec.structs.replace(row, state=state, answer=answer)
        return True

    async def cursor(self) -> int:
        return max(self.rows, default=0)

    def states(self) -> list[str]:
        return [row.state for row in self.rows.values()]
