"""Figures of returns: the printed series, hand calculations, what is undefined."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stats import cagr, calmar, max_drawdown, returns, sharpe, sortino, total, volatility
from engine.stats.returns import compounded
from tests.unit.engine.stats.series import X


def test_the_series_is_the_printed_one() -> None:
    assert X[:4] == [-0.009, 0.015, 0.012, -0.018]
    assert X[-2:] == [-0.005, -0.012]


def test_performance_of_the_printed_series() -> None:
    assert sharpe(X) == pytest.approx(4.28307391, rel=1e-9)
    assert sortino(X) == pytest.approx(6.834790484, rel=1e-9)
    assert total(X) == pytest.approx(0.08212343172, rel=1e-9)
    assert cagr(X) == pytest.approx(1.46019631, rel=1e-9)
    assert max_drawdown(compounded(X)) == pytest.approx(0.04625626533, rel=1e-9)
    assert calmar(X) == pytest.approx(31.56753576, rel=1e-9)
    assert volatility(X) == pytest.approx(0.2157110219, rel=1e-9)


def test_two_days_by_hand() -> None:
    """Mean 0.01, deviations +-0.02, sample deviation 0.02 * sqrt(2), downside sqrt(0.01^2 / 2)."""
    r = [0.03, -0.01]
    assert sharpe(r) == pytest.approx(0.01 / (0.02 * math.sqrt(2)) * math.sqrt(365), rel=1e-12)
    assert sortino(r) == pytest.approx(0.01 / (0.01 / math.sqrt(2)) * math.sqrt(365), rel=1e-12)
    assert total(r) == pytest.approx(0.0197, rel=1e-12)
    assert cagr(r) == pytest.approx(1.0197**182.5 - 1, rel=1e-12)
    assert calmar(r) == pytest.approx((1.0197**182.5 - 1) / 0.01, rel=1e-12)


@given(st.lists(st.integers(-5_000, 5_000).map(lambda x: x / 10_000), min_size=2, max_size=60))
def test_ratios_are_those_of_numpy(r: list[float]) -> None:
    values = np.array(r)
    spread = values.std(ddof=1)
    found = sharpe(r)
    if found is not None:
        assert found == pytest.approx(values.mean() / spread * 365**0.5, rel=1e-9, abs=1e-9)
        assert volatility(r) == pytest.approx(spread * 365**0.5, rel=1e-9)
    downside = np.sqrt(np.mean(np.minimum(values, 0.0) ** 2))
    found = sortino(r)
    if found is not None:
        assert found == pytest.approx(values.mean() / downside * 365**0.5, rel=1e-9, abs=1e-9)


def test_what_is_undefined_is_none() -> None:
    assert sharpe([0.1]) is None
    assert sharpe([0.1, 0.1, 0.1]) is None
    assert sharpe([0.0, 0.0]) is None
    assert sortino([0.1, 0.2]) is None
    assert sortino([]) is None
    assert cagr([-1.0, 0.5]) is None
    assert cagr([]) is None
    assert calmar([0.1, 0.1]) is None
    assert calmar([-1.5]) is None
    assert volatility([0.1]) is None


def test_a_deviation_of_rounding_noise_is_none() -> None:
    assert sharpe([0.1 + 0.2, 0.3, 0.3]) is None
    assert volatility([0.1 + 0.2, 0.3, 0.3]) == 0.0


def test_no_figure_is_ever_infinite_or_not_a_number() -> None:
    assert cagr([9.0]) is None, "10 to the power 365"
    assert calmar([-0.5, 99.0]) is None
    for r in ([math.nan, 0.1, -0.1], [math.inf, 0.1, -0.1]):
        assert [figure(r) for figure in (sharpe, sortino, volatility, total, cagr, calmar)] == [None] * 6


def test_returns_are_simple_and_skip_what_starts_from_nothing() -> None:
    assert returns([100, 110, 99]) == pytest.approx([0.1, -0.1])
    assert returns([0, 5, 10]) == [1.0]
    assert total([]) == 0
