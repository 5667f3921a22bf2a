"""One trial: a point of the space run through the backtest over a stretch of the market, and its figures."""

from collections import OrderedDict
from typing import Any

import msgspec

from engine.backtest.backtest import run
from engine.model.market import DAY_MS, SPAN_MS
from engine.model.money import plain
from engine.model.result import Result
from engine.optimise.aims import figures
from engine.optimise.market import Market
from engine.optimise.space import Point
from engine.plan import Plan, StrategyPlan
from engine.scoring.blocks import BLOCK
from engine.scoring.evaluate import others
from engine.scoring.histories import Survey
from engine.stats.evidence import Shape, shape

KEPT = 4
"""Stretches of the market that a process keeps ready."""


class Span(msgspec.Struct, frozen=True):
    """Market time from `start` to `end`, UTC ms; None: as far as the market goes."""

    start: int | None = None
    end: int | None = None


class Task(msgspec.Struct, frozen=True):
    """What to run."""

    point: Point
    span: Span
    detailed: bool = False
    """Whether the curve and the daily returns are wanted too."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of it. `figures` by the names of `AIMS`, None where undefined."""

    figures: dict[str, float | None]
    trades: int
    final_equity: str
    """Exact, as a backtest prints it."""
    shape: Shape | None
    """Of the daily returns, for the deflated Sharpe ratio."""
    seconds: float
    daily: tuple[tuple[str, float], ...] = ()
    equity: tuple[tuple[int, float], ...] = ()


class Bench:
    """Runs tasks of one plan on one market, and keeps the stretches it has cut."""

    def __init__(self, market: Market, plan: Plan) -> None:
        self._market, self._plan = market, plan
        self._surveys: OrderedDict[tuple[Span, int], Survey] = OrderedDict()

    def run(self, task: Task) -> Outcome:
        """Run one task."""
        result = self.result(task.point, task.span)
        daily = result.daily
        return Outcome(
            figures(result),
            len(result.trades),
            plain(result.final_equity),
            shape([change for _, change in daily]),
            result.run_seconds,
            daily if task.detailed else (),
            result.equity if task.detailed else (),
        )

    def result(self, point: Point, span: Span) -> Result:
        """The whole result of a point."""
        plan = placed(self._plan, point)
        return run(self._survey(span, lead(plan)), plan)

    def _survey(self, span: Span, before: int) -> Survey:
        """The stretch of the market, ready. What begins where the market does has nothing before it."""
        key = (span, 0 if span.start is None else before)
        if key not in self._surveys:
            self._surveys[key] = Survey(self._market.between(span.start, span.end, before))
            if len(self._surveys) > KEPT:
                self._surveys.popitem(last=False)
        self._surveys.move_to_end(key)
        return self._surveys[key]


def placed(plan: Plan, point: Point) -> Plan:
    """The plan with the point's values in the parameters of its one strategy."""
    (only,) = plan.strategies
    params = msgspec.structs.replace(only, params=params_at(only, point))
    return msgspec.structs.replace(plan, strategies=(params,))


def params_at(plan: StrategyPlan, point: Point) -> Any:
    """Parameters of a strategy with a point's values in place of its own."""
    return msgspec.convert(msgspec.to_builtins(plan.params) | point, plan.strategy.params_type)


def lead(plan: Plan) -> int:
    """Market time (ms) that fills every window, as a power of two of days: few different stretches to keep."""
    needs = [0]
    for each in plan.strategies:
        block = BLOCK * SPAN_MS[each.timeframe]
        needs.append(each.strategy.warmup(each.params) * SPAN_MS[each.timeframe] + block)
        needs += [(bars + 1) * SPAN_MS[timeframe] + block for timeframe, bars in others(each).items()]
    days = 1
    while days * DAY_MS < max(needs):
        days *= 2
    return days * DAY_MS
