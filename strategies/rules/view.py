"""Operands and conditions as columns over one set of bars; each is computed once."""

from typing import assert_never

import numpy as np

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Flags, Floats, Ints, Timeframe
from strategies import rolling
from strategies.columns import SAME
from strategies.indicators import highest, lowest
from strategies.named import Outputs
from strategies.rules import nodes as n
from strategies.rules.evidence import STATES, Evidence
from strategies.rules.hours import inside
from strategies.rules.registry import Params, compute, trial
from strategies.rules.truth import Truth, at_least, every, lasting, negation, recent, settled, undefined
from strategies.structure.closed import newest
from strategies.structure.flow import imbalance

DOJI = 0.1


class View:
    """Bars by timeframe, the base one first, and what has been computed on them."""

    def __init__(self, bars: BarsByTimeframe, evidence: Evidence) -> None:
        """A timeframe that is not in `bars` is undefined."""
        self._bars = bars
        self._evidence = evidence
        self.timeframe: Timeframe = next(iter(bars))
        self.base: Bars = bars[self.timeframe]
        self._lines: dict[tuple[str, Params, Timeframe], Outputs] = {}
        self._rows: dict[Timeframe, Ints] = {}
        self._truths: dict[n.Condition, Truth] = {}

    def values(self, operand: n.Operand, grid: Timeframe | None = None) -> Floats:
        """An operand at each bar of `grid` (none: the base); NaN where undefined."""
        own = grid or self.timeframe
        match operand:
            case n.Number():
                return np.full(len(self._of(own)), operand.value)
            case n.Price():
                column = price(self._of(operand.timeframe or own), operand.name)
                return self._seen(rolling.before(column, operand.offset), operand.timeframe, own)
            case n.Line():
                column = self._line(operand, operand.timeframe or own)
                return self._seen(rolling.before(column, operand.offset), operand.timeframe, own)
            case n.Arithmetic():
                return _joined(operand.kind, self.values(operand.left, grid), self.values(operand.right, grid))
            case n.Absolute():
                return np.abs(self.values(operand.of, grid))
            case n.Extreme():
                return rolling.before(_extreme(operand.kind, self.values(operand.of, grid), operand.bars))
            case n.FlowValue(metric="imbalance"):
                return imbalance(self._of(own))
            case n.FlowValue():
                return self._evidence.flow(operand.metric, self._bars)
            case _:
                assert_never(operand)

    def truth(self, condition: n.Condition) -> Truth:
        """A condition at each bar of the base."""
        found = self._truths.get(condition)
        if found is None:
            found = self._truths[condition] = self._truth(condition)
        return found

    def shown(self, condition: n.Condition) -> Floats:
        """The number a condition is about, as far as it is about one: what is compared, what rises; else NaN."""
        of = n.operands(condition)
        if not of or not isinstance(condition, n.Comparison | n.Trend):
            return np.full(len(self.base), np.nan)
        grid = condition.timeframe or self.timeframe
        return self._seen(self.values(of[0], grid), grid, self.timeframe)

    def _truth(self, condition: n.Condition) -> Truth:
        match condition:
            case n.Every():
                return every([self.truth(one) for one in condition.of])
            case n.Some():
                return at_least(condition.count, [self.truth(one) for one in condition.of])
            case n.Negation():
                return negation(self.truth(condition.of))
            case n.Recent():
                return recent(self.truth(condition.of), condition.bars)
            case n.Comparison() | n.Trend():
                grid = condition.timeframe or self.timeframe
                own = (
                    self._compared(condition, grid)
                    if isinstance(condition, n.Comparison)
                    else self._trend(condition, grid)
                )
                return own if grid == self.timeframe else own.at(self._newest(grid))
            case n.Candle():
                return candle(condition.pattern, self.base)
            case n.InState():
                state = self._evidence.state(self._bars)
                return settled(np.isin(state, [STATES.index(one) for one in condition.states]), state >= 0)
            case n.NearLevel():
                levels = self._evidence.levels(condition.kind, condition.tier, self._bars)
                gap = np.abs(self.base.close[:, None] / levels - 1.0)
                near: Flags = np.count_nonzero(gap <= condition.within + SAME, axis=1) > 0
                known: Flags = np.count_nonzero(np.isfinite(levels), axis=1) > 0
                return settled(near, known)
            case n.Hours():
                close = self.base.ts + SPAN_MS[self.timeframe]
                return Truth(inside(condition, close), np.ones(len(close), bool))
            case _:
                assert_never(condition)

    def _of(self, timeframe: Timeframe) -> Bars:
        return self._bars[timeframe] if timeframe in self._bars else self.base.slice(0, 0)

    def _line(self, line: n.Line, timeframe: Timeframe) -> Floats:
        bars = self._of(timeframe)
        if len(bars) <= trial(line.name, line.params).first[line.output]:
            return np.full(len(bars), np.nan)
        key = (line.name, line.params, timeframe)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = compute(line.name, line.params, bars, timeframe)
        column = found[line.output]
        return np.where(np.isfinite(column), column, np.nan)

    def _seen(self, column: Floats, timeframe: Timeframe | None, grid: Timeframe) -> Floats:
        """A column of another timeframe at each bar of `grid`: the value of its last bar that had closed."""
        if timeframe is None or timeframe == grid:
            return column
        rows = self._newest(timeframe)
        return np.append(column, np.nan)[rows]

    def _newest(self, timeframe: Timeframe) -> Ints:
        rows = self._rows.get(timeframe)
        if rows is None:
            at = self.base.ts + SPAN_MS[self.timeframe]
            rows = self._rows[timeframe] = newest(self._of(timeframe), timeframe, at)
        return rows

    def _compared(self, condition: n.Comparison, grid: Timeframe) -> Truth:
        left, right = self.values(condition.left, grid), self.values(condition.right, grid)
        if condition.op in ("<", "<=", "crosses_below"):
            left, right = right, left
        known = np.isfinite(left) & np.isfinite(right)
        gap, noise = left - right, SAME * np.maximum(np.abs(left), np.abs(right))
        over = gap > noise
        if condition.op in (">", "<"):
            return settled(over, known)
        if condition.op in (">=", "<="):
            return settled(gap >= -noise, known)
        crossed, both = np.zeros((2, len(over)), bool)
        crossed[1:], both[1:] = over[1:] & ~over[:-1], known[1:] & known[:-1]
        return settled(crossed, both)

    def _trend(self, trend: n.Trend, grid: Timeframe) -> Truth:
        column = self.values(trend.of, grid)
        past = rolling.before(column)
        gap = column - past if trend.rises else past - column
        known = np.isfinite(gap)
        return lasting(settled(gap > SAME * np.maximum(np.abs(column), np.abs(past)), known), trend.bars)


def price(bars: Bars, name: str) -> Floats:
    """A column of the bars, or a mean of their prices."""
    match name:
        case "hl2":
            return (bars.high + bars.low) / 2.0
        case "hlc3":
            return (bars.high + bars.low + bars.close) / 3.0
        case "ohlc4":
            return (bars.open + bars.high + bars.low + bars.close) / 4.0
        case _:
            column: Floats = getattr(bars, name)
            return column


def candle(pattern: str, bars: Bars) -> Truth:
    """Whether the last candles have a shape."""
    if pattern == "doji":
        span = bars.high - bars.low
        small = np.abs(bars.close - bars.open) <= DOJI * span + SAME * bars.high
        return Truth(small & (span > 0.0), np.ones(len(bars), bool))
    if len(bars) < 2:
        return undefined(len(bars))
    yes, known = np.zeros((2, len(bars)), bool)
    known[1:] = True
    (o0, o), (c0, c) = ((x[:-1], x[1:]) for x in (bars.open, bars.close))
    match pattern:
        case "bullish_engulfing":
            yes[1:] = (c0 < o0) & (c > o) & (o <= c0) & (c >= o0)
        case "bearish_engulfing":
            yes[1:] = (c0 > o0) & (c < o) & (o >= c0) & (c <= o0)
        case _:
            yes[1:] = (bars.high[1:] < bars.high[:-1]) & (bars.low[1:] > bars.low[:-1])
    return Truth(yes, known)


def _joined(kind: n.ArithmeticKind, a: Floats, b: Floats) -> Floats:
    match kind:
        case "add":
            out = a + b
        case "sub":
            out = a - b
        case "mul":
            out = a * b
        case "div":
            out = np.divide(a, b, out=np.full(len(a), np.nan), where=b != 0.0)
        case "min":
            out = np.minimum(a, b)
        case "max":
            out = np.maximum(a, b)
        case _:
            assert_never(kind)
    return np.where(np.isfinite(out), out, np.nan)


def _extreme(kind: n.ExtremeKind, x: Floats, bars: int) -> Floats:
    """Of the last `bars` values; undefined where one of them is."""
    if bars == 1:
        return x
    if len(x) < bars:
        return np.full(len(x), np.nan)
    first = int(np.argmax(np.isfinite(x)))
    if np.isfinite(x[first:]).all():
        return highest(x, bars) if kind == "highest" else lowest(x, bars)
    out = np.full(len(x), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(x, bars)
    out[bars - 1 :] = windows.max(axis=1) if kind == "highest" else windows.min(axis=1)
    return out
