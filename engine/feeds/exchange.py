"""A live exchange as a Feed: public candles, trades, quotes and funding through ccxt (exchange.md).

Streams are hints and REST is the truth: a minute that the stream did not close is fetched, a hole is filled in
order before anything newer is given, and a stream that falls silent is dialled anew.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from functools import partial

import msgspec

from engine.feeds.depths import Depths
from engine.feeds.freshness import Freshness
from engine.feeds.minutes import Minutes
from engine.feeds.rest import Rest
from engine.feeds.settlements import Settlements
from engine.feeds.streams import STREAMS, Streams
from engine.feeds.tops import Tops
from engine.model.instrument import Instrument
from engine.model.market import MINUTE_MS, Days
from engine.model.messages import CandleClosed, Event
from engine.supervise import Alive, Backoff, Link, Supervisor
from engine.venues.api import Market, PublicApi
from engine.venues.clients import public_client
from engine.venues.markets import check_timeframes, contract_size, find_market, instrument

LOOK_S = 0.1
"""How often the feed looks at its clocks."""
ASK_AGAIN_S = 2.0
"""Time between two requests for the same minute."""
FILLABLE_GAP = 3
"""A longer gap in minutes is said: strategies warm up anew (strategies.md 1.4)."""
HISTORY_TRIES = 5
RESYNCS = 3
"""So often in a row a book may have a hole and be asked for anew before that is said (exchange.md section 9)."""

Progress = Callable[[str, int, int], None]
"""Told a symbol, how many of its minutes are there and how many were asked for."""


def wall_clock() -> int:
    """UTC ms."""
    return time.time_ns() // 1_000_000


class Options(msgspec.Struct, frozen=True):
    """How a feed starts, and its view of time."""

    history_minutes: int = 0
    """Closed minutes that `history` fetches for each symbol."""
    funding_since: int | None = None
    """UTC ms from which on settlements are given, so that a desk that was stopped misses none; None: from now."""
    progress: Progress | None = None
    clock: Callable[[], int] = wall_clock
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    backoff: Backoff = Backoff()


class ExchangeFeed:
    """Made by `open`, which asks the exchange for its markets. Ends with `close`, or when `events` is left.

    Links: `feed` (a stream broke or fell silent), `feed rest` (requests fail), `feed gap` (a symbol lacks more than
    three minutes, which are on their way), `feed books` (how deep the books are is not known; all else is).
    """

    def __init__(self, api: PublicApi, markets: Sequence[Market], options: Options) -> None:
        self.instruments: Sequence[Instrument] = [instrument(each, api.precisionMode) for each in markets]
        self._api = api
        self._markets = markets
        self._options = options
        self._at = 0
        self._queue: asyncio.Queue[Event | BaseException] = asyncio.Queue()
        self._emit = self._queue.put_nowait
        self._minutes = {
            each.symbol: Minutes(each.symbol, each.tick, calls_closed=api.calls_closed, counts_trades=api.counts_trades)
            for each in self.instruments
        }
        self._asked = dict.fromkeys(self._minutes, float("-inf"))
        self._clock_is_old = True
        self._depths = Depths(self._stamp)
        self._tops = Tops(self._stamp, api.counts_trades, self._depths.of)
        self._rest = Rest(api, options.clock, options.monotonic)
        self._freshness = Freshness(options.monotonic)
        self._feed_link = Supervisor(Link("feed", self._emit, self._stamp), options.backoff, options.sleep)
        self._rest_link = Supervisor(Link("feed rest", self._emit, self._stamp), options.backoff, options.sleep)
        books = Link("feed books", self._emit, self._stamp)
        self._books_link = Supervisor(books, options.backoff, options.sleep, forgiven=RESYNCS)
        self._gaps = Link("feed gap", self._emit, self._stamp)

    @classmethod
    async def open(
        cls,
        exchange_id: str,
        symbols: Sequence[str],
        timeframes: Sequence[str] = ("1m",),
        url: str | None = None,
        options: Options | None = None,
    ) -> "ExchangeFeed":
        """Connect and choose markets. `url` replaces the host of every address (EXCHANGE_URL).

        Symbols are ccxt's (BTC/USDT:USDT) or the exchange's (BTCUSDT). BadInput for an unknown exchange, symbol or
        timeframe; VenueFailure (an Unavailable) when the exchange does not answer.
        """
        options = options or Options()
        api = await public_client(exchange_id, url)
        try:
            check_timeframes(timeframes, api.timeframes, exchange_id)
            rest = Rest(api, options.clock, options.monotonic)
            await rest.ask(f"markets of {exchange_id}", api.load_markets)
            chosen = [find_market(api.markets, symbol, exchange_id) for symbol in symbols]
        except BaseException:
            await api.close()
            raise
        unique = {market["symbol"]: market for market in chosen}
        return cls(api, list(unique.values()), options)

    async def history(self) -> Sequence[CandleClosed]:
        """The newest closed minutes, `history_minutes` a symbol, ordered; VenueFailure after some tries."""
        await self._rest_link.insist(self._rest.set_clock, HISTORY_TRIES)
        now = self._rest.now()
        until = now - now % MINUTE_MS
        candles: list[CandleClosed] = []
        for symbol, minutes in self._minutes.items():
            known = await self._history(symbol, until)
            if known:
                minutes.follow(known[-1].open_at, known[-1].close)
            candles.extend(known)
        candles.sort(key=lambda candle: (candle.at, candle.symbol))
        return candles

    async def _history(self, symbol: str, until: int) -> list[CandleClosed]:
        """One symbol's minutes page by page; a page that fails is asked for again."""
        wanted = self._options.history_minutes
        candles: list[CandleClosed] = []
        cursor = until - wanted * MINUTE_MS
        while cursor < until:
            page = await self._rest_link.insist(partial(self._rest.closed, symbol, cursor, until), HISTORY_TRIES)
            cursor = page[-1].at if page else until
            candles.extend(page)
            if self._options.progress:
                self._options.progress(symbol, wanted - (until - cursor) // MINUTE_MS, wanted)
        return candles

    async def days(self, count: int) -> Days:
        """The newest closed UTC days of each symbol; VenueFailure after some tries."""
        return {
            symbol: await self._rest_link.insist(partial(self._rest.days, symbol, count), HISTORY_TRIES)
            for symbol in self._minutes
        }

    async def events(self) -> AsyncIterator[Event]:
        """The market as it happens, stamped on arrival; never ends by itself."""
        now = self._options.clock()
        for minutes in self._minutes.values():
            if minutes.last is None:
                minutes.follow(now - now % MINUTE_MS - MINUTE_MS)
        tasks = [asyncio.create_task(work) for work in self._works()]
        for task in tasks:
            task.add_done_callback(self._ended)
        try:
            while True:
                item = await self._queue.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """Give up every connection. Twice, because a late timer of ccxt's may have opened another."""
        await self._api.close()
        await self._api.close()

    def _works(self) -> list[Coroutine[object, object, None]]:
        """One owner for each stream, one for missing minutes, one for funding, one that looks at the clocks."""
        sizes = {market["symbol"]: float(contract_size(market)) for market in self._markets}
        streams = Streams(
            self._api, self._minutes, sizes, self._tops, self._depths, self._freshness, self._stamp, self._pump
        )
        works = [self._rest_link.keep("candles", self._fill), self._look()]
        for name in STREAMS:
            for call in streams.calls(name):
                self._freshness.watch(name)
                works.append(self._link_of(name).keep(name, partial(streams.run, name, call)))
        if perpetuals := [market["symbol"] for market in self._markets if market["swap"]]:
            since = self._options.funding_since or self._options.clock()
            settlements = Settlements(
                self._api, self._rest, perpetuals, self._emit, since, self._stamp, self._options.sleep
            )
            works.append(self._rest_link.keep("funding", settlements.run))
        self._api.on_link = self._on_link
        return works

    def _link_of(self, stream: str) -> Supervisor:
        """Whose link a stream is on: the desk goes on without the books, and without none of the others."""
        return self._books_link if stream == "books" else self._feed_link

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that ended met a bug: whoever reads the events has to know."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._emit(error)

    def _stamp(self) -> int:
        """Now in UTC ms; never earlier than before, even when the machine's clock is set back."""
        self._at = max(self._at, self._options.clock())
        return self._at

    def _on_link(self, stream: str, up: bool) -> None:
        """A socket came: what was missed while it was away is looked for by REST, with a fresh clock.

        A book begins anew on each socket; on some exchanges ccxt would merge it into what was left of the one before.
        """
        if stream == "books":
            self._depths.forget()
        if not up:
            self._freshness.lost(stream)
            return
        self._clock_is_old = True
        self._freshness.seen(stream)
        if stream == "books":
            for symbol in self._minutes:
                self._api.orderbooks.pop(symbol, None)
        if stream == "trades":
            self._tops.new_tape()
        if stream == "trades" and not self._api.counts_trades:
            for minutes in self._minutes.values():
                minutes.new_tape()

    def _pump(self) -> None:
        """Give the candles that are closed, after the quotes that came before them."""
        now = self._stamp()
        candles = [candle for minutes in self._minutes.values() for candle in minutes.take(now)]
        for quote in self._tops.take(every=True) if candles else ():
            self._emit(quote)
        for candle in candles:
            self._emit(self._tops.closed(candle))

    async def _look(self) -> None:
        """Give what becomes due by time alone; dial silent streams anew."""
        while True:
            await self._options.sleep(LOOK_S)
            self._pump()
            for quote in self._tops.take():
                self._emit(quote)
            for stream in self._freshness.stale():
                text = f"{self._api.id} {stream}: silent for {self._freshness.limit(stream):.0f} s"
                self._link_of(stream).link.down(stream, text)
                self._freshness.seen(stream)
                self._api.redial(stream, text)

    async def _fill(self, alive: Alive) -> None:
        """Fetch the minutes that ended and that no stream has closed."""
        while True:
            if self._clock_is_old:
                await self._rest.set_clock()
                self._clock_is_old = False
            for symbol, minutes in self._minutes.items():
                lacking = minutes.lacking(self._rest.now())
                if lacking > FILLABLE_GAP:
                    text = f"{symbol} lacks {lacking} minutes; they are fetched and its strategies warm up anew"
                    self._gaps.down(symbol, text)
                if lacking and self._options.monotonic() - self._asked[symbol] >= ASK_AGAIN_S:
                    await self._ask(symbol, minutes, lacking)
                if not minutes.lacking(self._rest.now()):
                    self._gaps.up(symbol)
            alive()
            await self._options.sleep(LOOK_S)

    async def _ask(self, symbol: str, minutes: Minutes, lacking: int) -> None:
        """One request for a symbol's next minutes."""
        self._asked[symbol] = self._options.monotonic()
        before = minutes.last or 0
        rows = await self._rest.minutes(symbol, before + MINUTE_MS, lacking + 2)
        if minutes.confirmed(rows, self._rest.now()):
            self._freshness.doubt("candles")
            self._freshness.doubt("trades")
        self._pump()
        if minutes.last != before:
            self._asked[symbol] = float("-inf")
