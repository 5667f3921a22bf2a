"""Numbers of risk.md section 9 (series X) and R4.1."""

import pytest

from engine.stats import cagr, calmar, max_drawdown, profit_factor, returns, sharpe, sortino

X = [((7 * i * i + 3 * i) % 41 - 19) / 1000 for i in range(1, 33)]


def test_the_series_is_the_printed_one() -> None:
    assert X[:4] == [-0.009, 0.015, 0.012, -0.018]
    assert X[-2:] == [-0.005, -0.012]


def test_performance_of_the_printed_series() -> None:
    assert sharpe(X) == pytest.approx(4.28307391, rel=1e-8)
    assert sortino(X) == pytest.approx(6.834790484, rel=1e-9)
    assert cagr(X) == pytest.approx(1.46019631, rel=1e-8)
    assert calmar(X) == pytest.approx(31.56753576, rel=1e-9)
    curve = [1.0]
    for value in X:
        curve.append(curve[-1] * (1 + value))
    assert max_drawdown(curve) == pytest.approx(0.04625626533, rel=1e-9)
    assert curve[-1] - 1 == pytest.approx(0.08212343172, rel=1e-9)


def test_the_printed_drawdown() -> None:
    assert max_drawdown([8400, 8550, 8300, 8120, 8600, 8450, 8910]) == pytest.approx(0.05029239766, rel=1e-9)
    assert max_drawdown([1, 2, 3]) == 0
    assert max_drawdown([]) == 0


def test_the_printed_profit_factor() -> None:
    assert profit_factor([42, -18.5, 0, -21, 65.5, -30, 12.25, -9.75]) == pytest.approx(1.511041009, rel=1e-9)


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
    assert profit_factor([1.0]) is None


def test_returns_are_simple_and_skip_what_starts_from_nothing() -> None:
    assert returns([100, 110, 99]) == pytest.approx([0.1, -0.1])
    assert returns([0, 5, 10]) == [1.0]
