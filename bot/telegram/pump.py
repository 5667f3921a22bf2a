"""getUpdates -> access -> durable inbox -> clerk. What is not stored is not confirmed; a stranger leaves no trace."""

import asyncio
import time
from collections.abc import Callable, Sequence

import msgspec
from loguru import logger

from bot.outbox.courier import Away, Throttled
from bot.outbox.link import Link
from bot.people.access import Access
from bot.people.strangers import Strangers
from bot.telegram.clerk import Clerk
from bot.telegram.conflicts import Conflicts
from bot.telegram.polling import BATCH, LONG_POLL_S, Backoff, Conflict, Poller
from bot.telegram.updates import Refused, Said, read
from engine.model.errors import StorageDegraded
from engine.ports import Inbox

QUIET_S = 6 * 86_400
"""After such a silence update ids may begin anew below the old ones, so the next poll asks without an offset."""
UNSTORED_S = 1.0
"""From one poll to the next while the database cannot be written: what is not confirmed comes again at once."""


class _Id(msgspec.Struct):
    update_id: int


class Pump:
    """The one poller. `heard` is told of everybody who is there to be written to (again)."""

    def __init__(
        self,
        poller: Poller,
        inbox: Inbox,
        access: Access,
        clerk: Clerk,
        link: Link,
        conflicts: Conflicts,
        strangers: Strangers,
        heard: Callable[[int], None],
        wall: Callable[[], int],
    ) -> None:
        self.strangers = strangers
        self._poller = poller
        self._inbox = inbox
        self._access = access
        self._clerk = clerk
        self._link = link
        self._conflicts = conflicts
        self._heard = heard
        self._wall = wall
        self._backoff = Backoff()
        self._offset: int | None = None
        self._arrived = time.monotonic()

    async def run(self) -> None:
        """Polls for ever; a TokenRefused when Telegram does not know the token.

        The first poll waits for nothing, so that what was stored before the start is judged at once, and asks
        without an offset: what is known already is recognised by its id.
        """
        wait_s = 0
        while True:
            try:
                updates = await self._poller.poll(self._offset, wait_s)
                self._link.works()
                self._conflicts.calm()
                await self._store(updates)
                await self._clerk.take()
            except Conflict:
                self._link.works()
                await self._conflicts.seen()
                await self._backoff.wait()
            except Throttled as error:
                self._link.works()
                await asyncio.sleep(error.retry_after)
            except Away as error:
                self._link.broke(str(error))
                await self._backoff.wait()
            except StorageDegraded:
                await self._clerk.take()  # what could not be stored is heard all the same (bot/outbox/spools.py)
                await self._make_room(updates)
                await asyncio.sleep(UNSTORED_S)
            else:
                wait_s = LONG_POLL_S
                self._backoff.reset()

    async def _store(self, updates: Sequence[bytes]) -> None:
        """Commits what known people said; only then does the offset move, with which the next poll confirms."""
        rows = []
        for raw in updates:
            said = await self._admitted(raw)
            if said is None:
                continue
            if said.member != "kicked":
                self._heard(said.user)
            if not said.member:
                rows.append((said.update_id, raw.decode()))
        if rows:
            await self._inbox.store(rows, self._wall())
        now = time.monotonic()
        if newest := max(map(_update_id, updates), default=0):
            self._offset = newest + 1
            self._arrived = now
        elif now - self._arrived > QUIET_S:
            self._offset = None

    async def _make_room(self, updates: Sequence[bytes]) -> None:
        """Of a batch full of what is not stored, what is over is confirmed: else nothing new would ever be heard."""
        if len(updates) >= BATCH:
            unfinished = [row.update_id for row in await self._inbox.unfinished()]
            self._offset = min([*unfinished, max(map(_update_id, updates)) + 1])

    async def _admitted(self, raw: bytes) -> Said | None:
        """The update, if somebody with a role said it in the private chat; else silence, and no row."""
        try:
            said = read(raw)
        except msgspec.DecodeError:
            self.strangers.count(None)
            return None
        if said.user is None or await self._access.role(said.user) is None:
            self.strangers.count(said.user)
            return None
        if isinstance(said, Refused):
            logger.info("update_refused", user=said.user, why=said.why)
            return None
        return said


def _update_id(raw: bytes) -> int:
    """0 for what is no update; it is confirmed with the next one that is."""
    try:
        return msgspec.json.decode(raw, type=_Id).update_id
    except msgspec.DecodeError:
        return 0
