"""Order flow: who presses, how the book leans, and where price and flow part (strategies.md 13.2)."""

from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import DAY_MS, SPAN_MS, Bars, BarsByTimeframe, Check, Floats, Ints, Scores, Timeframe
from strategies import rolling
from strategies.base import CandleStrategy, settled
from strategies.columns import NO_CODE, SAME, Marks, base, explained, scores, signals
from strategies.indicators import atr
from strategies.structure import flow
from strategies.structure.swings import Divergence, divergence, swings
from strategies.tail import Tail, tail

ATR_BARS = 14
BARS = 5
"""Bars whose delta is weighed."""
FULL = 0.30
"""Share of the volume from which on a delta counts whole."""
SWINGS = 64
"""Last closes of today that most often have two swings either way."""
STACKED = 3
"""Consecutive imbalanced rows that count."""
CODES = ("flow_up", "flow_down", "incomplete_flow")
INCOMPLETE = CODES.index("incomplete_flow")


class Params(msgspec.Struct, frozen=True):
    """Parameters of `flow_model`."""

    threshold: Annotated[float, Meta(ge=0.05, le=1, description="least |z| of a vote")] = 0.35
    atr_mult: Annotated[float, Meta(ge=0.5, le=10, description="stop distance in ATR14")] = 1.5
    rr: Annotated[float, Meta(ge=0.5, le=10, description="target in multiples of the stop distance")] = 1.5


class Evidence(NamedTuple):
    """What is weighed on each bar; NaN where it is not known."""

    imbalance: Floats
    """Delta of the last 5 bars as a share of their volume."""
    obi: Floats
    stack: Floats
    """+1 buyers stacked, -1 sellers, 0 neither or both."""
    divergence: Floats
    """+1 bullish, -1 bearish, 0 none (or both)."""

    def weighed(self) -> Floats:
        """z, -1..1; NaN where any part of it is."""
        pressed = _within(self.imbalance / FULL)
        return _within(0.45 * pressed + 0.25 * self.obi + 0.15 * self.stack + 0.15 * self.divergence)


class FlowModel(CandleStrategy[Params]):
    """Goes with the takers, the book and the footprint where they agree.

    Signal: long when z is at least 0.35 (`threshold`), short when it is that far below 0; z = 0.45 clamp(imb5/0.30)
    + 0.25 obi + 0.15 stack + 0.15 div, kept within -1..1. imb5: delta of the last 5 bars divided by their volume.
    obi: imbalance of best bid and ask at the close. stack: +1 when at least 3 rows of the footprint in a row have a
    buy imbalance, -1 when sell, 0 when neither or both. div: +1 when close and cumulative delta diverge bullishly at
    the last two swings, -1 bearishly, else 0.

    Stop and target: stop 1.5 ATR14 (`atr_mult`) from entry, target 1.5 R (`rr`).

    Exit: stop or target, nothing else.

    Score: 100 |z|.

    Checks: `imbalance` (imb5), `obi`, `stack` and `divergence` (each met when it leans as z does), `z` (met when a
    vote).

    Reason codes: `flow_up`, `flow_down`, `incomplete_flow` (one of the 5 bars lacks trades or its taker side, a bar
    of today is missing before the last swings, or nobody watched the book). Footprints are those of minutes, so on
    longer bars it always abstains.
    """

    name = "flow_model"
    timeframes: tuple[Timeframe, ...] = ("1m",)
    params_type = Params

    def warmup(self, params: Params) -> int:
        """Every minute since 00:00 UTC of the previous day, for the cumulative delta; the ATR is settled by then."""
        return max(settled(wilder=ATR_BARS), 2 * DAY_MS // SPAN_MS["1m"])

    def first_bar(self, params: Params) -> int:
        """The first bar with five before it."""
        return BARS

    def recent(self, of: Bars, params: Params) -> Bars:
        """Enough for five bars."""
        return tail(of, BARS)

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of, timeframe = base(bars), next(iter(bars))
        seen = evidence(of, timeframe)
        z = seen.weighed()
        least = params.threshold * (1.0 - SAME)

        def mark(rows: Ints, side: Floats) -> Marks:
            return Marks(100.0 * np.abs(z[rows]), of.close[rows] - side * params.atr_mult * atr(of, ATR_BARS)[rows])

        out = scores(
            signals(of, self.first_bar(params), z >= least, z <= -least),
            mark,
            CODES,
            target_r=params.rr,
            checks=(
                *(Check(name, column, column * z > 0.0) for name, column in zip(seen._fields, seen, strict=True)),
                Check("z", z, np.abs(z) >= least),
            ),
            setup=self.name,
        )
        return explained(out, np.where(np.isnan(z), INCOMPLETE, NO_CODE))


def evidence(bars: Bars, timeframe: Timeframe) -> Evidence:
    """What the model weighs, of bars without a gap; a bar whose footprint lacks trades has no known delta."""
    known = bars.flow()
    net = np.where(np.isnan(known.stacked_buy + known.stacked_sell), np.nan, flow.delta(bars))
    pushed, traded = _last(net), _last(bars.volume)
    imbalance = np.where(np.isnan(pushed), np.nan, 0.0)
    np.divide(pushed, traded, out=imbalance, where=traded > 0.0)
    stack = (known.stacked_buy >= STACKED).astype(float) - (known.stacked_sell >= STACKED)
    return Evidence(imbalance, known.obi, stack, _parted(bars, timeframe))


def _parted(bars: Bars, timeframe: Timeframe) -> Floats:
    """+1 where price and flow part bullishly, -1 bearishly; of a tail by today's last swings where they suffice."""
    every = bars
    if isinstance(bars, Tail):
        every = bars.whole
        today = every.slice(int(every.ts.searchsorted(every.ts[-1] // DAY_MS * DAY_MS)), len(every))
        close = today.close[-SWINGS:]
        found = swings(close)
        if len(close) >= len(bars) and found.suffice:
            return _sides(divergence(close, flow.cvd(today, timeframe)[-SWINGS:], found), len(bars))
    return _sides(divergence(every.close, flow.cvd(every, timeframe)), len(bars))


def _sides(found: Divergence, rows: int) -> Floats:
    return (found.bullish - found.bearish)[len(found.bullish) - rows :]


def _within(x: Floats) -> Floats:
    kept: Floats = np.minimum(np.maximum(x, -1.0), 1.0)
    return kept


def _last(x: Floats) -> Floats:
    """Sum of the last bars, each time in the same order; NaN where there are fewer."""
    total = x.copy()
    for back in range(1, BARS):
        total += rolling.before(x, back)
    return total


strategy = FlowModel()
