"""A seeded market that never ends: correlated symbols, regimes, shocks, and trades that candles are made of.

A day is made at a time and depends on nothing but the seed, its number and the price it starts from, so the
market before the start, which warms strategies up, is the same process as the market after it.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count, islice, repeat

from engine.feeds.books import closings, quotes
from engine.feeds.course import Journey
from engine.feeds.listings import LISTINGS, SPOTS, Listing
from engine.feeds.prints import PRINTS, Prints, prints
from engine.feeds.regimes import MINUTES, weather
from engine.feeds.replay import TIMER_DELAY_MS
from engine.feeds.rows import Rows
from engine.feeds.stream import Stream, joined
from engine.feeds.triangle import crossed, distances
from engine.minute import Trade
from engine.model.errors import BadInput
from engine.model.instrument import Instrument
from engine.model.market import DAY_MS, MINUTE_MS, Bars, Timeframe
from engine.model.messages import CandleClosed, FundingSettled, MarketEvent, Quote, Timer

EPOCH = 1_767_571_200_000
"""The market's first moment: 2026-01-05 00:00 UTC."""
HISTORY_MINUTES = 35 * MINUTES
FUNDING_MINUTES = 480
FUNDING_BASE = 10_000
"""Funding of a market at rest, in units of 1e-8: 0.01 %."""
FUNDING_LEAN = 200_000
FUNDING_CAP = 300_000
LISTED: dict[str, Listing] = LISTINGS | SPOTS


class SyntheticSource:
    """A Source: the same seed gives the same events on every machine.

    `history_minutes` of candles without footprints and books come before the start. `footprints=False` leaves
    both out of the events too. `quoted` adds a quote after every trade to that of each candle. Raises BadInput for a
    symbol that is not listed.
    """

    def __init__(
        self,
        seed: int,
        symbols: Sequence[str] = (),
        *,
        history_minutes: int = HISTORY_MINUTES,
        footprints: bool = True,
        quoted: bool = False,
    ) -> None:
        for symbol in symbols:
            if symbol not in LISTED:
                raise BadInput(f"The synthetic market has no {symbol}; it lists {', '.join(LISTED)}.")
        if seed < 0:
            raise BadInput(f"The seed is {seed}, but it takes a whole number from 0.")
        self.seed = seed
        self.start = EPOCH
        self.symbols = sorted(set(symbols) or LISTINGS)
        self.instruments: Sequence[Instrument] = tuple(LISTED[s].instrument for s in self.symbols)
        self.timeframes: dict[str, Timeframe] = dict.fromkeys(self.symbols, "1m")
        self._history_minutes = history_minutes
        self._footprints = footprints
        self.quoted = quoted
        """Whether quotes are among the events; to be set before they are asked for."""
        self._journeys = {
            symbol: Journey(listing, seed, number)
            for number, (symbol, listing) in enumerate(LISTED.items())
            if symbol in self.symbols or (symbol in SPOTS and not SPOTS.keys().isdisjoint(self.symbols))
        }

    def history(self) -> Iterator[CandleClosed]:
        """Minutes before the start, ordered by (at, symbol)."""
        size, first = self._history_minutes, EPOCH - self._history_minutes * MINUTE_MS
        if not size:
            return iter(())
        rows = Rows([Stream(symbol, "1m", self.columns(symbol, size, first)) for symbol in self.symbols])
        return rows.candles(0, len(rows))

    def events(self, since: int | None = None) -> Iterator[MarketEvent | Timer]:
        """The market from the start on, without end; with `since`, only what is stamped then or later."""
        first = 0 if since is None else max(0, (since - TIMER_DELAY_MS - 1 - EPOCH) // DAY_MS)
        for day in count(first):
            for event in self._day(day):
                if since is None or event.at >= since:
                    yield event

    def columns(self, symbol: str, minutes: int, start: int = EPOCH) -> Bars:
        """So many minutes of a symbol as columns, the first opening at `start`, which may be in the past."""
        first = (start - EPOCH) // MINUTE_MS
        days = range(first // MINUTES, -(-(first + minutes) // MINUTES))
        bars = joined([self.prints(symbol, day).bars() for day in days])
        skip = first - days.start * MINUTES
        return bars.slice(skip, skip + minutes)

    def trades(self, symbol: str, opened: int) -> list[Trade]:
        """The trades of the minute that opens at `opened`."""
        day, minute = divmod((opened - EPOCH) // MINUTE_MS, MINUTES)
        return self.prints(symbol, day).trades(minute)

    def regime(self, at: int) -> str:
        """Name of the market's regime in the minute that opens at `at`."""
        day, minute = divmod((at - EPOCH) // MINUTE_MS, MINUTES)
        return next(s.regime.name for s in weather(self.seed, day).segments if minute < s.stop)

    def prints(self, symbol: str, day: int) -> Prints:
        """Every trade of a symbol's day; day 0 begins at the start, days before it are negative."""
        journey = self._journeys[symbol]
        course, behind = journey.course(day), journey.listing.behind
        if behind is not None:
            base, quote = (self.prints(each, day) for each in behind)
            off = distances(journey.draws(6, day), journey.draws(6, day + 1))
            return crossed(journey.listing, base, quote, course, off, journey.draws(3, day))
        levels = journey.levels(day, course)
        return prints(journey.listing, EPOCH + day * DAY_MS, course, levels, journey.draws(3, day))

    def _day(self, day: int) -> Iterator[MarketEvent | Timer]:
        """The events of one day: each minute's candles and funding by symbol, then its Timer."""
        tapes = [self.prints(symbol, day) for symbol in self.symbols]
        minutes = zip(*(self._candles(tape, day) for tape in tapes), strict=True)
        funding = [None if tape.listing.instrument.spot else _funding(tape) for tape in tapes]
        quoted = tapes if self.quoted else []
        books = [self._quotes(tape, day) for tape in quoted]
        for minute, candles in enumerate(minutes, start=1):
            for tops in islice(zip(*books, strict=True), PRINTS):
                yield from tops
            for symbol_funding, candle in zip(funding, candles, strict=True):
                yield candle
                if symbol_funding is not None and minute % FUNDING_MINUTES == 0:
                    yield symbol_funding[minute // FUNDING_MINUTES - 1]
            yield Timer(EPOCH + day * DAY_MS + minute * MINUTE_MS + TIMER_DELAY_MS, "minute")

    def _candles(self, tape: Prints, day: int) -> Iterator[CandleClosed]:
        bars, symbol = tape.bars(), tape.listing.instrument.symbol
        tops: Iterable[Quote | None] = repeat(None)
        leans: Iterable[float | None] = repeat(None)
        if self._footprints:
            journey = self._journeys[symbol]
            tops, leans = closings(tape, journey.course(day), journey.draws(4, day))
        return map(
            CandleClosed,
            (bars.ts + MINUTE_MS).tolist(),
            repeat(symbol),
            repeat("1m"),
            bars.ts.tolist(),
            bars.open.tolist(),
            bars.high.tolist(),
            bars.low.tolist(),
            bars.close.tolist(),
            bars.volume.tolist(),
            bars.taker_buy.tolist(),
            map(tape.footprint, range(MINUTES)) if self._footprints else repeat(None),
            repeat(False),
            leans,
            tops,
        )

    def _quotes(self, tape: Prints, day: int) -> Iterator[Quote]:
        journey = self._journeys[tape.listing.instrument.symbol]
        return quotes(tape, journey.course(day), journey.draws(5, day))


def _funding(tape: Prints) -> list[FundingSettled]:
    """The day's three settlements: the rate leans with the return of the eight hours before."""
    closes = tape.ticks[FUNDING_MINUTES - 1 :: FUNDING_MINUTES, -1].tolist()
    opens = tape.ticks[::FUNDING_MINUTES, 0].tolist()
    settled = []
    for period, (first, last) in enumerate(zip(opens, closes, strict=True), start=1):
        lean = round(FUNDING_BASE + FUNDING_LEAN * (last - first) / first)
        rate = Decimal(max(-FUNDING_CAP, min(FUNDING_CAP, lean))).scaleb(-8)
        at = tape.opened + period * FUNDING_MINUTES * MINUTE_MS
        settled.append(FundingSettled(at, tape.listing.instrument.symbol, rate))
    return settled
