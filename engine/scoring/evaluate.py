"""Scores for the core: windows kept bar by bar in a running desk, whole histories looked up in a backtest.

Both evaluate the same anchored blocks: a bar is scored with the bars since the start of its block (a fixed grid of
`BLOCK` bars in time) less the strategy's warm-up. Live and backtest therefore agree bit for bit, whenever they began.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Ints, Scores, Timeframe
from engine.model.messages import CandleClosed
from engine.plan import StrategyPlan
from engine.scoring.blocks import BLOCK, Block, anchor, blocks, gathered
from engine.scoring.row import LEAVE, Row, last_row, rows_of
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


class Asking(NamedTuple):
    """What a strategy asks for on one symbol: opening times of bars, oldest first."""

    plan: str
    timeframe: Timeframe
    entries: Ints
    long_exits: Ints
    short_exits: Ints


class HistoryEvaluator:
    """Scores of whole histories, evaluated block by block beforehand. `histories`: clean columns of each series.

    `checked`: whether rows that ask for something carry the checks of a decision record.
    """

    def __init__(
        self,
        plans: tuple[StrategyPlan, ...],
        histories: Mapping[tuple[str, Timeframe], Bars],
        checked: bool = True,
    ) -> None:
        self._checked = checked
        self._rows: dict[tuple[str, str], dict[int, Row]] = {}
        """Of each plan and symbol by opening time: the bars that ask for something."""
        self._last: dict[tuple[str, str], Row] = {}
        self._asked: dict[tuple[str, str], tuple[list[Ints], list[Ints], list[Ints]]] = {}
        """Of each plan and symbol the opening times of bars that ask for an entry, to leave a long, and a short."""
        self._histories = histories
        for plan in plans:
            for symbol in plan.symbols:
                self._evaluate(plan, symbol, histories[symbol, plan.timeframe])

        self._symbols = [(plan, symbol) for plan in plans for symbol in plan.symbols]

    def histories_of(self, symbol: str) -> dict[Timeframe, Bars]:
        """The bars of one symbol that strategies trade on."""
        traded = {plan.timeframe for plan, name in self._symbols if name == symbol}
        return {timeframe: self._histories[symbol, timeframe] for timeframe in traded}

    def asking(self, symbol: str) -> Iterator[Asking]:
        """What each plan asks for on a symbol."""
        for plan, name in self._symbols:
            if name == symbol:
                none = np.empty(0, np.int64)
                found = (np.concatenate([none, *opened]) for opened in self._asked[plan.id, symbol])
                yield Asking(plan.id, plan.timeframe, *found)

    def push(self, candle: CandleClosed) -> None:
        """Known already."""

    def row(self, plan: StrategyPlan, symbol: str, open_at: int) -> Row | None:
        """Scores of the bar that opened then, None when they ask for nothing."""
        return self._rows[plan.id, symbol].get(open_at)

    def latest(self, plan: StrategyPlan, symbol: str) -> Row | None:
        """Scores of the last bar of the history."""
        return self._last.get((plan.id, symbol))

    def bars(self, plan: StrategyPlan, symbol: str) -> Bars | None:
        """None: histories serve strategies that look at scores alone (`engine.scoring.histories`)."""
        return None

    def reach(self, plan: StrategyPlan, symbol: str, open_at: int) -> float | None:
        """Average true range at the bar that opened then."""
        bars, span = self._histories[symbol, plan.timeframe], SPAN_MS[plan.timeframe]
        first, end = bars.ts.searchsorted((anchor(open_at, plan.timeframe, LEAD), open_at + 1)).tolist()
        breaks = np.flatnonzero(np.diff(bars.ts[first:end]) != span)
        return average_range(bars.slice(first + (int(breaks[-1]) + 1 if len(breaks) else 0), end))

    def _evaluate(self, plan: StrategyPlan, symbol: str, bars: Bars) -> None:
        warmup = plan.strategy.warmup(plan.params)
        self._rows[plan.id, symbol], self._asked[plan.id, symbol] = {}, ([], [], [])
        for heap in gathered(blocks(bars, plan.timeframe, warmup), warmup):
            if not self._at_once(plan, symbol, bars, heap):
                for block in heap:
                    scores, size = self._block(plan, symbol, bars, block), block.stop - block.start
                    places = np.arange(block.begin - block.start, size)
                    self._keep(plan, symbol, scores, places, bars.ts[block.begin : block.stop])
            last = heap[-1]
        if len(bars):
            self._last[plan.id, symbol] = last_row(self._block(plan, symbol, bars, last))

    def _at_once(self, plan: StrategyPlan, symbol: str, bars: Bars, heap: Sequence[Block]) -> bool:
        """Score neighbouring blocks together, if the strategy can."""
        strategy = plan.strategy
        if len(heap) == 1 or not isinstance(strategy, Joint):
            return False
        seen = [bars.slice(block.start, block.stop) for block in heap]
        said = strategy.together(plan.timeframe, seen, [block.stop - block.begin for block in heap], plan.params)
        if said is not None:
            scores, places = said
            self._keep(plan, symbol, scores, places, bars.ts[heap[0].begin : heap[-1].stop])
        return said is not None

    def _block(self, plan: StrategyPlan, symbol: str, bars: Bars, block: Block) -> Scores:
        start, begin, stop = block
        others = self._others(plan, symbol, bars.ts.item(begin), bars.ts.item(stop - 1))
        return plan.strategy.evaluate({plan.timeframe: bars.slice(start, stop)} | others, plan.params)

    def _keep(self, plan: StrategyPlan, symbol: str, scores: Scores, places: Ints, opened: Ints) -> None:
        """The rows at these places that ask for something, by the opening times of their bars."""
        wanted = scores.score != 0, scores.exit_long, scores.exit_short
        asking = wanted[0] | wanted[1] | wanted[2] | (scores.trail is not None)
        asked = np.flatnonzero(asking[places])
        opened, places = opened[asked], places[asked]
        for heap, column in zip(self._asked[plan.id, symbol], wanted, strict=True):
            heap.append(opened[column[places]])
        rows = self._rows[plan.id, symbol]
        if not self._checked and scores.trail is None and scores.led is None:
            # Of a row that only says who should leave nothing else is read: there is one for all of them.
            entering = wanted[0][places]
            leaving = places[~entering]
            sides = zip(scores.exit_long[leaving].tolist(), scores.exit_short[leaving].tolist(), strict=True)
            rows.update(zip(opened[~entering].tolist(), map(LEAVE.__getitem__, sides), strict=True))
            opened, places = opened[entering], places[entering]
        rows.update(zip(opened.tolist(), rows_of(scores, places, self._checked), strict=True))

    def _others(self, plan: StrategyPlan, symbol: str, opened: int, last: int) -> dict[Timeframe, Bars]:
        """The other timeframes that a block is scored with: all that closed by the close of its last bar."""
        seen: dict[Timeframe, Bars] = {}
        end = last + SPAN_MS[plan.timeframe]
        for timeframe, need in others(plan).items():
            bars = self._histories.get((symbol, timeframe))
            if bars is not None:
                since = earlier(opened, plan.timeframe, timeframe, need)
                first, stop = bars.ts.searchsorted((since, end - SPAN_MS[timeframe] + 1)).tolist()
                if first < stop:
                    seen[timeframe] = bars.slice(first, stop)
        return seen
