"""Rolling statistics against numpy's own over explicit windows."""

import numpy as np
import pytest

from engine.model.market import Floats
from strategies import rolling

SIZES = (1, 2, 3, 5, 7, 14, 20, 21, 31, 100)


def walk(size: int, start: float = 60_000.0, step: float = 8.0) -> Floats:
    rng = np.random.default_rng(5)
    return np.round(start + np.cumsum(rng.normal(0.0, step, size)), 1)


def windows(x: Floats, n: int) -> Floats:
    return np.lib.stride_tricks.sliding_window_view(x, n)


@pytest.mark.parametrize("n", SIZES)
def test_each_row_is_the_statistic_of_its_own_window(n: int) -> None:
    x = walk(300)
    own = windows(x, n)
    np.testing.assert_allclose(rolling.mean(x, n)[n - 1 :], own.mean(axis=1), rtol=1e-14)
    np.testing.assert_allclose(rolling.deviation(x, n)[1][n - 1 :], own.std(axis=1), rtol=1e-11, atol=0.0)
    if n > 1:
        np.testing.assert_allclose(rolling.deviation(x, n, ddof=1)[1][n - 1 :], own.std(axis=1, ddof=1), rtol=1e-11)
    for column in (rolling.mean(x, n), *rolling.deviation(x, n)):
        assert np.isnan(column[: n - 1]).all()


def test_a_row_does_not_depend_on_how_much_came_before_its_window() -> None:
    x = walk(5_000)
    x[:2_000] *= 1e6
    for n in SIZES:
        tail = x[4_000:]
        for whole, part in (
            (rolling.mean(x, n), rolling.mean(tail, n)),
            (rolling.deviation(x, n)[1], rolling.deviation(tail, n)[1]),
        ):
            np.testing.assert_array_equal(whole[4_000 + n :], part[n:])


def test_equal_values_deviate_by_exactly_nothing_even_after_a_crash() -> None:
    x = np.concatenate([walk(50), np.linspace(60_000.0, 30_000.1, 50), np.full(40, 30_000.1)])
    assert (rolling.deviation(x, 20)[1][-20:] == 0.0).all()


def test_a_coin_of_a_millionth_has_its_own_deviation() -> None:
    x = np.array([1.0e-6, 1.2e-6, 1.1e-6, 1.3e-6, 1.0e-6])
    assert rolling.deviation(x, 5)[1][-1] == pytest.approx(np.std(x), rel=1e-12, abs=0.0)


def test_a_series_shorter_than_the_window_is_undefined() -> None:
    for size in range(5):
        assert np.isnan(rolling.mean(walk(10)[:size], 5)).all()
        assert len(rolling.deviation(walk(10)[:size], 5)[1]) == size


def test_before_moves_a_series_and_never_wraps_around() -> None:
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(rolling.before(x), [np.nan, 1.0, 2.0])
    np.testing.assert_array_equal(rolling.before(x, 3), [np.nan] * 3)
    np.testing.assert_array_equal(rolling.before(x, 7), [np.nan] * 3)
