"""Closed candles on their way in: refused when they cannot be true, gathered into longer timeframes."""

from collections.abc import Mapping
from itertools import pairwise
from math import inf

import numpy as np

from engine.model.market import SPAN_MS, Bars, Floats, Ints, Timeframe
from engine.model.messages import CandleClosed
from engine.risk.turmoil import RECENT, turmoil
from engine.risk.volatility_halt import LONG, SHORT

Code = str
BLOCK = 4096
"""Minutes whose turmoil is found at once."""
Extremes = dict[tuple[int, bool], tuple[float, float]]
"""The largest return and ratio of each block of minutes, by its first one; whether ratios were looked for."""


def refusal(candle: CandleClosed, previous: int) -> Code | None:
    """Why a candle cannot be used (strategies.md 1.1), None for a good one. `previous`: last accepted opening time."""
    prices = (candle.open, candle.high, candle.low, candle.close)
    if any(price != price or abs(price) == inf for price in (*prices, candle.volume)):
        return "non_finite"
    if any(price == 0 for price in prices):
        return "zero_price"
    if any(price < 0 for price in prices):
        return "negative_price"
    if candle.volume < 0:
        return "negative_volume"
    if candle.high < candle.low or not all(candle.low <= price <= candle.high for price in prices):
        return "outside_range"
    if candle.open_at % SPAN_MS[candle.timeframe]:
        return "off_grid"
    if candle.open_at > previous:
        return None
    return "duplicate" if candle.open_at == previous else "out_of_order"


class Bucket:
    """The bar of one longer timeframe that is still open (strategies.md 1.3)."""

    __slots__ = (
        "_need",
        "close",
        "high",
        "low",
        "open",
        "open_at",
        "seen",
        "span",
        "taker_buy",
        "timeframe",
        "volume",
    )

    def __init__(self, timeframe: Timeframe, base: Timeframe) -> None:
        self.timeframe = timeframe
        self.span = SPAN_MS[timeframe]
        self._need = self.span // SPAN_MS[base]
        self.seen = 0
        self.open_at = -1
        self.open = self.high = self.low = self.close = self.volume = 0.0
        self.taker_buy: float | None = None

    def add(self, candle: CandleClosed) -> bool:
        """Take the next base candle; True when the bucket is complete with it."""
        opened, high, low, bought = self.open_at, candle.high, candle.low, candle.taker_buy
        self.close = candle.close
        if opened < 0 or not 0 <= candle.open_at - opened < self.span:
            self.open_at = candle.open_at - candle.open_at % self.span
            self.open, self.high, self.low = candle.open, high, low
            self.volume, self.taker_buy, self.seen = candle.volume, bought, 1
            return self._need == 1
        if high > self.high:
            self.high = high
        if low < self.low:
            self.low = low
        self.volume += candle.volume
        if self.taker_buy is not None:
            self.taker_buy = None if bought is None else self.taker_buy + bought
        self.seen = seen = self.seen + 1
        return seen == self._need

    def candle(self, at: int, symbol: str, backfilled: bool = False) -> CandleClosed:
        """The complete bar; it is as late as the candle that completed it."""
        return CandleClosed(
            at,
            symbol,
            self.timeframe,
            self.open_at,
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.taker_buy,
            None,
            backfilled,
        )


class Series:
    """One symbol's candles: the finest ones as they come, the longer ones made of them."""

    __slots__ = (
        "_span",
        "base",
        "buckets",
        "closed_at",
        "closes",
        "deaf",
        "gathers",
        "last",
        "minutely",
        "refused",
        "scored",
        "silent",
        "symbol",
        "traded",
    )

    def __init__(self, symbol: str, base: Timeframe, wanted: frozenset[Timeframe]) -> None:
        self.symbol = symbol
        self.base = base
        self._span = SPAN_MS[base]
        self.buckets = tuple(
            Bucket(timeframe, base) for timeframe in SPAN_MS if timeframe in wanted and SPAN_MS[timeframe] > self._span
        )
        self.traded = bool(wanted)
        """Whether any strategy trades the symbol."""
        self.gathers = bool(self.buckets)
        """Whether longer bars are wanted."""
        self.scored = base in wanted
        """Whether one scores the base candles themselves."""
        self.silent = False
        """Whether it is known that nobody asks for anything at the candle in hand."""
        self.deaf = False
        """Whether wishes of others than the holder come to nothing, and are counted elsewhere."""
        self.last = -1
        """Opening time of the last accepted base candle."""
        self.closed_at = -1
        """Its nominal close."""
        self.refused: dict[Code, int] = {}
        self.minutely = base == "1m"
        """Whether its candles are minutes, which some rules of the gate judge."""
        self.closes: list[float] = []
        """Closes of the newest minutes, back to the last missing one."""

    def recent(self) -> Floats:
        """Closes that decide about now: the newest minutes without a missing one."""
        return np.array(self.closes[-RECENT:])

    @property
    def long(self) -> bool:
        """Whether enough minutes are known for the ratio of `turmoil`."""
        return len(self.closes) > LONG

    def moved(self) -> float:
        """Return of the newest minute; 0 when it has none before it."""
        closes = self.closes
        return closes[-1] / closes[-2] - 1 if len(closes) > 1 else 0.0

    def turmoil(self) -> tuple[float, float]:
        """Largest return and ratio of the last 15 minutes (`engine.risk.turmoil`)."""
        closes = self.closes
        if len(closes) <= LONG:
            last = closes[-SHORT - 1 :]
            return max((abs(after / before - 1) for before, after in pairwise(last)), default=0.0), 0.0
        moved, ratio = turmoil(self.recent())
        return moved.item(-1), ratio.item(-1)

    def calm(self, move: float, ratio: float) -> bool:
        """Whether the last 15 minutes are known to lie below this return and this ratio; False: look at them."""
        return False

    def refusal(self, candle: CandleClosed) -> Code | None:
        """The reason this candle would be refused."""
        return "timeframe" if candle.timeframe != self.base else refusal(candle, self.last)

    def refuse(self, candle: CandleClosed) -> Code | None:
        """The reason this candle is refused, counted; None when it is accepted."""
        low, high, open_at, span = candle.low, candle.high, candle.open_at, self._span
        # The rule of `refusal` for a good candle, in one expression: every candle passes here.
        good = (
            0.0 < low <= candle.open <= high < inf
            and low <= candle.close <= high
            and 0.0 <= candle.volume < inf
            and open_at > self.last
            and not open_at % span
            and candle.timeframe == self.base
        )
        code = None if good else self.refusal(candle)
        if code is None:
            if self.minutely:
                self._keep(open_at, candle.close)
            self.last = open_at
            self.closed_at = open_at + span
            return None
        self.refused[code] = self.refused.get(code, 0) + 1
        return code

    def _keep(self, open_at: int, close: float) -> None:
        closes = self.closes
        if open_at != self.closed_at:
            closes.clear()
        closes.append(close)
        if len(closes) >= 2 * RECENT:
            del closes[:-RECENT]

    def restart(self) -> None:
        """Forget the place in the stream; what was refused stays counted."""
        self.last = self.closed_at = -1
        self.closes.clear()
        for bucket in self.buckets:
            bucket.open_at = -1

    def longer(self, candle: CandleClosed) -> list[CandleClosed]:
        """The longer bars that are complete with this accepted candle, shortest first."""
        return [
            bucket.candle(candle.at, self.symbol, candle.backfilled) for bucket in self.buckets if bucket.add(candle)
        ]


class KnownSeries(Series):
    """A series of clean bars whose longer ones are known beforehand: not every candle need be seen.

    `histories`: the complete bars of each wanted timeframe; `opened` and `known`: when its own bars opened, and their
    closes; `extremes`: what has been found of these, for whoever looks at the same ones again.
    """

    __slots__ = (
        "_begin",
        "_closing",
        "_extremes",
        "_first",
        "_gapless",
        "_histories",
        "_judged",
        "_known",
        "_lead",
        "_opened",
        "_since",
        "_storms",
        "_turmoil",
        "_unbroken",
        "_worst",
    )

    def __init__(
        self,
        symbol: str,
        base: Timeframe,
        histories: Mapping[Timeframe, Bars],
        opened: Ints,
        known: Floats,
        extremes: Extremes | None = None,
    ) -> None:
        super().__init__(symbol, base, frozenset(histories))
        span = SPAN_MS[base]
        self._opened, self._known = opened, known
        breaks = np.flatnonzero(np.diff(opened) != span) + 1
        self._since = np.concatenate(([0], breaks))
        """Places of the bars after a missing one."""
        self._begin, self._lead = -BLOCK, 0
        """Where the block begins of which the turmoil is known, and how many closes before it were looked at."""
        self._turmoil = known[:0], known[:0]
        self._storms = False
        """Whether the ratios are known too."""
        self._extremes: Extremes = {} if extremes is None else extremes
        self._judged, self._worst = (-1, False), (inf, inf)
        """A block by its begin, whether its ratios count, and the largest return and ratio in it."""
        self._first, self._unbroken = opened.item(0) if len(opened) else 0, not len(breaks)
        self._histories = {timeframe: bars for timeframe, bars in histories.items() if timeframe != base}
        self._closing = {timeframe: bars.ts + (SPAN_MS[timeframe] - span) for timeframe, bars in histories.items()}
        """Opening times of the base bars that complete one."""
        self._gapless = {
            timeframe: SPAN_MS[timeframe]
            for timeframe, bars in histories.items()
            if np.all(np.diff(bars.ts) == SPAN_MS[timeframe])
        }

    def _newest(self) -> int:
        """Place of the last bar seen."""
        if self._unbroken:
            return (self.last - self._first) // self._span
        return int(self._opened.searchsorted(self.last))

    def _place(self) -> tuple[int, int]:
        """Of the last bar seen, and of the first of its unbroken run that is still recent."""
        place = self._newest()
        first = 0 if self._unbroken else self._since.item(int(self._since.searchsorted(place, "right")) - 1)
        return place, max(first, place - RECENT + 1)

    def recent(self) -> Floats:
        """Closes that decide about now: the newest minutes without a missing one."""
        place, first = self._place()
        return self._known[first : place + 1]

    @property
    def long(self) -> bool:
        """Whether enough minutes may be known for the ratio of `turmoil`."""
        return True

    def moved(self) -> float:
        """Return of the newest minute; 0 when it has none before it."""
        place, first = self._place()
        known = self._known
        return known.item(place) / known.item(place - 1) - 1 if place > first else 0.0

    def turmoil(self) -> tuple[float, float]:
        """Largest return and ratio of the last 15 minutes; those of a block of them are found at once."""
        place, first = self._place()
        if place - first + 1 < RECENT:
            moved, ratio = turmoil(self._known[first : place + 1])
            return moved.item(-1), ratio.item(-1)
        moved, ratio = self._block(place, True)
        at = place - self._begin + self._lead
        return moved.item(at), ratio.item(at)

    def calm(self, move: float, ratio: float) -> bool:
        """Whether all of the block of the newest minute lies below both; what is before a gap may be counted in."""
        place = self._newest()
        block = place - place % BLOCK, ratio < inf
        if block != self._judged:
            if block not in self._extremes:
                moves, ratios = self._block(place, block[1])
                self._extremes[block] = moves.max().item(), ratios.max().item() if block[1] else 0.0
            self._judged, self._worst = block, self._extremes[block]
        worst = self._worst
        return worst[0] < move and worst[1] < ratio

    def _block(self, place: int, storms: bool) -> tuple[Floats, Floats]:
        """The turmoil of the block that a bar stands in; the ratios only when they are asked for."""
        begin = place - place % BLOCK
        if begin != self._begin or (storms and not self._storms):
            self._begin, self._storms = begin, storms
            self._lead = min(begin, RECENT)
            self._turmoil = turmoil(self._known[begin - self._lead : begin + BLOCK], storms)
        return self._turmoil

    def refusal(self, candle: CandleClosed) -> Code | None:
        """None: whoever knows the bars has looked at them."""
        return None

    def refuse(self, candle: CandleClosed) -> Code | None:
        """None; the candle is taken."""
        self.last = candle.open_at
        self.closed_at = candle.open_at + self._span
        return None

    def skip(self, open_at: int) -> None:
        """Acceptable candles up to this one went by unseen."""
        self.last, self.closed_at = open_at, open_at + self._span

    def completed(self, timeframe: Timeframe, open_at: int) -> int:
        """How many bars the base bars after the last one seen, up to this one, completed."""
        span, base = self._gapless.get(timeframe), self._span
        if span is not None:
            return (open_at + base) // span - (self.last + base) // span
        closing = self._closing[timeframe]
        return int(closing.searchsorted(open_at, "right") - closing.searchsorted(self.last, "right"))

    def longer(self, candle: CandleClosed) -> list[CandleClosed]:
        """The longer bars that are complete with this candle, shortest first."""
        found: list[CandleClosed] = []
        for timeframe, bars in self._histories.items():
            if (candle.open_at + self._span) % SPAN_MS[timeframe] == 0:
                row = int(self._closing[timeframe].searchsorted(candle.open_at))
                if row < len(bars) and self._closing[timeframe][row] == candle.open_at:
                    found.append(bar_of(bars, row, candle, timeframe))
        return found


def bar_of(bars: Bars, row: int, last: CandleClosed, timeframe: Timeframe) -> CandleClosed:
    """A known bar as the event of its close, which its last base candle brought."""
    bought = bars.taker_buy.item(row)
    return CandleClosed(
        last.at,
        last.symbol,
        timeframe,
        bars.ts.item(row),
        bars.open.item(row),
        bars.high.item(row),
        bars.low.item(row),
        bars.close.item(row),
        bars.volume.item(row),
        None if bought != bought else bought,
        None,
        last.backfilled,
    )
