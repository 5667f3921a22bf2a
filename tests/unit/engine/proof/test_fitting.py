"""A lucky set is told from a rule that works: on a market without any pattern, and on one that swings."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine.backtest.backtest import run
from engine.feeds.files import Candles
from engine.feeds.replay import ReplaySource
from engine.model.market import SPAN_MS, Bars
from engine.plan import Costs, Plan, StrategyPlan
from engine.proof.findings import Finding
from engine.proof.fitting import fitting
from engine.proof.subject import Subject
from engine.proof.tape import END
from engine.proof.variants import neighbours, spread
from tests.desk import D
from tests.unit.engine.proof.plants import Honest, Params, Seeded, Turning, subject

SIZE = 5_760
"""Sixty days of quarters of an hour."""


def market(prices: npt.NDArray[np.floating[Any]]) -> ReplaySource:
    close = prices.astype(np.float64)
    opened = np.concatenate([close[:1], close[:-1]])
    high, low = np.maximum(opened, close) * 1.0001, np.minimum(opened, close) * 0.9999
    ts = END + np.arange(len(close), dtype=np.int64) * SPAN_MS["15m"]
    volume = np.full(len(close), 1_000.0)
    return ReplaySource([Candles("X/USDT", "15m", Bars(ts, opened, high, low, close, volume, volume / 2))])


def patternless() -> ReplaySource:
    steps = np.random.default_rng(11).normal(0.0, 0.004, SIZE)
    return market(100.0 * np.exp(np.cumsum(steps)))


def swinging() -> ReplaySource:
    noise = np.random.default_rng(11).normal(0.0, 0.0005, SIZE)
    return market(100.0 * np.exp(0.05 * np.sin(np.arange(SIZE) / 60.0) + noise))


def plan(of: Subject) -> Plan:
    alone = StrategyPlan(of.id, of.strategy, of.params, of.timeframe, ("X/USDT",))
    return Plan((alone,), costs=Costs(fee=D(0)))


def found(of: Subject, source: ReplaySource, trials: int) -> dict[str, Finding]:
    return {finding.check: finding for finding in fitting(of, source, plan(of), trials)}


@pytest.fixture(scope="module")
def luckiest() -> Subject:
    """The best of 80 draws on the market without a pattern."""
    source = patternless()
    drawn = [subject(Seeded(), "15m", n) for n in range(40, 120)]
    return max(drawn, key=lambda each: run(source, plan(each)).profit)


def test_the_luckiest_of_many_draws_earned_and_is_called_over_fitted(luckiest: Subject) -> None:
    source = patternless()
    assert run(source, plan(luckiest)).profit > 0
    signs = found(luckiest, source, 80)
    assert signs["over_fit"].level == "fail"
    assert {name for name, sign in signs.items() if sign.level == "warn"} >= {"plateau", "deflated_sharpe"}
    assert "80 sets" in signs["deflated_sharpe"].sentence


def test_a_rule_that_works_at_all_neighbouring_numbers_is_not() -> None:
    signs = found(subject(Turning(), "15m", 30), swinging(), 10)
    assert {name: sign.level for name, sign in signs.items()} == dict.fromkeys(
        ["trades", "plateau", "walk_forward", "deflated_sharpe", "over_fit"], "ok"
    )


def test_few_trades_and_few_days_are_said_to_be() -> None:
    source = market(np.linspace(100.0, 101.0, 500))
    signs = found(subject(Honest(), "15m", 30), source, 1)
    assert signs["trades"].level == "warn"
    assert signs["over_fit"].sentence == "6 days are too few to tell; it takes 20"


def test_neighbours_are_a_tenth_away_and_the_spread_stays_within_what_the_strategy_takes() -> None:
    assert neighbours(subject(Honest(), n=100)) == [Params(90), Params(110)]
    assert neighbours(subject(Honest(), n=2)) == [Params(3)]
    drawn = [each.n for each in spread(subject(Honest(), n=300), 20, 1) if isinstance(each, Params)]
    assert len(drawn) == 20
    assert min(drawn) >= 100
    assert max(drawn) <= 400


def test_a_weak_record_is_over_fitted_only_as_the_best_of_many() -> None:
    """The same set on the same days, once the only one there was and once the best of fifty."""
    steps = np.random.default_rng(5).normal(0.0, 0.004, SIZE)
    source, of = market(100.0 * np.exp(np.cumsum(steps))), subject(Turning(), "15m", 60)
    alone = {finding.check: finding for finding in fitting(of, source, plan(of))}
    assert "chance (no --trials told)" in alone["deflated_sharpe"].sentence
    assert alone["over_fit"].level == "ok"
    assert found(of, source, 50)["over_fit"].level == "fail"
