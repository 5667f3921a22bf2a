"""Best bid and ask, thinned: a book changes a hundred times a second, a desk decides once a minute.

Not thinned is what leans in them at each minute's close, which is a part of the closed candle, and the newest one as
the candle is given: the spread that its decisions would meet.
"""

from collections import defaultdict
from collections.abc import Callable

import msgspec

from engine.feeds.takers import Takers
from engine.minute import Trade
from engine.model.market import MINUTE_MS, SPAN_MS
from engine.model.messages import CandleClosed, Depth, Quote
from engine.venues.api import Top

INTERVAL_MS = 1_000
"""A symbol's quote is given at most this often ..."""
MOVE = 0.0005
"""... unless its middle moved by this share since the one given before."""

OLDEST_MS = 5_000
"""A quote that stood longer than this at a close may have been lost with its stream: the book is not known."""


class Book(msgspec.Struct, frozen=True):
    """A top of the book: when it came, and its imbalance (strategies.md 11), None for a bad one."""

    at: int
    obi: float | None

    def by(self, at: int) -> float | None:
        """Its imbalance at a later time, None when it is too old by then."""
        return self.obi if 0 <= at - self.at <= OLDEST_MS else None


def unwatched(symbol: str) -> Depth | None:
    """The depth where nobody watches more of a book than its top."""
    return None


class Tops:
    """Keeps the newest quote of each symbol and gives it when it is due, with the `depth` of its book then."""

    def __init__(
        self,
        clock: Callable[[], int],
        counts_trades: bool = False,
        depth: Callable[[str], Depth | None] = unwatched,
    ) -> None:
        self._clock = clock
        self._depth = depth
        self._takers: defaultdict[str, Takers] = defaultdict(lambda: Takers(counts_trades))
        self._newest: dict[str, Quote] = {}
        self._given: dict[str, Quote] = {}
        self._books: dict[str, Book] = {}
        self._closing: dict[str, tuple[int, float | None]] = {}
        """Of each symbol the last close before the newest book, and the imbalance then."""

    def seen(self, symbol: str, top: Top, size: float = 1.0) -> None:
        """A quote off the stream, amounts in units of `size`; one-sided and crossed ones are left out."""
        bid, ask, now = top["bid"], top["ask"], self._clock()
        sizes = (top.get("bidVolume") or 0.0) * size, (top.get("askVolume") or 0.0) * size
        sound = bid is not None and ask is not None and 0 < bid < ask
        self._lean(symbol, now, *sizes if sound else (0.0, 0.0))
        if bid is not None and ask is not None and sound:
            self._newest[symbol] = Quote(now, symbol, bid, ask, *sizes)

    def traded(self, symbol: str, trade: Trade) -> None:
        """A trade off the stream, in units of quantity."""
        self._takers[symbol].add(trade, self._clock())

    def new_tape(self) -> None:
        """The trades begin anew."""
        for takers in self._takers.values():
            takers.restart()

    def _lean(self, symbol: str, now: int, bid: float, ask: float) -> None:
        """Remember how the book leans, and how it did at the close that this quote is the first after."""
        before, close = self._books.get(symbol), now - now % MINUTE_MS
        if before is not None and before.at < close:
            self._closing[symbol] = (close, before.by(close))
        self._books[symbol] = Book(now, (bid - ask) / (bid + ask) if bid + ask > 0 else None)

    def closed(self, candle: CandleClosed) -> CandleClosed:
        """The candle with the imbalance of the book at its close and with the newest quote, where they are known."""
        close, book = candle.open_at + SPAN_MS[candle.timeframe], self._books.get(candle.symbol)
        known, lean = self._closing.get(candle.symbol, (-1, None))
        if book is not None and book.at < close:
            lean = book.by(close)
        elif known != close:
            lean = None
        newest = self._newest.get(candle.symbol) or self._given.get(candle.symbol)
        if newest is not None and (candle.backfilled or self._clock() - newest.at > OLDEST_MS):
            newest = None
        if newest is not None:
            newest = msgspec.structs.replace(newest, depth=self._depth(candle.symbol))
        elif lean is None:
            return candle
        return msgspec.structs.replace(candle, obi=lean, quote=newest)

    def take(self, every: bool = False) -> list[Quote]:
        """The quotes that are due now, stamped with their arrival, with the flow of takers where it is known.

        `every`: those too that are not due yet, because something newer is about to be given.
        """
        now = self._clock()
        due = [
            msgspec.structs.replace(quote, flow=self._takers[symbol].flow(now), depth=self._depth(symbol))
            for symbol, quote in self._newest.items()
            if every or self._due(quote, self._given.get(symbol))
        ]
        for quote in due:
            self._given[quote.symbol] = quote
            del self._newest[quote.symbol]
        return due

    def _due(self, quote: Quote, given: Quote | None) -> bool:
        if given is None or self._clock() - given.at >= INTERVAL_MS:
            return True
        before, after = given.bid + given.ask, quote.bid + quote.ask
        return abs(after - before) > MOVE * before
