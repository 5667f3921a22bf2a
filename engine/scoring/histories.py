"""Whole histories in columns: what a backtest evaluates at once, and the longer bars made of them."""

from functools import cached_property
from typing import Protocol

import numpy as np

from engine.model.market import SPAN_MS, Bars, Floats, Timeframe
from engine.plan import Plan
from engine.ports import Quoting, Source
from engine.scoring.evaluate import Evaluator, WindowEvaluator, others
from engine.scoring.known import HistoryEvaluator


class Columnar(Protocol):
    """A source whose candles can be had as whole columns."""

    def bars(self, symbol: str, timeframe: Timeframe | None = None) -> Bars:
        """All candles of a symbol, as recorded."""


class Survey:
    """A market looked at once, for any number of backtests over it: whether it is clean, and its longer bars."""

    def __init__(self, source: Source) -> None:
        self.source = source
        bars = getattr(source, "bars", None)
        self._columnar: Columnar | None = None if bars is None else source  # type: ignore[assignment]
        self._recorded: dict[str, Bars] = {}
        self._clean: dict[str, bool] = {}
        self._histories: dict[tuple[str, Timeframe], Bars] = {}

    def recorded(self, symbol: str) -> Bars | None:
        """All candles of a symbol in columns, as recorded; None where the source has no columns."""
        if self._columnar is None:
            return None
        if symbol not in self._recorded:
            self._recorded[symbol] = self._columnar.bars(symbol, self.source.timeframes[symbol])
        return self._recorded[symbol]

    def clean(self, symbol: str) -> bool:
        """Whether every candle of a symbol would be accepted as it stands."""
        if symbol not in self._clean:
            columns = self.recorded(symbol)
            self._clean[symbol] = columns is not None and clean(columns, self.source.timeframes[symbol])
        return self._clean[symbol]

    def evaluator(self, plan: Plan, checked: bool = True) -> Evaluator:
        """Whole histories where all columns are clean and nobody quotes, else windows; both score the same.

        `checked`: whether rows carry the checks of a decision record.
        """
        if any(isinstance(each.strategy, Quoting) for each in plan.strategies):
            return WindowEvaluator(plan.strategies)
        histories: dict[tuple[str, Timeframe], Bars] = {}
        for strategy in plan.strategies:
            for symbol in strategy.symbols:
                if not self.clean(symbol):
                    return WindowEvaluator(plan.strategies)
                for timeframe in (strategy.timeframe, *others(strategy)):
                    if SPAN_MS[timeframe] >= SPAN_MS[self.source.timeframes[symbol]]:
                        histories[symbol, timeframe] = self._history(symbol, timeframe)
        return HistoryEvaluator(plan.strategies, histories, checked)

    @cached_property
    def changes(self) -> dict[str, float | None]:
        """How far each symbol's price went from the first close after the start to the last; None with one close.

        Nothing is said of a source without columns, such as the simulated market.
        """
        found: dict[str, float | None] = {}
        for symbol, base in self.source.timeframes.items():
            columns = self.recorded(symbol)
            if columns is not None:
                closes = columns.close[columns.ts >= self.source.start - SPAN_MS[base]]
                known = len(closes) > 1 and 0 < closes[0] < np.inf and 0 < closes[-1] < np.inf
                found[symbol] = float(closes[-1] / closes[0]) - 1 if known else None
        return found

    def _history(self, symbol: str, timeframe: Timeframe) -> Bars:
        """A clean symbol's bars of any timeframe from its own on."""
        key, columns = (symbol, timeframe), self.recorded(symbol)
        if key not in self._histories and columns is not None:
            self._histories[key] = aggregated(columns, self.source.timeframes[symbol], timeframe)
        return self._histories[key]


def evaluator(source: Source, plan: Plan, checked: bool = True) -> Evaluator:
    """`Survey.evaluator` for one run."""
    return Survey(source).evaluator(plan, checked)


def clean(bars: Bars, timeframe: Timeframe) -> bool:
    """Whether every row would be accepted (strategies.md 1.1) in the order it stands."""
    span = SPAN_MS[timeframe]
    return bool(
        np.all(np.diff(bars.ts) > 0)
        and np.all(bars.ts % span == 0)
        and np.all((bars.low > 0) & (bars.low <= bars.open) & (bars.open <= bars.high) & (bars.high < np.inf))
        and np.all((bars.low <= bars.close) & (bars.close <= bars.high))
        and np.all((bars.volume >= 0) & (bars.volume < np.inf))
    )


def aggregated(bars: Bars, base: Timeframe, wanted: Timeframe) -> Bars:
    """Complete longer bars (strategies.md 1.3), each sum taken in the order of time like the running desk's."""
    if wanted == base:
        return bars
    span, need = SPAN_MS[wanted], SPAN_MS[wanted] // SPAN_MS[base]
    if len(bars) == 0:
        return bars
    opened = bars.ts - bars.ts % span
    starts = np.flatnonzero(np.diff(opened, prepend=opened[0] - 1))
    counts = np.diff(np.append(starts, len(opened)))
    starts = starts[counts == need]
    rows = starts[:, None] + np.arange(need)
    return Bars(
        opened[starts],
        bars.open[starts],
        bars.high[rows].max(axis=1, initial=0.0),
        bars.low[rows].min(axis=1, initial=np.inf),
        bars.close[starts + need - 1] if len(starts) else bars.close[:0],
        _summed(bars.volume[rows]),
        _summed(bars.taker_buy[rows]),
    )


def _summed(table: Floats) -> Floats:
    total: Floats = table[:, 0].copy()
    for k in range(1, table.shape[1]):
        total += table[:, k]
    return total
