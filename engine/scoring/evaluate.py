"""Scores for the core: windows kept bar by bar in a running desk, whole histories looked up in a backtest.

Both evaluate the same anchored blocks: a bar is scored with the bars since the start of its block (a fixed grid of
`BLOCK` bars in time) less the strategy's warm-up. Live and backtest therefore agree bit for bit, whenever they began.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Ints, Scores, Timeframe
from engine.model.messages import CandleClosed
from engine.plan import StrategyPlan
from engine.scoring.blocks import BLOCK, anchor
from engine.scoring.row import Row, last_row
from engine.scoring.windows import FlowTable, Table, Window
from engine.sizing.atr import LEAD, average_range


class Evaluator(Protocol):
    """Where the core gets scores from."""

    def push(self, candle: CandleClosed) -> None:
        """A closed bar of a wanted series has been accepted."""

    def row(self, plan: StrategyPlan, symbol: str, open_at: int) -> Row | None:
        """Scores of the bar that opened then; None when they ask for nothing."""

    def latest(self, plan: StrategyPlan, symbol: str) -> Row | None:
        """Scores of the newest bar, also when they ask for nothing; None without bars."""

    def bars(self, plan: StrategyPlan, symbol: str) -> Bars | None:
        """The bars of its own timeframe that the newest one is scored with; None without any."""

    def reach(self, plan: StrategyPlan, symbol: str, open_at: int) -> float | None:
        """Average true range of its own timeframe at the bar that opened then; None: too few bars are known.

        Measured on the bars since the start of the block less `LEAD`, in a desk and in a backtest alike.
        """


@runtime_checkable
class Brief(Protocol):
    """A strategy that can score the last bars alone."""

    def newest(self, bars: BarsByTimeframe, params: Any) -> Scores:
        """What `evaluate` says of the last bars, one of them at least."""


@runtime_checkable
class Joint(Protocol):
    """A strategy that can score several blocks at once."""

    def together(
        self, timeframe: Timeframe, blocks: Sequence[Bars], rows: Sequence[int], params: Any
    ) -> tuple[Scores, Ints] | None:
        """Scores among which are those that `evaluate` gives the last rows of each block, and the places of these.

        None where each block must be looked at for itself.
        """


def others(plan: StrategyPlan) -> dict[Timeframe, int]:
    """Bars that a strategy reads of timeframes beside its own."""
    reads = plan.strategy.reads(plan.params)
    return {timeframe: bars for timeframe, bars in reads.items() if timeframe != plan.timeframe}


def earlier(open_at: int, base: Timeframe, timeframe: Timeframe, bars: int) -> int:
    """Opening time of the first bar of another timeframe that the bar opening at `open_at` is scored with."""
    span = SPAN_MS[timeframe]
    block = anchor(open_at, base, 0)
    return block - block % span - bars * span


def needs(plan: StrategyPlan) -> dict[Timeframe, int]:
    """Bars that a window of each timeframe must hold for this strategy."""
    found = {plan.timeframe: plan.strategy.warmup(plan.params) + 2 * BLOCK}
    for timeframe, bars in others(plan).items():
        found[timeframe] = bars + BLOCK * SPAN_MS[plan.timeframe] // SPAN_MS[timeframe] + 2
    return found


class Reading(NamedTuple):
    """How a plan's strategy is asked about the newest bar: worked out once."""

    plan: StrategyPlan
    warmup: int
    others: Mapping[Timeframe, int]
    newest: Callable[[BarsByTimeframe, Any], Scores]


def reading(plan: StrategyPlan) -> Reading:
    """The reading of a plan."""
    strategy = plan.strategy
    newest = strategy.newest if isinstance(strategy, Brief) else strategy.evaluate
    return Reading(plan, strategy.warmup(plan.params), others(plan), newest)


class WindowEvaluator:
    """Scores each bar when it closes, from the windows held in memory."""

    def __init__(self, plans: tuple[StrategyPlan, ...]) -> None:
        keeps: dict[tuple[str, Timeframe], int] = {}
        for plan in plans:
            for symbol in plan.symbols:
                for timeframe, keep in needs(plan).items():
                    keeps[symbol, timeframe] = max(keeps.get((symbol, timeframe), 0), keep)
        self._windows = {key: Window(key[1], keep) for key, keep in keeps.items()}
        self._readings: dict[str, Reading] = {}

    def windows(self) -> Mapping[tuple[str, Timeframe], Window]:
        """What is held, by symbol and timeframe."""
        return self._windows

    def hold(self, symbol: str, timeframe: Timeframe, bars: int) -> None:
        """Hold at least so many bars of a series from now on, whoever reads it; what is held stays."""
        window = self._windows.get((symbol, timeframe))
        if window is None:
            self._windows[symbol, timeframe] = Window(timeframe, bars)
        elif window.keep < bars:
            self._windows[symbol, timeframe] = window.widened(timeframe, bars)

    def fill(self, symbol: str, timeframe: Timeframe, ts: Ints, data: Table, flow: FlowTable | None = None) -> None:
        """Put stored bars in a window; those of a series nobody reads any more are left out."""
        window = self._windows.get((symbol, timeframe))
        if window is not None:
            window.fill(ts, data, flow)

    def push(self, candle: CandleClosed) -> None:
        """A closed bar of a wanted series has been accepted."""
        window = self._windows.get((candle.symbol, candle.timeframe))
        if window is not None:
            window.push(candle)

    def row(self, plan: StrategyPlan, symbol: str, open_at: int) -> Row | None:
        """Scores of the newest bar, None when they ask for nothing."""
        scores = self._scores(plan, symbol)
        if scores is None:
            return None
        if scores.score[-1] == 0 and not scores.exit_long[-1] and not scores.exit_short[-1] and scores.trail is None:
            return None
        return last_row(scores)

    def latest(self, plan: StrategyPlan, symbol: str) -> Row | None:
        """Scores of the newest bar, whatever they say."""
        scores = self._scores(plan, symbol)
        return None if scores is None else last_row(scores)

    def bars(self, plan: StrategyPlan, symbol: str) -> Bars | None:
        """The bars of its own timeframe that the newest one is scored with; None without any."""
        window = self._windows[symbol, plan.timeframe]
        newest = window.newest
        return None if newest is None else window.unbroken(anchor(newest, plan.timeframe, self._reading(plan).warmup))

    def reach(self, plan: StrategyPlan, symbol: str, open_at: int) -> float | None:
        """Average true range at the newest bar."""
        bars = self._windows[symbol, plan.timeframe].unbroken(anchor(open_at, plan.timeframe, LEAD))
        return None if bars is None else average_range(bars)

    def _reading(self, plan: StrategyPlan) -> Reading:
        found = self._readings.get(plan.id)
        if found is None or found.plan is not plan:
            found = self._readings[plan.id] = reading(plan)
        return found

    def _scores(self, plan: StrategyPlan, symbol: str) -> Scores | None:
        bars = self.bars(plan, symbol)
        if bars is None:
            return None
        asked = self._reading(plan)
        seen: dict[Timeframe, Bars] = {plan.timeframe: bars}
        for timeframe, need in asked.others.items():
            held = self._windows[symbol, timeframe].every(earlier(int(bars.ts[-1]), plan.timeframe, timeframe, need))
            if len(held):
                seen[timeframe] = held
        return asked.newest(seen, plan.params)
