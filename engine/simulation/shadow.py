"""Shadows: new versions scored beside running strategies, on a paper account and a simulated venue of their own.

A shadow sees every market event after the desk itself and reads the desk's own windows, so both versions judge the
same bars. Nothing of it reaches the desk: what it does is only counted (strategies.md section 16).
"""

from collections.abc import Sequence

import msgspec

from engine.candles import Series
from engine.core import Core
from engine.model.market import SPAN_MS, Bars
from engine.model.messages import CandleClosed, Effect, Event, FundingSettled, Timer
from engine.plan import StrategyPlan
from engine.scoring.evaluate import Evaluator
from engine.scoring.row import Row
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from engine.state import Shadowed


class Borrowed:
    """The desk's scores, for somebody who must not push bars a second time. Port Evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def push(self, candle: CandleClosed) -> None:
        """The desk has done it."""

    def row(self, plan: StrategyPlan, symbol: str, open_at: int) -> Row | None:
        """Scores of the newest bar, None when they ask for nothing."""
        return self._evaluator.row(plan, symbol, open_at)

    def latest(self, plan: StrategyPlan, symbol: str) -> Row | None:
        """Scores of the newest bar, whatever they say."""
        return self._evaluator.latest(plan, symbol)

    def bars(self, plan: StrategyPlan, symbol: str) -> Bars | None:
        """The bars that the newest one is scored with."""
        return self._evaluator.bars(plan, symbol)

    def reach(self, plan: StrategyPlan, symbol: str, open_at: int) -> float | None:
        """Average true range at the bar that opened then."""
        return self._evaluator.reach(plan, symbol, open_at)


class Shadow:
    """One new version at work."""

    def __init__(self, desk: Core, kept: Shadowed, strategy: StrategyPlan) -> None:
        self.kept = kept
        self._span, self._lead = SPAN_MS[strategy.timeframe], strategy.symbols[0]
        self._symbols = frozenset(strategy.symbols)
        plan = msgspec.structs.replace(desk.plan, strategies=(strategy,), cash=kept.paper.start)
        instruments = {symbol: desk.desk.instruments[symbol] for symbol in strategy.symbols}
        bases = {symbol: desk.series[symbol].base for symbol in strategy.symbols}
        self._core = Core(plan, instruments, bases, Borrowed(desk.evaluator), kept.paper)
        for symbol in strategy.symbols:
            _copy(desk.series[symbol], self._core.series[symbol])
        broker = SimBroker(instruments, plan.costs, plan.limits.max_leverage, kept.venue)
        self._driver = Driver(self._core, broker, _unheard)

    def take(self, event: Event) -> None:
        """A market event, or a minute; nothing once all bars are scored."""
        kept = self.kept
        if kept.scored >= kept.wanted:
            return
        if isinstance(event, Timer):
            self._driver.take(event)
        elif isinstance(event, CandleClosed | FundingSettled) and event.symbol in self._symbols:
            self._driver.take(event)
            closed_at = self._core.series[self._lead].closed_at
            kept.scored = max(0, closed_at // self._span - kept.began // self._span)


class Shadows:
    """The shadows of a desk, as its state says: made before the first event they see, gone with their entry."""

    def __init__(self, desk: Core) -> None:
        self._desk = desk
        self._running: dict[str, Shadow] = {}

    def prepare(self) -> None:
        """Before each event: whoever begins now has to begin where the desk is."""
        kept = self._desk.state.shadows
        if not kept and not self._running:
            return
        running = {name: one for name, one in self._running.items() if kept.get(name) is one.kept}
        for name, each in kept.items():
            if name not in running and self._desk.lineup.shadowed[name].symbols:
                running[name] = Shadow(self._desk, each, self._desk.lineup.shadowed[name])
        self._running = running

    def take(self, event: Event) -> None:
        """After each event that came from outside."""
        for shadow in self._running.values():
            shadow.take(event)


def _copy(source: Series, target: Series) -> None:
    """Be at the same place in the stream, with the same bars half gathered."""
    target.last, target.closed_at, target.closes = source.last, source.closed_at, list(source.closes)
    buckets = {bucket.timeframe: bucket for bucket in source.buckets}
    for bucket in target.buckets:
        b = buckets[bucket.timeframe]
        bucket.open_at, bucket.open, bucket.high, bucket.low = b.open_at, b.open, b.high, b.low
        bucket.close, bucket.volume, bucket.taker_buy, bucket.seen = b.close, b.volume, b.taker_buy, b.seen


def _unheard(event: Event, effects: Sequence[Effect]) -> None:
    """Nobody is told what happens on paper."""
