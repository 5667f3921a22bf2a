"""Doubts by hand: luck, a lone peak, what is left after the fit. The deflated ratio is the example of risk.md R9.4."""

from collections.abc import Sequence
from math import sqrt

import pytest

from engine.optimise.aims import AIMS
from engine.optimise.study import Scored
from engine.optimise.trial import Outcome
from engine.optimise.verdict import Outside, verdict
from engine.stats.evidence import Shape

PER_DAY = 1.8 / sqrt(365)
"""Sharpe 1.8 a year."""


def outcome(profit: float | None, drawdown: float = 0.1, shape: Shape | None = None) -> Outcome:
    return Outcome({"profit": profit, "max_drawdown": drawdown}, 40, "10000", shape, 0.1)


def scored(number: int, value: float, shape: Shape | None) -> Scored:
    return Scored(number, {"n": number}, (value,), outcome(value, shape=shape))


def outside(efficiency: float | None) -> Outside:
    return Outside(10, 0.1, 1.0, 1.0, 1.0, 0.1, efficiency, 0.5, ())


def warned(near: Sequence[Outcome], aim: str = "profit", left: float | None = 1.0) -> list[str]:
    best = scored(0, 100.0 if aim == "profit" else 0.1, Shape(0.5, 730, 0.0, 3.0))
    return [each.name for each in verdict(best, [best], near, AIMS[aim], outside(left)).warnings]


def test_the_best_of_many_trials_is_deflated_by_their_spread() -> None:
    # 24 trials whose yearly Sharpe ratios have the variance 0.3: half of them d above and half below the mean.
    best = Shape(PER_DAY, 730, -0.6, 5.5)
    d = sqrt(0.3 / 365 * 23 / 24)
    low, high = PER_DAY - 2 * d, PER_DAY
    others = [scored(k, 1.0, Shape(high if k < 12 else low, 730, 0.0, 3.0)) for k in range(1, 24)]
    found = verdict(scored(0, 1.0, best), [scored(0, 1.0, best), *others], [], AIMS["profit"], None)
    assert found.deflated_sharpe == pytest.approx(0.8362889041)
    assert [each.name for each in found.warnings] == ["deflated_sharpe"]
    assert "best of 24 trials" in found.warnings[0].sentence


def test_a_long_good_record_that_was_tried_once_is_not_doubted() -> None:
    assert warned([]) == []


def test_a_peak_whose_neighbours_lose_is_called_one() -> None:
    assert warned([outcome(90.0), outcome(60.0), outcome(51.0)]) == []
    assert warned([outcome(90.0), outcome(40.0), outcome(-10.0), outcome(None)]) == ["plateau"]


def test_of_a_drawdown_the_neighbours_may_not_be_twice_as_deep() -> None:
    assert warned([outcome(1.0, 0.12), outcome(1.0, 0.15)], "max_drawdown") == []
    assert warned([outcome(1.0, 0.25), outcome(1.0, 0.3)], "max_drawdown") == ["plateau"]


def test_half_of_the_fitted_return_has_to_be_left_in_the_tests() -> None:
    assert warned([], left=0.5) == []
    assert warned([], left=0.49) == ["walk_forward"]
    assert warned([], left=None) == ["walk_forward"]
