"""The one place where failures of a venue are caught: wait, try again, and say once that a link broke or healed."""

import random
from collections.abc import Awaitable, Callable

from engine.model.messages import LinkDown, LinkUp
from engine.ports import EventSink
from engine.venues.failures import VenueFailure

FIRST_S = 0.5
MOST_S = 30.0

Alive = Callable[[], None]
"""Called by supervised work whenever something arrived: the link is up, the next failure waits little."""
Work = Callable[[Alive], Awaitable[None]]


class Backoff:
    """Waits that double from `first` to `most` seconds, each drawn from its upper half so that crowds disperse."""

    def __init__(
        self, first: float = FIRST_S, most: float = MOST_S, jitter: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._most = most
        self._jitter = jitter

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row (from 1)."""
        span = min(self._most, self._first * 2.0 ** min(failures - 1, 32))
        return span * (1 + self._jitter()) / 2


class Link:
    """A link as people see it: down while any of its parts is; only a change is an event."""

    def __init__(self, name: str, emit: EventSink, clock: Callable[[], int]) -> None:
        self.name = name
        self._emit = emit
        self._clock = clock
        self._down: set[str] = set()

    @property
    def is_up(self) -> bool:
        """True while every part works."""
        return not self._down

    def down(self, part: str, text: str) -> None:
        """A part broke."""
        if not self._down:
            self._emit(LinkDown(self._clock(), self.name, text))
        self._down.add(part)

    def up(self, part: str) -> None:
        """A part works."""
        if part in self._down:
            self._down.remove(part)
            if not self._down:
                self._emit(LinkUp(self._clock(), self.name))


class Supervisor:
    """Keeps work on a link going. The link is down after more than `forgiven` failures in a row."""

    def __init__(
        self, link: Link, backoff: Backoff, sleep: Callable[[float], Awaitable[None]], forgiven: int = 0
    ) -> None:
        self.link = link
        self._backoff = backoff
        self._sleep = sleep
        self._forgiven = forgiven

    async def keep(self, part: str, work: Work) -> None:
        """Run `work` again and again, after waits when it failed. Bugs (anything but a VenueFailure) propagate."""
        failures = 0

        def alive() -> None:
            nonlocal failures
            failures = 0
            self.link.up(part)

        while True:
            try:
                await work(alive)
            except VenueFailure as failure:
                failures += 1
                if failures > self._forgiven:
                    self.link.down(part, str(failure))
                await self._pause(failures, failure)

    async def insist[T](self, ask: Callable[[], Awaitable[T]], tries: int) -> T:
        """The answer to one request, asked up to `tries` times; the last VenueFailure propagates."""
        for failures in range(1, tries):
            try:
                return await ask()
            except VenueFailure as failure:
                await self._pause(failures, failure)
        return await ask()

    async def outlast[T](self, ask: Callable[[], Awaitable[T]], failure: VenueFailure) -> T:
        """The answer to a request that has just failed, asked after longer and longer waits until it comes."""
        failures = 0
        while True:
            failures += 1
            await self._pause(failures, failure)
            try:
                return await ask()
            except VenueFailure as again:
                failure = again

    async def _pause(self, failures: int, failure: VenueFailure) -> None:
        """Longer after more failures, never shorter than the exchange asked for."""
        await self._sleep(max(self._backoff.delay(failures), failure.retry_after or 0.0))
