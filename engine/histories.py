"""Whole histories in columns: what a backtest evaluates at once, and the longer bars made of them."""

from typing import Protocol

import numpy as np

from engine.evaluate import Evaluator, HistoryEvaluator, WindowEvaluator, others
from engine.model.market import SPAN_MS, Bars, Floats, Timeframe
from engine.plan import Plan
from engine.ports import Source


class Columnar(Protocol):
    """A source whose candles can be had as whole columns."""

    def bars(self, symbol: str, timeframe: Timeframe | None = None) -> Bars:
        """All candles of a symbol, as recorded."""


def evaluator(source: Source, plan: Plan, checked: bool = True) -> Evaluator:
    """Whole histories where the source has clean columns, else windows; both score the same.

    `checked`: whether rows carry the checks of a decision record.
    """
    bars = getattr(source, "bars", None)
    if bars is None:
        return WindowEvaluator(plan.strategies)
    columnar: Columnar = source  # type: ignore[assignment]
    histories: dict[tuple[str, Timeframe], Bars] = {}
    for strategy in plan.strategies:
        for symbol in strategy.symbols:
            base = source.timeframes[symbol]
            columns = columnar.bars(symbol, base)
            if not clean(columns, base):
                return WindowEvaluator(plan.strategies)
            for timeframe in (strategy.timeframe, *others(strategy)):
                if SPAN_MS[timeframe] >= SPAN_MS[base] and (symbol, timeframe) not in histories:
                    histories[symbol, timeframe] = aggregated(columns, base, timeframe)
    return HistoryEvaluator(plan.strategies, histories, checked)


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
