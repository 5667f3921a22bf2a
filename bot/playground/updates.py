"""The update queue behind getUpdates: confirmation by offset, expiry, sticky filter, one poll at a time."""

import asyncio
import secrets
from collections import deque

import msgspec

from bot.playground.clock import Clock
from bot.playground.errors import ApiError, LinkCut, conflict

DAY = 86_400
LIFETIMES = {"callback_query": 150, "shipping_query": 150, "pre_checkout_query": 150, "inline_query": 30}
"""Seconds an update waits for the bot; every other kind waits a day."""

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
"""What a bot gets only when it asks for it by name."""

QUIET_WEEK = 7 * DAY
MAX_TIMEOUT = 50
MAX_LIMIT = 100


class Pending(msgspec.Struct, frozen=True):
    """An update that the bot has not confirmed."""

    update_id: int
    expires_at: float
    update: dict[str, object]


class UpdateQueue:
    """What waits for the bot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: deque[Pending] = deque()
        self._next_id = _random_id()
        self._last_added = clock.now()
        self._allowed: frozenset[str] | None = None
        self._poll: asyncio.Future[None] | None = None
        self.last_poll: float | None = None
        """When the bot last began or ended a poll, on the machine's monotonic clock."""

    @property
    def polling(self) -> bool:
        """Whether a long poll is open."""
        return self._poll is not None

    @property
    def allowed(self) -> list[str]:
        """The kinds asked for by name, sorted; empty: the default."""
        return sorted(self._allowed or ())

    def pending(self) -> int:
        """How many updates wait, expired ones not counted."""
        self._expire()
        return len(self._queue)

    def add(self, kind: str, content: object) -> None:
        """Queues an update of that kind, unless the bot has not asked for it."""
        wanted = kind in self._allowed if self._allowed else kind not in NOT_BY_DEFAULT
        if not wanted:
            return
        now = self._clock.now()
        if now - self._last_added > QUIET_WEEK:
            self._next_id = _random_id()
        self._last_added = now
        update: dict[str, object] = {"update_id": self._next_id, kind: content}
        self._queue.append(Pending(self._next_id, now + LIFETIMES.get(kind, DAY), update))
        self._next_id += 1
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

    def allow(self, kinds: list[str]) -> None:
        """Keeps the filter for this and all later polls; no kinds: the default. Waiting updates stay."""
        self._allowed = frozenset(kinds) or None

    def drop(self) -> None:
        """Forgets everything that waits."""
        self._queue.clear()

    async def poll(self, offset: int, limit: int, timeout_s: int) -> list[dict[str, object]]:
        """What getUpdates answers: confirms all below `offset`, then waits up to `timeout_s` for something.

        An open poll of an earlier call ends with the 409, not this one.
        """
        self.last_poll = asyncio.get_running_loop().time()
        self._confirm(offset)
        ready = self._take(offset, limit)
        if not ready and timeout_s > 0:
            self.end_poll(conflict())
            await self._wait(min(timeout_s, MAX_TIMEOUT))
            ready = self._take(offset, limit)
        self.last_poll = asyncio.get_running_loop().time()
        return ready

    def end_poll(self, error: ApiError | LinkCut) -> None:
        """Ends the open poll, if there is one, with an error."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(error)

    async def _wait(self, seconds: float) -> None:
        """Returns when something comes or the time is over; raises what `end_poll` ends it with."""
        poll = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            await asyncio.wait((poll,), timeout=seconds)
            if poll.done():
                poll.result()
        finally:
            if self._poll is poll:
                self._poll = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        while self._queue and self._queue[0].update_id < offset:
            self._queue.popleft()

    def _take(self, offset: int, limit: int) -> list[dict[str, object]]:
        self._expire()
        ready = [pending.update for pending in self._queue if pending.update_id >= offset]
        return ready[: min(max(limit, 1), MAX_LIMIT)]

    def _expire(self) -> None:
        now = self._clock.now()
        self._queue = deque(pending for pending in self._queue if pending.expires_at > now)


def _random_id() -> int:
    return 100_000_000 + secrets.randbelow(800_000_000)
