"""What strategies said of whole histories, worked out block by block before a backtest walks them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from engine.model.market import SPAN_MS, Bars, Ints, Scores, Timeframe
from engine.model.messages import CandleClosed
from engine.plan import StrategyPlan
from engine.scoring.blocks import Block, anchor, blocks, gathered
from engine.scoring.evaluate import Joint, earlier, others
from engine.scoring.leaving import Leaving
from engine.scoring.row import Row, last_row, rows_of
from engine.sizing.atr import LEAD, average_range


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
        """Of each plan and symbol by opening time: the bars that ask for something more than to leave."""
        self._leaving: dict[tuple[str, str], Leaving] = {}
        """Of those that say anywhere who should leave, and nothing else."""
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
        key = plan.id, symbol
        found = self._rows[key].get(open_at)
        if found is None and key in self._leaving:
            return self._leaving[key].row(open_at)
        return found

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
            entering = wanted[0][places]
            leaving = places[~entering]
            if len(leaving):
                if (key := (plan.id, symbol)) not in self._leaving:
                    self._leaving[key] = Leaving(self._histories[symbol, plan.timeframe].ts, plan.timeframe)
                self._leaving[key].note(opened[~entering], scores.exit_long[leaving], scores.exit_short[leaving])
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
