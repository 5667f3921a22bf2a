"""A Source as a Feed: market events at so many market seconds a wall second."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

import msgspec

from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.messages import CandleClosed, Event, MarketEvent, Timer
from engine.ports import Source

BURST = 64
"""Events given without a wait before the event loop gets a turn."""
LONGEST_WAIT_S = 0.5
"""A wait is looked at again this often, so that `hurry` takes effect."""
FORGIVEN_LAG_S = 2.0
"""A desk that fell further behind (a suspended machine) goes on from where it is instead of catching up."""


class PacedFeed:
    """Gives a source's events when they are due; `speed` 0 gives them as fast as they are taken.

    `resume_after` is the last market event a stopped desk has journaled: everything up to it is skipped, and
    a source that does not hold exactly this event is a BadInput. Nothing stamped after `until` is given.
    """

    def __init__(
        self,
        source: Source,
        speed: float = 0,
        *,
        resume_after: Event | None = None,
        until: int | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not 0 <= speed < float("inf"):
            raise BadInput(f"The speed is {speed}, but it takes a number from 0 (as fast as possible).")
        self.instruments: Sequence[Instrument] = source.instruments
        self.at = source.start if resume_after is None else resume_after.at
        """Market time of the last event given."""
        self._source = source
        self._speed = speed
        self._last = resume_after
        self._until = until
        self._monotonic = monotonic
        self._sleep = sleep
        self._anchor = (0.0, 0)
        self._hurry_to: int | None = None
        self._run = 0

    async def history(self) -> Sequence[CandleClosed]:
        """Closed candles from before the start; they are made off the event loop."""
        return await asyncio.to_thread(lambda: list(self._source.history()))

    async def events(self) -> AsyncIterator[Event]:
        """The market at its pace; ends with the source or at `until`."""
        stream = await asyncio.to_thread(self._positioned)
        self._anchor = (self._monotonic(), self.at)
        for event in stream:
            if self._until is not None and event.at > self._until:
                return
            await self._due(event.at)
            self.at = event.at
            yield event

    def hurry(self, market_ms: int) -> None:
        """Give the next so many milliseconds of market time without waiting, then go on at the usual pace."""
        self._hurry_to = (self.at if self._hurry_to is None else self._hurry_to) + market_ms

    def _positioned(self) -> Iterator[MarketEvent | Timer]:
        """The source's events after the one to resume after."""
        last = self._last
        if last is None:
            return self._source.events()
        wanted = msgspec.msgpack.encode(last)
        stream = self._source.events(last.at)
        for event in stream:
            if event.at > last.at:
                break
            if msgspec.msgpack.encode(event) == wanted:
                return stream
        raise BadInput(
            "The data directory goes on after an event that this market does not have; start with the same "
            "seed, symbols or files as before, or in an empty directory."
        )

    async def _due(self, at: int) -> None:
        """Return when an event of this time is due."""
        while self._speed and not self._hurried(at):
            wall, market = self._anchor
            ahead = wall + (at - market) / 1000 / self._speed - self._monotonic()
            if ahead > 0:
                self._run = 0
                await self._sleep(min(ahead, LONGEST_WAIT_S))
                continue
            if ahead < -FORGIVEN_LAG_S:
                self._anchor = (self._monotonic(), at)
            break
        self._run += 1
        if self._run >= BURST:
            self._run = 0
            await self._sleep(0)

    def _hurried(self, at: int) -> bool:
        """Whether this time is within a hurry; its end is where the usual pace begins again."""
        if self._hurry_to is None:
            return False
        if at <= self._hurry_to:
            return True
        self._anchor = (self._monotonic(), self._hurry_to)
        self._hurry_to = None
        return False
