"""A market with a known best, an hour that rises for forty minutes and falls for twenty, and a strategy to find it."""

from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from engine.feeds.files import Candles
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import MINUTE_MS, BarsByTimeframe, Scores, Timeframe
from engine.optimise.aims import aims_of
from engine.optimise.market import Market
from engine.optimise.search import Search, checker
from engine.optimise.space import space_of
from engine.optimise.study import Question, Sampler
from engine.optimise.windows import Lengths
from engine.plan import Plan, StrategyPlan
from strategies.base import AnyStrategy, CandleStrategy
from tests.desk import FREE, WIDE
from tests.scripted import bars, walk

UP, DOWN = 0.001, -0.002
RISING = 40


class Params(msgspec.Struct, frozen=True):
    """When in the hour to buy, and for how many minutes to hold."""

    phase: Annotated[int, Meta(ge=0, le=59)] = 0
    hold: Annotated[int, Meta(ge=1, le=59)] = 30


class Hourly(CandleStrategy[Params]):
    """Buys at the close of the same minute of each hour and leaves so many minutes later.

    An order fills at the next open, so minute 59 buys the low and leaving 40 minutes later sells the high.
    """

    name = "hourly"
    timeframes: tuple[Timeframe, ...] = ("1m",)
    params_type = Params

    def check(self, params: Params) -> str | None:
        return "phase and hold are both 13." if params.phase == params.hold == 13 else None

    def warmup(self, params: Params) -> int:
        return 1

    def first_bar(self, params: Params) -> int:
        return 0

    def evaluate(self, given: BarsByTimeframe, params: Params) -> Scores:
        of = next(iter(given.values()))
        minute = of.ts // MINUTE_MS % 60
        score = np.where(minute == params.phase, 100.0, 0.0)
        leaves = minute == (params.phase + params.hold) % 60
        none = np.full(len(score), np.nan)
        still = np.zeros(len(score), np.int8)
        return Scores(score, score, of.close * 0.9, none, still, ("hourly",), leaves, np.zeros(len(score), bool))


def market(days: int, seed: int = 1) -> Market:
    """Minutes of so many days; the last prices of each hour are where it began, but for the noise."""
    noise = np.random.default_rng(seed).normal(0, 0.0001, days * 1440)
    steps = np.where(np.arange(days * 1440) % 60 < RISING, UP, DOWN) + noise
    closes = 100 * np.exp(np.cumsum(steps - steps.mean()))
    return Market((Candles("BTC", "1m", bars(walk(closes.tolist()))),))


def wanted(
    of: Market,
    typed: dict[str, str] | None = None,
    *,
    sampler: Sampler = "grid",
    trials: int = 1000,
    aims: tuple[str, ...] = ("profit",),
    seed: int = 7,
    min_trades: int = 1,
    walk: Lengths | None = None,
    jobs: int = 1,
) -> Search:
    """A search of the strategy's two parameters."""
    hourly: AnyStrategy = Hourly()
    plan = Plan((StrategyPlan("hourly", hourly, Params(), "1m", ("BTC",)),), with_settings(RiskLimits(), WIDE), FREE)
    space = space_of(Params, typed or {})
    question = Question(space, aims_of(aims), sampler, seed, trials, min_trades, checker(plan), {})
    return Search(of, plan, question, jobs, walk)
