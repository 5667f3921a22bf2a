"""An outbox in memory."""

import asyncio
from collections.abc import Sequence

from engine.ports import OutboxRow, Outgoing


class MemoryOutbox:
    """Port Outbox; `waiting_rows` and `dropped` can be looked at."""

    def __init__(self) -> None:
        self.delay_s = 0.0
        """Between the reading of the waiting rows and their arrival, as with a reader beside the writer."""
        self.waiting_rows: dict[int, Outgoing] = {}
        self.sent: dict[int, int] = {}
        self.dropped: dict[int, str] = {}
        self.keys: dict[tuple[int, str], int] = {}
        self._items: list[Outgoing] = []
        self._cursor = 0

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        for item in items:
            if item.dedupe is None or item.dedupe not in {one.dedupe for one in self._items}:
                self._items.append(item)
                self.waiting_rows[len(self._items)] = item
        self._cursor = cursor or self._cursor

    async def cursor(self) -> int:
        return self._cursor

    async def waiting(self) -> Sequence[OutboxRow]:
        rows = [OutboxRow(row, item, 0, 0) for row, item in self.waiting_rows.items()]
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return rows

    async def delivered(self, row: int, message_id: int) -> None:
        item = self.waiting_rows.pop(row)
        self.sent[row] = message_id
        if item.key is not None:
            self.keys[item.chat, item.key] = message_id

    async def postpone(self, row: int, retry_at: int) -> None:
        assert row in self.waiting_rows

    async def drop(self, row: int, why: str) -> None:
        del self.waiting_rows[row]
        self.dropped[row] = why

    async def message_id(self, chat: int, key: str) -> int | None:
        return self.keys.get((chat, key))
