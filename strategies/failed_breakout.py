"""Reversal of a breakout that nobody trades."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, NamedTuple

import msgspec
import numpy as np
from msgspec import Meta

from engine.model.market import Bars, BarsByTimeframe, Check, Exits, Floats, Ints, Scores, Timeframe
from strategies import rolling
from strategies.base import CandleStrategy, settled
from strategies.columns import SAME, Marks, base, lin, over, scores, signals
from strategies.indicators import highest, lowest, vol_sma
from strategies.tail import Tail, tail

BLOCK_BARS = 20
"""A side that broke out waits this long for a close back inside before it may try again."""
TIME_STOP = 20


class Params(msgspec.Struct, frozen=True):
    """Parameters of `failed_breakout`."""

    range: Annotated[int, Meta(ge=5, le=200, description="bars of the range and of its mean volume")] = 20
    low_volume: Annotated[float, Meta(ge=0.3, le=1, description="a break below it, in mean volumes, may fail")] = 0.8
    cancel_volume: Annotated[float, Meta(ge=1, le=5, description="a bar outside at or above it makes it real")] = 1.5
    wait: Annotated[int, Meta(ge=1, le=10, description="bars it has to fail in")] = 3
    tick: Annotated[float, Meta(ge=0, le=1_000, description="price step the stop lies beyond the extreme")] = 0.0


class FailedBreakout(CandleStrategy[Params]):
    """Trades back into the range when price left it on little volume and soon closes inside again.

    Signal: short when a high went above the highest high of the 20 bars before (`range`) while the volume was
    below 0.8 (`low_volume`) of their mean, and that bar or one of the next 3 (`wait`) closes at or below it.
    The break is real, and nothing is signalled, when a later bar outside has 1.5 (`cancel_volume`) mean volumes,
    when the bars run out, or when the break itself was not quiet; that side is then blocked until a close back
    in the range or for 20 bars. Long is the mirror image. Range and mean volume are those of the break. Volumes
    within 1e-12 of a threshold are at it. Two signals in one bar are none.

    Stop and target: stop one price step (`tick`) beyond the highest high since the break, target the opposite
    side of the range.

    Exit: 20 bars.

    Score: 100 (0.5 lin(0.8 - volume/mean, 0, 0.4) + 0.5 lin(RR, 0, 2)), the volume that of the break.

    Checks: `break_volume` (volume of the break in mean volumes, shown while it may fail; met when below 0.8),
    `back_inside` (distance of the close inside the side that was broken, in price units; met from 0 on).

    Reason codes: `failed_low`, `failed_high`.
    """

    name = "failed_breakout"
    timeframes: tuple[Timeframe, ...] = ("15m",)
    params_type = Params

    def warmup(self, params: Params) -> int:
        """The least window: nothing here is an average without end."""
        return settled()

    def first_bar(self, params: Params) -> int:
        """The first bar with a whole range before it."""
        return params.range

    def exits(self, params: Params) -> Exits:
        """The time stop."""
        return Exits(time_stop=TIME_STOP)

    def recent(self, of: Bars, params: Params) -> Bars:
        """Back to a time at which neither side was blocked, whatever had been before."""
        rows = params.range + 2 * BLOCK_BARS
        part = tail(of, rows)
        while isinstance(part, Tail) and not (_frees(part.high, params.range) and _frees(-part.low, params.range)):
            rows *= 2
            part = tail(of, rows)
        return part

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        """Score every bar; see the class."""
        of = base(bars)
        size = len(of)
        mean = vol_sma(of, params.range)
        loudness = over(of.volume, mean, np.inf)
        failed, (stop, target, volume, inside) = np.zeros((2, size), bool), np.full((4, size), np.nan)
        for short, side in enumerate((1.0, -1.0)):
            for seen in _watch(of, -side, mean, loudness, params):
                t = seen.at
                if seen.failed or not failed[0, t]:
                    volume[t], inside[t] = seen.loudness, seen.inside
                if seen.failed:
                    failed[short, t] = True
                    stop[t], target[t] = -side * (seen.extreme + params.tick), -side * seen.opposite
        failed &= ~failed.all(axis=0)

        def mark(rows: Ints, side: Floats) -> Marks:
            entry = of.close[rows]
            reward = over(side * (target[rows] - entry), side * (entry - stop[rows]))
            score = 100.0 * (0.5 * lin(params.low_volume - volume[rows], 0.0, 0.4) + 0.5 * lin(reward, 0.0, 2.0))
            return Marks(score, stop[rows], target[rows])

        return scores(
            signals(of, self.first_bar(params), failed[0], failed[1]),
            mark,
            ("failed_low", "failed_high"),
            checks=(
                Check("break_volume", volume, np.isfinite(volume)),
                Check("back_inside", inside, inside >= 0.0),
            ),
            setup=self.name,
        )


class _Seen(NamedTuple):
    """One bar of a break that may fail, prices multiplied by the side of the break (+1 up, -1 down)."""

    at: int
    failed: bool
    loudness: float
    inside: float
    extreme: float
    opposite: float


def _frees(high: Floats, bars: int) -> bool:
    """Whether a side goes without a break for longer than one can block it."""
    breaks = np.flatnonzero(high[bars:] > highest(high, bars)[bars - 1 : -1]).tolist()
    return any(after - before > BLOCK_BARS for before, after in pairwise([-1, *breaks, len(high) - bars]))


def _watch(of: Bars, up: float, mean: Floats, loudness: Floats, params: Params) -> Iterator[_Seen]:
    """The bars on which a quiet break of one side is open, in order; `up` is -1 for the lower side, mirrored."""
    high, low = (of.high, of.low) if up > 0.0 else (-of.low, -of.high)
    top = rolling.before(highest(high, params.range))
    bottom = rolling.before(lowest(low, params.range))
    close, volume, last = up * of.close, of.volume, len(of) - 1
    idle_from = 0
    for start in np.flatnonzero(high > top).tolist():
        if start < idle_from:
            continue
        edge, opposite, share = top.item(start), bottom.item(start), loudness.item(start)
        end, extreme = start, edge
        if share < params.low_volume * (1.0 - SAME):
            loud = mean.item(start) * params.cancel_volume * (1.0 - SAME)
            for end in range(start, min(start + params.wait, last) + 1):
                extreme = max(extreme, high.item(end))
                inside = edge - close.item(end)
                yield _Seen(end, inside >= 0.0, share, inside, extreme, opposite)
                if inside >= 0.0 or (end > start and volume.item(end) >= loud):
                    break
            if inside >= 0.0:
                idle_from = end + 1
                continue
        idle_from = start + BLOCK_BARS + 1
        for at in range(end, min(start + BLOCK_BARS, last) + 1):
            if opposite <= close.item(at) <= edge:
                idle_from = at + 1
                break


strategy = FailedBreakout()
