"""The chat while the database cannot be written: what is said and heard is kept in memory until it can be.

A person who wants to get out must not need a disk. What is held is bounded, and is gone when the process dies: an
update that is not stored is not confirmed either, so Telegram brings it again; an answer is worth little later on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec

from engine.model.errors import StorageDegraded
from engine.ports import Inbox, InboxRow, Outbox, OutboxRow, Outgoing

MOST = 500
"""Messages, and updates, that are held at most: the oldest give way, what is critical last."""
FIRST = 1 << 62
"""Number of the first message held: they are younger than every stored one."""
UNFINISHED = ("new", "running")


class SpooledOutbox:
    """Port Outbox over another one. What was made from the journal stays there instead, and is refused here."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._held: dict[int, OutboxRow] = {}
        self._next = FIRST
        self._said: dict[str, None] = {}
        """Dedupe keys of what was held: said once, also after the disk is back."""
        self._ended: dict[int, Callable[[], Awaitable[None]]] = {}
        """Stored rows that are done with, and how to store that."""
        self._ending = asyncio.Lock()
        """Each is stored once, also when many say something at the moment the disk is back."""

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        """Store rows, or hold them. StorageDegraded for those that were made from the journal."""
        new = [item for item in items if item.dedupe not in self._said]
        try:
            async with self._ending:
                for row, end in list(self._ended.items()):
                    await end()
                    del self._ended[row]
            await self._outbox.put(new, cursor)
        except StorageDegraded:
            if cursor is not None:
                raise
            self._hold(new)

    async def cursor(self) -> int:
        """Of the stored ones."""
        return await self._outbox.cursor()

    async def waiting(self) -> Sequence[OutboxRow]:
        """Stored rows that are not done with, then what is held."""
        try:
            stored = await self._outbox.waiting()
        except StorageDegraded:
            stored = ()
        return [*(row for row in stored if row.id not in self._ended), *self._held.values()]

    async def delivered(self, row: int, message_id: int) -> None:
        """What is held is done with; of a stored row it is stored when it can be."""
        await self._end(row, partial(self._outbox.delivered, row, message_id))

    async def drop(self, row: int, why: str) -> None:
        """The same."""
        await self._end(row, partial(self._outbox.drop, row, why))

    async def postpone(self, row: int, retry_at: int) -> None:
        """A count of tries that is not worth holding."""
        try:
            await self._outbox.postpone(row, retry_at)
        except StorageDegraded:
            return

    async def message_id(self, chat: int, key: str) -> int | None:
        """As stored; None when that cannot be read."""
        try:
            return await self._outbox.message_id(chat, key)
        except StorageDegraded:
            return None

    async def _end(self, row: int, end: Callable[[], Awaitable[None]]) -> None:
        if self._held.pop(row, None) is not None:
            return
        try:
            await end()
        except StorageDegraded:
            self._ended[row] = end

    def _hold(self, items: Sequence[Outgoing]) -> None:
        for item in items:
            self._held[self._next] = OutboxRow(self._next, item, 0, 0)
            self._next += 1
            if item.dedupe is not None:
                self._said[item.dedupe] = None
        while len(self._held) > MOST:
            del self._held[min(self._held, key=lambda row: (self._held[row].item.lane == "critical", row))]
        while len(self._said) > MOST:
            del self._said[next(iter(self._said))]


class SpooledInbox:
    """Port Inbox over another one. What could not be stored is heard all the same: `unfinished` has it."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._held: dict[int, InboxRow] = {}
        """Updates of which the database does not know the state, or nothing at all."""

    async def store(self, updates: Sequence[tuple[int, str]], at: int) -> None:
        """Store updates and what became of those held; or hold them, with a StorageDegraded: nothing is confirmed."""
        try:
            await self._inbox.store([*((row.update_id, row.raw) for row in self._held.values()), *updates], at)
            for row in list(self._held.values()):
                if row.state != "new":
                    await self._inbox.move(row.update_id, row.state, row.answer)
                if self._held.get(row.update_id) is row:
                    del self._held[row.update_id]
        except StorageDegraded:
            for update_id, raw in updates:
                self._held.setdefault(update_id, InboxRow(update_id, at, raw, "new"))
            self._forget()
            raise

    async def unfinished(self) -> Sequence[InboxRow]:
        """Stored and held rows in state new or running, oldest first."""
        try:
            stored = {row.update_id: row for row in await self._inbox.unfinished()}
        except StorageDegraded:
            stored = {}
        rows = {**stored, **self._held}
        return [rows[key] for key in sorted(rows) if rows[key].state in UNFINISHED]

    async def move(self, update_id: int, state: str, answer: str = "") -> bool:
        """Set a row's state, on disk or as it is held."""
        held = self._held.get(update_id)
        if held is None:
            try:
                return await self._inbox.move(update_id, state, answer)
            except StorageDegraded:
                held = next((row for row in await self._inbox.unfinished() if row.update_id == update_id), None)
        if held is None or held.state not in UNFINISHED:
            return False
        self._held[update_id] = msgspec.structs.replace(held, state=state, answer=answer)
        return True

    async def cursor(self) -> int:
        """Of the stored ones."""
        return await self._inbox.cursor()

    def _forget(self) -> None:
        """Too many are held: the oldest that are over are let go, and Telegram's own list of updates is the rest."""
        over = [key for key, row in self._held.items() if row.state not in UNFINISHED]
        for key in over[: max(0, len(self._held) - MOST)]:
            del self._held[key]
