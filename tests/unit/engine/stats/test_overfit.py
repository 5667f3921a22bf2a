"""Over-fit measures: hand calculations, markets made of noise and of skill."""

import numpy as np
import pytest

from engine.stats.overfit import overfit_probability, plateau, walk_forward


def test_the_neighbours_of_the_best_say_whether_it_is_a_plateau() -> None:
    """Axes 5, 10, 20 and 1, 2: the best at (10, 2) has all five others within a step; their median is 0.9."""
    values = {(5.0, 1.0): 0.2, (10.0, 1.0): 0.9, (20.0, 1.0): 1.6, (5.0, 2.0): 0.8, (10.0, 2.0): 2.0, (20.0, 2.0): 1.5}
    found = plateau(values)
    assert found is not None
    assert (found.best, found.value, found.neighbours) == ((10.0, 2.0), 2.0, 5)
    assert found.share == pytest.approx(0.45)


def test_points_further_than_a_step_do_not_count() -> None:
    found = plateau({(float(x),): y for x, y in enumerate([9.0, 9.0, 2.0, 10.0, 4.0, 9.0])})
    assert found is not None
    assert (found.best, found.neighbours) == ((3.0,), 2)
    assert found.share == pytest.approx(0.3)


def test_a_best_without_neighbours_or_without_profit_has_no_share() -> None:
    assert plateau({}) is None
    for values in ({(1.0,): 3.0}, {(1.0,): -3.0, (2.0,): -4.0}):
        found = plateau(values)
        assert found is not None
        assert found.share is None


def test_of_equal_bests_the_smallest_point_is_taken() -> None:
    found = plateau({(2.0,): 1.0, (1.0,): 1.0, (3.0,): 1.0})
    assert found is not None
    assert found.best == (1.0,)


def test_efficiency_is_what_is_left_of_the_fitted_return() -> None:
    """In sample 0.02 a day, out of sample (0.01 + 0.03 - 0.01 + 0.01) / 4 = 0.01 a day; one of two windows earned."""
    found = walk_forward([[0.01, 0.03], [0.02]], [[0.01, 0.03], [-0.01, 0.01]])
    assert found.efficiency == pytest.approx(0.5)
    assert found.winning == 0.5


def test_a_fit_that_earned_nothing_has_no_efficiency() -> None:
    assert walk_forward([[-0.01]], [[0.02]]).efficiency is None
    assert walk_forward([[0.01]], []).efficiency is None
    assert walk_forward([], []).winning is None


def test_the_best_of_pure_noise_is_below_the_median_half_of_the_time() -> None:
    rng = np.random.default_rng(8)
    found = [overfit_probability(rng.normal(0.0, 0.01, (200, 20)), 6) for _ in range(60)]
    assert np.mean([one for one in found if one is not None]) == pytest.approx(0.5, abs=0.08)


def test_skill_stays_on_top() -> None:
    r = np.random.default_rng(8).normal(0.0, 0.01, (300, 20))
    r[:, 3] += 0.01
    assert overfit_probability(r) == 0.0


def test_a_fit_that_turns_round_is_always_caught() -> None:
    """Two blocks, two trials, each better in one of them: the best of either half is the worst of the other."""
    r = np.array([[0.02, -0.02], [0.01, -0.01], [-0.02, 0.02], [-0.01, 0.01]])
    assert overfit_probability(r, 2) == 1.0


def test_too_little_has_no_probability() -> None:
    assert overfit_probability(np.zeros((100, 1))) is None
    assert overfit_probability(np.zeros((19, 4))) is None


def test_trials_that_never_trade_are_equal_and_in_the_middle() -> None:
    assert overfit_probability(np.zeros((40, 3))) == 1.0
