"""Probabilistic and deflated Sharpe ratio: our printed example and those of the papers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stats.evidence import (
    Shape,
    deflated_of_trials,
    deflated_sharpe,
    luckiest,
    minimum_track_record,
    per_period,
    probabilistic_sharpe,
    shape,
)
from tests.unit.engine.stats.series import X

PRINTED = Shape(per_period(1.8), 730, -0.6, 5.5)
PAPER = Shape(per_period(2.5, 250), 1250, -3.0, 10.0)
"""Five years of 250 days, an annual ratio of 2.5, the variance of the trials' annual ratios 1/2 (2014 paper, p. 9)."""


def test_the_printed_example() -> None:
    assert PRINTED.sharpe == pytest.approx(0.09421630607, rel=1e-9)
    assert luckiest(24, 0.3 / 365) == pytest.approx(0.05675833111, rel=1e-9)
    assert deflated_sharpe(PRINTED, 24, 0.3 / 365) == pytest.approx(0.8362889041, rel=1e-9)
    assert probabilistic_sharpe(PRINTED) == pytest.approx(0.9931155492, rel=1e-9)
    assert minimum_track_record(PRINTED) == pytest.approx(326.0646755, rel=1e-9)


def test_the_example_of_the_paper_on_the_deflated_ratio() -> None:
    assert luckiest(100, 0.5 / 250) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(PAPER, 100, 0.5 / 250) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_sharpe(PAPER, 46, 0.5 / 250) == pytest.approx(0.9505, abs=5e-5)


def test_the_track_record_of_the_paper_on_the_efficient_frontier() -> None:
    """Daily normal returns with an annual ratio of 2 prove a ratio above 1 after 2.73 years of 252 days."""
    normal = Shape(2 / math.sqrt(252), 0, 0.0, 3.0)
    days = minimum_track_record(normal, 1 / math.sqrt(252))
    assert days is not None
    assert days / 252 == pytest.approx(2.73, abs=5e-3)


def test_a_record_of_the_minimum_length_proves_just_as_much_as_was_asked() -> None:
    days = minimum_track_record(PRINTED, confidence=0.99)
    assert days is not None
    longer = Shape(PRINTED.sharpe, math.ceil(days), PRINTED.skew, PRINTED.kurtosis)
    shorter = Shape(PRINTED.sharpe, math.floor(days), PRINTED.skew, PRINTED.kurtosis)
    assert (probabilistic_sharpe(shorter) or 0) < 0.99 <= (probabilistic_sharpe(longer) or 0)


def test_the_shape_of_returns_has_population_moments() -> None:
    """The printed skew and excess kurtosis of X (risk.md R3.3)."""
    found = shape(X)
    assert found is not None
    assert found.n == 32
    assert found.sharpe == pytest.approx(0.00253125 / 0.01129083092, rel=1e-9)
    assert found.skew == pytest.approx(-0.4218346118, rel=1e-9)
    assert found.kurtosis - 3 == pytest.approx(-0.8808311434, rel=1e-9)


def test_one_trial_deflates_nothing() -> None:
    assert luckiest(1, 0.01) == 0
    assert deflated_sharpe(PRINTED, 1, 0.01) == probabilistic_sharpe(PRINTED)
    assert deflated_of_trials(PRINTED, [0.09]) == probabilistic_sharpe(PRINTED)


def test_the_trials_may_be_given_as_their_ratios() -> None:
    ratios = [0.02, 0.05, -0.01, 0.094]
    assert deflated_of_trials(PRINTED, ratios) == deflated_sharpe(PRINTED, 4, float(np.var(ratios, ddof=1)))


def test_the_luckiest_of_many_is_about_what_a_simulation_finds() -> None:
    """The formula is the limit for many trials; at 50 it is 1 % high."""
    draws = np.random.default_rng(5).normal(0.0, 0.1, (20_000, 50)).max(axis=1).mean()
    assert luckiest(50, 0.01) == pytest.approx(draws, rel=0.02)


def test_an_absurd_number_of_trials_is_still_a_number() -> None:
    assert luckiest(10**6, 1.0) < luckiest(10**18, 1.0) < 10


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_trials_never_prove_more(a: int, b: int) -> None:
    few, many = sorted((a, b))
    assert (deflated_sharpe(PRINTED, few, 0.001) or 0) >= (deflated_sharpe(PRINTED, many, 0.001) or 0)


def test_what_is_undefined_is_none() -> None:
    assert shape([0.1]) is None
    assert shape([0.1, 0.1]) is None
    assert probabilistic_sharpe(Shape(0.1, 1, 0.0, 3.0)) is None
    assert probabilistic_sharpe(Shape(1.0, 9, 3.0, 2.0)) is None, "1 - 3 + 1/4 is negative"
    assert minimum_track_record(Shape(0.0, 9, 0.0, 3.0)) is None
    assert minimum_track_record(Shape(-0.1, 9, 0.0, 3.0)) is None
