"""Downloads candles into the cache: what is missing of a stretch of time, and only that."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec

from engine.feeds.cache.filling import Filling
from engine.feeds.cache.folder import Cache
from engine.feeds.cache.gaps import Stretch, windows
from engine.feeds.cache.pages import TRIES, Pages
from engine.feeds.cache.sheet import Head, Sheet
from engine.feeds.cache.union import EMPTY
from engine.feeds.rest import Rest
from engine.model.errors import BadInput
from engine.model.market import SPAN_MS, TIMEFRAMES, Timeframe
from engine.supervise import Backoff, Link, Supervisor
from engine.venues.api import Market, PublicApi
from engine.venues.clients import public_client
from engine.venues.failures import VenueFailure
from engine.venues.markets import find_market

FINAL_AFTER_MS = 2_000
"""A candle that REST gives is final so long after its end (strategies.md 1.2)."""
LONGEST_WAIT_S = 600.0
"""An exchange that wants to be left alone for longer ends the download."""
STORE_EVERY_S = 2.0
STORING_SHARE = 0.05
"""Storing may take this share of the time: a long series is written again whole each time."""

Progress = Callable[[str, int, int], None]
"""Told a symbol, how many of its missing candles are dealt with, and how many were missing."""


class Request(msgspec.Struct, frozen=True):
    """What to download: symbols as ccxt or the exchange writes them, opening times from `start` to before `stop`."""

    exchange: str
    symbols: tuple[str, ...]
    timeframe: str
    start: int
    stop: int | None = None
    """None: up to the last candle that is closed."""
    url: str | None = None
    """Replaces the host of every address (EXCHANGE_URL)."""
    again: bool = False
    """Ask for settled gaps too."""


class Options(msgspec.Struct, frozen=True):
    """The world of a download: time, and who is told what."""

    progress: Progress = lambda symbol, done, total: None
    wait: Callable[[str], None] = lambda text: None
    """Told why nothing happens for a while."""
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    backoff: Backoff = Backoff()


class Outcome(msgspec.Struct, frozen=True):
    """What a download came to for one market."""

    sheet: Sheet
    fetched: int
    refused: dict[str, int]
    """Rows that cannot be true, by verdict; they were left out."""


async def download(cache: Cache, request: Request, options: Options) -> list[Outcome]:
    """Store what is missing, market by market; what was fetched before an error is kept.

    Raises BadInput before anything is stored, VenueFailure when the exchange does not answer for long.
    """
    timeframe = next((each for each in TIMEFRAMES if each == request.timeframe), None)
    if timeframe is None:
        raise BadInput(f"There is no timeframe {request.timeframe!r}; there are {', '.join(TIMEFRAMES)}.")
    api = await public_client(request.exchange, request.url)
    try:
        return await _Download(api, cache, request, options, timeframe).run()
    finally:
        await api.close()
        await api.close()


class _Download:
    """One download from one exchange."""

    def __init__(self, api: PublicApi, cache: Cache, request: Request, options: Options, timeframe: Timeframe) -> None:
        self._api = api
        self._cache = cache
        self._request = request
        self._options = options
        self._timeframe = timeframe
        self._rest = Rest(api, options.clock, options.monotonic)
        self._link = Supervisor(Link(request.exchange, lambda event: None, options.clock), options.backoff, self._pause)

    async def run(self) -> list[Outcome]:
        """Every market, one after the other."""
        markets = await self._markets()
        span = await self._stretch()
        with self._cache.writing(self._request.exchange):
            try:
                return [await self._market(market, span) for market in markets]
            except VenueFailure as failure:
                raise VenueFailure(
                    f"{failure}. What came before is stored; the same command goes on from there."
                ) from failure

    async def _pause(self, seconds: float) -> None:
        """Wait as long as the exchange asks, within reason."""
        name = self._request.exchange
        if seconds > LONGEST_WAIT_S:
            raise VenueFailure(f"{name} asks for a pause of {seconds:,.0f} s")
        self._options.wait(f"{name} does not answer; next try in {seconds:.0f} s")
        await self._options.sleep(seconds)
        self._options.wait("")

    async def _markets(self) -> list[Market]:
        """What the symbols name, each once."""
        name = self._request.exchange
        if self._timeframe not in (self._api.timeframes or {}):
            offered = [each for each in TIMEFRAMES if each in (self._api.timeframes or {})]
            raise BadInput(f"{name} has no {self._timeframe} candles; it has {', '.join(offered)}.")
        await self._link.insist(lambda: self._rest.ask(f"markets of {name}", self._api.load_markets), TRIES)
        found = [find_market(self._api.markets, symbol, name) for symbol in self._request.symbols]
        return list({market["symbol"]: market for market in found}.values())

    async def _stretch(self) -> Stretch:
        """The wanted opening times, on the grid, none of a candle that may still change."""
        await self._link.insist(self._rest.set_clock, TRIES)
        span = SPAN_MS[self._timeframe]
        final = self._rest.now() - FINAL_AFTER_MS
        stop = min(final, self._request.stop if self._request.stop is not None else final)
        stretch = Stretch(-(-self._request.start // span) * span, stop - stop % span)
        if stretch.start >= stretch.stop:
            raise BadInput(f"No {self._timeframe} candle opens and closes in the chosen time; give an earlier --from.")
        return stretch

    async def _market(self, market: Market, stretch: Stretch) -> Outcome:
        """Fetch and store one market's missing candles."""
        place = self._cache.place(self._request.exchange, market["symbol"], self._timeframe)
        head = Head(place.source, place.symbol, place.timeframe)
        filling = Filling(self._cache.get(place) or Sheet(head, EMPTY), stretch, again=self._request.again)
        pages = Pages(self._api, self._rest, self._link, market, self._timeframe)
        stored, pause = float("-inf"), STORE_EVERY_S
        try:
            for window in windows(filling.wanted, pages.rows * pages.span):
                async for page in pages.of(window):
                    filling.take(page)
                    self._options.progress(place.symbol, filling.done, filling.total)
                    if self._options.monotonic() - stored >= pause:
                        began = self._options.monotonic()
                        self._store(filling)
                        stored = self._options.monotonic()
                        pause = max(STORE_EVERY_S, (stored - began) / STORING_SHARE)
            filling.end()
        finally:
            self._store(filling)
        return Outcome(filling.sheet, filling.fetched, filling.refused)

    def _store(self, filling: Filling) -> None:
        if filling.settle():
            self._cache.put(filling.sheet)
