"""A market feed with a script of what goes wrong with it."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from engine.model.instrument import Instrument
from engine.model.market import SPAN_MS
from engine.model.messages import CandleClosed, Event, LinkDown, LinkUp, Timer
from engine.ports import Feed
from engine.simulation.script import AHEAD_MS, Script

LINK = "feed"


class ScriptedFeed:
    """Port Feed. In a deaf spell only time passes: what the market does then is lost."""

    def __init__(self, feed: Feed, script: Script) -> None:
        self.instruments: Sequence[Instrument] = feed.instruments
        self._feed = feed
        self._script = script

    async def history(self) -> Sequence[CandleClosed]:
        """As it is."""
        return await self._feed.history()

    async def events(self) -> AsyncIterator[Event]:
        """The market as it is heard, and whether it is."""
        deaf: bool | None = None
        async for event in self._feed.events():
            now = self._script.on("deaf", event.at) is not None
            if now and not deaf:
                yield LinkDown(event.at, LINK, "the script has nothing heard of the market")
            elif deaf is not now and not now:
                yield LinkUp(event.at, LINK)  # at a start too: who was killed in a deaf spell has not heard of its end
            deaf = now
            if not deaf or isinstance(event, Timer):
                yield self._stamped(event)

    def _stamped(self, event: Event) -> Event:
        if isinstance(event, CandleClosed) and self._script.on("ahead", event.at, event.symbol):
            return msgspec.structs.replace(event, at=event.at + AHEAD_MS)
        return event


def unscripted(event: Event) -> Event:
    """An event of a simulated or recorded market as it was before a script got hold of it."""
    if isinstance(event, CandleClosed):
        return msgspec.structs.replace(event, at=event.open_at + SPAN_MS[event.timeframe])
    return event
