"""The consumers of an exchange's streams: await, copy what is new, hand it on; nothing slow.

ccxt holds an update back that arrives while nobody awaits it, and of several symbols that arrive together it
returns one. So whatever wakes a consumer, it reads the new rows of all its symbols out of ccxt's caches.
"""

from collections.abc import Awaitable, Callable, Mapping
from itertools import islice

from engine.feeds.depths import Depths
from engine.feeds.freshness import Freshness
from engine.feeds.minutes import Minutes
from engine.feeds.tops import Tops
from engine.minute import Trade
from engine.supervise import Alive
from engine.venues.api import Print, PublicApi, Row
from engine.venues.failures import venue_failures
from engine.venues.guard import STREAM
from engine.venues.klines import kline

STREAMS = ("candles", "trades", "quotes", "books")
LEVELS = {"binancecoinm": 100, "binanceusdm": 100, "bitfinex": 100, "bybit": 200, "kraken": 500}
"""Levels of a book a side, where what ccxt asks for by itself is too few, or costs too much: candles that are missing
after a reconnect wait behind the snapshots, on binance a quarter of a second for each symbol instead of a whole one."""
RECENT_ROWS = 3
"""Candles looked at again at each update: the forming one and those that may just have closed."""


class Streams:
    """Candles, trades, quotes and books of some symbols, read off one ccxt.pro instance."""

    def __init__(
        self,
        api: PublicApi,
        minutes: Mapping[str, Minutes],
        sizes: Mapping[str, float],
        tops: Tops,
        depths: Depths,
        freshness: Freshness,
        clock: Callable[[], int],
        pump: Callable[[], None],
    ) -> None:
        self._api = api
        self._minutes = minutes
        self._sizes = sizes
        self._tops = tops
        self._depths = depths
        self._freshness = freshness
        self._clock = clock
        self._pump = pump
        self._rows: dict[tuple[str, int], tuple[float | None, ...]] = {}
        self._last_print: dict[str, Print] = {}
        self._best: dict[str, tuple[float | None, float | None]] = {}
        self._arrivals = 0

    def calls(self, stream: str) -> list[Callable[[], Awaitable[object]]]:
        """The watch calls that make up a stream, each for its own task: one for all symbols where possible."""
        api, every, levels = self._api, list(self._minutes), LEVELS.get(self._api.id)
        match stream:
            case "candles" if api.has.get("watchOHLCVForSymbols"):
                return [lambda: api.watch_ohlcv_for_symbols([[symbol, "1m"] for symbol in every])]
            case "candles" if api.has.get("watchOHLCV"):
                return [lambda s=symbol: api.watch_ohlcv(s, "1m") for symbol in every]  # type: ignore[misc]
            case "trades" if api.has.get("watchTradesForSymbols"):
                return [lambda: api.watch_trades_for_symbols(every)]
            case "trades" if api.has.get("watchTrades"):
                return [lambda s=symbol: api.watch_trades(s) for symbol in every]  # type: ignore[misc]
            case "quotes" if api.has.get("watchBidsAsks"):
                return [lambda: api.watch_bids_asks(every)]
            case "quotes" if api.has.get("watchTickers"):
                return [lambda: api.watch_tickers(every)]
            case "books" if api.has.get("watchOrderBookForSymbols"):
                return [lambda: api.watch_order_book_for_symbols(every, levels)]
            case "books" if api.has.get("watchOrderBook"):
                return [lambda s=symbol: api.watch_order_book(s, levels) for symbol in every]  # type: ignore[misc]
        return []

    async def run(self, stream: str, call: Callable[[], Awaitable[object]], alive: Alive) -> None:
        """Consume one watch call until it fails."""
        STREAM.set(stream)
        reads = {"candles": self._candles, "trades": self._trades, "quotes": self._quotes, "books": self._books}
        read = reads[stream]
        while True:
            with venue_failures(f"{self._api.id} {stream}"):
                await call()
            self._freshness.seen(stream)
            alive()
            read()

    def _candles(self) -> None:
        now = self._clock()
        for symbol, minutes in self._minutes.items():
            cache = self._api.ohlcvs.get(symbol, {}).get("1m")
            for row in islice(reversed(cache), RECENT_ROWS) if cache else ():
                if self._is_new(symbol, row) and (found := kline(row)) and minutes.seen(found, now):
                    self._freshness.doubt("trades")
            for final in self._api.final_klines.get(symbol, ()):
                minutes.seen(final, now)
        self._pump()

    def _is_new(self, symbol: str, row: Row) -> bool:
        """Whether this row changed since it was last read; ccxt changes rows in place."""
        key, copy = (symbol, int(row[0] or 0)), tuple(row)
        if self._rows.get(key) == copy:
            return False
        self._rows[key] = copy
        if len(self._rows) > 2 * RECENT_ROWS * len(self._minutes):
            del self._rows[next(iter(self._rows))]
        return True

    def _trades(self) -> None:
        for symbol, minutes in self._minutes.items():
            cache = self._api.trades.get(symbol)
            if not cache or cache[-1] is self._last_print.get(symbol):
                continue
            fresh: list[Print] = []
            for row in reversed(cache):
                if row is self._last_print.get(symbol):
                    break
                fresh.append(row)
            self._last_print[symbol] = cache[-1]
            for row in reversed(fresh):
                if trade := self._trade(symbol, row):
                    minutes.trade(trade)
                    self._tops.traded(symbol, trade)
            self._freshness.doubt("candles")
        self._pump()

    def _trade(self, symbol: str, row: Print) -> Trade | None:
        """A print in units of quantity; where ids cannot be counted on, they are numbered as they come."""
        self._arrivals += 1
        at, price, amount, side = row["timestamp"], row["price"], row["amount"], row["side"]
        if at is None or price is None or amount is None or side is None:
            return None
        counted = self._api.counts_trades and row["id"] is not None
        number = int(row["id"] or 0) if counted else self._arrivals
        return Trade(at, number, price, amount * self._sizes[symbol], side == "sell")

    def _quotes(self) -> None:
        source = self._api.bidsasks if self._api.has.get("watchBidsAsks") else self._api.tickers
        for symbol in self._minutes:
            if (top := source.get(symbol)) is not None:
                self._tops.seen(symbol, top, self._sizes[symbol])
                prices = top["bid"], top["ask"]
                if self._best.get(symbol, prices) != prices:
                    self._freshness.doubt("books")
                self._best[symbol] = prices

    def _books(self) -> None:
        quoted = self._api.has.get("watchBidsAsks") or self._api.has.get("watchTickers")
        for symbol in self._minutes:
            if (book := self._api.orderbooks.get(symbol)) is None:
                continue
            self._depths.seen(symbol, book, self._sizes[symbol])
            if not quoted and (top := self._depths.top(symbol)) is not None:
                self._tops.seen(symbol, top, self._sizes[symbol])
