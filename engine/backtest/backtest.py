"""A backtest: the desk driven over a recorded market as fast as it goes. Same core, gate, ledger and venue as live."""

from collections.abc import Callable, Iterator
from time import perf_counter

from engine.backtest.stride import Stride
from engine.backtest.tally import Tally, by_day
from engine.core import Core
from engine.feeds.replay import ReplaySource
from engine.model.messages import CandleClosed, Timer
from engine.model.result import Result
from engine.plan import Plan
from engine.ports import Source
from engine.scoring.histories import Survey
from engine.scoring.known import HistoryEvaluator
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver

__all__ = ["Progress", "Result", "by_day", "run"]

Progress = Callable[[int, int], None]
"""Told bars done and bars in all, now and then."""
EVERY = 20_000


def run(source: Source | Survey, plan: Plan, progress: Progress | None = None, total: int = 0) -> Result:
    """Drive a fresh desk over the whole source; over a survey, what was found out of it before is known."""
    began = perf_counter()
    survey = source if isinstance(source, Survey) else Survey(source)
    source = survey.source
    instruments = {i.symbol: i for i in source.instruments}
    scores = survey.evaluator(plan, checked=False)
    core = Core(plan, instruments, source.timeframes, scores, journaled=False)
    broker = SimBroker(instruments, plan.costs, plan.limits.max_leverage, acknowledges=False)
    tally = Tally(core)
    for candle in source.history():
        core.background.warm(candle)
    if isinstance(source, ReplaySource) and isinstance(scores, HistoryEvaluator) and orderly(source, survey):
        walk = _strides(source, Driver(core, broker, tally.see, silent=False, clean=True), tally, scores)
    else:
        walk = _steps(source, Driver(core, broker, tally.see, silent=False), tally)
    for bars in walk:
        if progress is not None:
            progress(bars, total)
    return tally.result(source.start, survey.changes, perf_counter() - began)


def _steps(source: Source, driver: Driver, tally: Tally) -> Iterator[int]:
    """Every event of any source."""
    take, idle, holdings = driver.take, driver.core.idle, driver.core.state.holdings
    for event in source.events():
        if type(event) is CandleClosed:
            take(event)
            tally.bars += 1
            tally.exposed += bool(holdings)
            if tally.bars % EVERY == 0:
                yield tally.bars
        elif type(event) is not Timer or not idle(event):
            take(event)


def _strides(source: ReplaySource, driver: Driver, tally: Tally, scores: HistoryEvaluator) -> Iterator[int]:
    """The rows of a clean recording in which something can happen."""
    stride = Stride(source.rows, driver, scores, source.first)
    for part in source.stretches():
        if isinstance(part, range):
            for row in stride.through(part.start, part.stop):
                tally.bars = row - source.first
                yield tally.bars
        else:
            stride.fund(part)
    stride.end()
    tally.exposed = stride.exposed
    tally.refused("position_exists", stride.denied)


def orderly(source: ReplaySource, survey: Survey) -> bool:
    """Whether every symbol has one stream, and every candle of it would be accepted."""
    return source.rows.single and all(map(survey.clean, source.timeframes))
