"""Strategies with one fault each, planted for the checks to find, and an honest one that they have to leave alone."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np

from engine.model.market import (
    SPAN_MS,
    TIMEFRAMES,
    Bars,
    BarsByTimeframe,
    Exits,
    Flags,
    Floats,
    Ints,
    Scores,
    Timeframe,
)
from engine.proof.subject import Subject


class Params(msgspec.Struct, frozen=True):
    n: Annotated[int, msgspec.Meta(ge=2, le=400)] = 10


class Honest:
    """Long above the mean of the last n closes and short below it, where a bar before it was on the other side."""

    name = "honest"
    timeframes: tuple[Timeframe, ...] = ("5m",)
    accepts: tuple[Timeframe, ...] = TIMEFRAMES
    params_type: type[msgspec.Struct] = Params

    def check(self, params: Params) -> str | None:
        return None

    def warmup(self, params: Params) -> int:
        return 50

    def first_bar(self, params: Params) -> int:
        return params.n

    def reads(self, params: Params) -> Mapping[Timeframe, int]:
        return {}

    def exits(self, params: Params) -> Exits:
        return Exits()

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        """Positive where it would be long."""
        close = next(iter(bars.values())).close
        return close - mean(close, params.n)

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        of, lean = next(iter(bars.values())), self.lean(bars, params)
        side = np.nan_to_num(np.sign(lean))
        turned = np.concatenate([[False], side[1:] != side[:-1]]) if len(of) else np.zeros(0, bool)
        turned[: self.first_bar(params)] = False
        return said(of, np.where(turned, side, 0.0), self.first_bar(params))


def said(of: Bars, side: Floats, first: int, strength: Floats | float = 60.0) -> Scores:
    """Scores of signals: a stop 2 % away, no target."""
    size, acts = len(of), side != 0.0
    reason = np.where(acts, 2, 1).astype(np.int8)
    reason[:first] = 0
    none: Flags = np.zeros(size, bool)
    return Scores(
        score=side * strength,
        confidence=np.abs(side * strength),
        stop=np.where(acts, of.close * (1.0 - 0.02 * side), np.nan),
        target=np.full(size, np.nan),
        reason=reason,
        reasons=("warming_up", "no_signal", "crossed"),
        exit_long=none,
        exit_short=none.copy(),
    )


def mean(x: Floats, n: int) -> Floats:
    """Of the last n values, NaN before there are so many."""
    out = np.full(len(x), np.nan)
    if len(x) >= n:
        out[n - 1 :] = np.lib.stride_tricks.sliding_window_view(x, n).mean(axis=1)
    return out


class Shifted(Honest):
    """Compares with the next close, as shift(-1) does."""

    name = "shifted"

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        close = next(iter(bars.values())).close
        return np.append(close[1:], close[-1:]) - mean(close, params.n)


class FarShifted(Honest):
    """Compares with the close of 50 bars later, where there is one, at one bar in 97 only."""

    name = "far_shifted"

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        lean, close = super().lean(bars, params), next(iter(bars.values()))
        rows = np.flatnonzero(close.ts // SPAN_MS["5m"] % 97 == 0)
        rows = rows[rows + 50 < len(close)]
        lean[rows] = close.close[rows + 50] - close.close[rows]
        return lean


class Normalised(Honest):
    """Measures closes by mean and deviation of the whole series."""

    name = "normalised"

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        close = next(iter(bars.values())).close
        spread: Floats = (close - close.mean()) / (close.std() + 1e-9)
        return spread


class EarlyHour(Honest):
    """Uses the hour a bar lies in, which closes later."""

    name = "early_hour"
    timeframes: tuple[Timeframe, ...] = ("5m", "1h")

    def reads(self, params: Params) -> Mapping[Timeframe, int]:
        return {"1h": 5}

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        of, hours = bars["5m"], bars.get("1h")
        return np.full(len(of), np.nan) if hours is None else of.close - _at(hours, of.ts)


class ClosedHour(EarlyHour):
    """Uses the last hour that has closed by the close of a bar: no fault."""

    name = "closed_hour"

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        of, hours = bars["5m"], bars.get("1h")
        return np.full(len(of), np.nan) if hours is None else of.close - _at(hours, of.ts + 300_000 - 3_600_000)


def _at(hours: Bars, ts: Ints) -> Floats:
    """Close of the last hour that opened at or before each time, NaN where there is none."""
    rows = hours.ts.searchsorted(ts, "right") - 1
    return np.where(rows >= 0, hours.close[np.maximum(rows, 0)], np.nan)


class Repainting(Honest):
    """Shows a signal on the newest bar and takes it back when the next one is there."""

    name = "repainting"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        scores = super().evaluate(bars, params)
        if len(scores.score) > params.n:
            close = next(iter(bars.values())).close[-1]
            scores.score[-1], scores.confidence[-1], scores.stop[-1], scores.reason[-1] = 60.0, 60.0, close * 0.98, 2
        return scores


class ShortWarmup(Honest):
    """An exponential average of 100 bars with 120 bars stated."""

    name = "short_warmup"

    def warmup(self, params: Params) -> int:
        return 120

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        close = next(iter(bars.values())).close
        average, out = close[0], np.empty(len(close))
        for row, value in enumerate(close.tolist()):
            average += (value - average) * 2.0 / 101.0
            out[row] = average
        return close - out

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        of, lean = next(iter(bars.values())), self.lean(bars, params)
        side = np.sign(lean)
        side[: params.n] = 0.0
        return said(of, side, params.n, np.minimum(100.0, 100.0 * np.abs(lean) / of.close))


class Endless(ShortWarmup):
    """Measures by the mean of all closes there ever were."""

    name = "endless"

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        close = next(iter(bars.values())).close
        return close - np.cumsum(close) / np.arange(1, len(close) + 1)


class ShortReads(ClosedHour):
    """A mean of 20 hours with 5 stated."""

    name = "short_reads"

    def lean(self, bars: BarsByTimeframe, params: Params) -> Floats:
        of, hours = bars["5m"], bars.get("1h")
        if hours is None:
            return np.full(len(of), np.nan)
        closed = of.ts + SPAN_MS["5m"] - SPAN_MS["1h"]
        rows = hours.ts.searchsorted(closed, "right") - 1
        averages = np.array([hours.close[max(0, row - 19) : row + 1].mean() for row in range(len(hours))])
        return np.where(rows >= 0, of.close - averages[np.maximum(rows, 0)], np.nan)


class Early(Honest):
    """Signals before the first bar it states."""

    name = "early"

    def first_bar(self, params: Params) -> int:
        return 60

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        of, side = next(iter(bars.values())), np.nan_to_num(np.sign(self.lean(bars, params)))
        return said(of, side, 60)


class Remembering(Honest):
    """Counts how often it was asked."""

    name = "remembering"

    def __init__(self) -> None:
        self.asked = 0

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        self.asked += 1
        scores = super().evaluate(bars, params)
        scores.confidence[:] = self.asked
        return scores


class Writing(Honest):
    """Fills a hole in the volumes it was given."""

    name = "writing"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        of = next(iter(bars.values()))
        of.volume[of.volume == 0.0] = 1.0
        return super().evaluate(bars, params)


class Short(Honest):
    """Leaves the first rows out."""

    name = "short"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        scores = super().evaluate(bars, params)
        return msgspec.structs.replace(scores, stop=scores.stop[params.n :])


class Excessive(Honest):
    """Scores 160."""

    name = "excessive"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        scores = super().evaluate(bars, params)
        scores.score[:] *= 160.0 / 60.0
        return scores


class WrongStop(Honest):
    """Puts the stop where the profit is."""

    name = "wrong_stop"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        scores = super().evaluate(bars, params)
        scores.stop[:] = np.where(scores.score != 0, next(iter(bars.values())).close * 2.0, np.nan) * (scores.score > 0)
        return scores


class Raising(Honest):
    """Cannot do without taker volume."""

    name = "raising"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        if np.isnan(next(iter(bars.values())).taker_buy).any():
            raise KeyError("taker_buy")
        return super().evaluate(bars, params)


class Turning(Honest):
    """The same rule, which also leaves a trade at the opposite signal."""

    name = "turning"

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        scores = super().evaluate(bars, params)
        return msgspec.structs.replace(scores, exit_long=scores.score < 0, exit_short=scores.score > 0)


class Seeded(Honest):
    """Trades at moments drawn by its parameter: whatever it earns is luck."""

    name = "seeded"
    accepts: tuple[Timeframe, ...] = TIMEFRAMES

    def evaluate(self, bars: BarsByTimeframe, params: Params) -> Scores:
        of = next(iter(bars.values()))
        drawn = (of.ts // SPAN_MS["5m"] * 2_654_435_761 + params.n * 40_503_000_017) % 9_973 % 60
        side = np.where(drawn == 0, 1.0, np.where(drawn == 1, -1.0, 0.0))
        side[: params.n] = 0.0
        scores = said(of, side, params.n)
        return msgspec.structs.replace(scores, exit_long=side < 0, exit_short=side > 0)


def subject(strategy: Honest, timeframe: Timeframe = "5m", n: int = 10) -> Subject:
    return Subject(strategy.name, strategy, Params(n), timeframe)
