"""Drawdowns: the printed curve, a plain loop beside the columns, curves with corners."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.stats.drawdown import drawdown, max_drawdown, underwater

PRINTED = [8400, 8550, 8300, 8120, 8600, 8450, 8910]


def test_the_printed_drawdown() -> None:
    below = [0, 0, 0.0292398, 0.0502924, 0, 0.0174419, 0]
    np.testing.assert_allclose(underwater(PRINTED), below, atol=5e-8)
    found = drawdown(PRINTED)
    assert found is not None
    assert found.depth == pytest.approx(0.05029239766, rel=1e-9)
    assert (found.peak, found.trough, found.recovery) == (1, 3, 4)
    assert found.ulcer == pytest.approx(0.02295494867, rel=1e-9)
    assert (found.length, found.longest, found.now) == (3, 3, 0.0)


def test_a_curve_that_never_falls_has_none() -> None:
    for curve in ([5.0], [5, 5, 6, 6, 7]):
        found = drawdown(curve)
        assert found is not None
        assert (found.depth, found.peak, found.trough, found.recovery) == (0.0, 0, 0, 0)
        assert (found.ulcer, found.length, found.longest) == (0.0, 0, 0)


def test_a_fall_not_made_good_lasts_to_the_end() -> None:
    found = drawdown([100, 120, 60, 90])
    assert found is not None
    assert (found.depth, found.peak, found.trough, found.recovery) == (0.5, 1, 2, None)
    assert (found.length, found.longest, found.now) == (2, 2, 0.25)


def test_the_peak_is_the_first_bar_at_its_height_and_the_first_of_equal_falls_counts() -> None:
    found = drawdown([10, 10, 5, 10, 5, 10])
    assert found is not None
    assert (found.peak, found.trough, found.recovery) == (0, 2, 3)


def test_the_longest_fall_need_not_be_the_deepest() -> None:
    found = drawdown([10, 5, 10, 9, 9, 9, 10, 11])
    assert found is not None
    assert (found.depth, found.length, found.longest) == (0.5, 2, 4)


def test_equity_below_nothing_is_a_fall_of_more_than_everything() -> None:
    assert max_drawdown([100, -20]) == pytest.approx(1.2)


def test_what_has_no_start_has_no_drawdown() -> None:
    for curve in ([], [0.0, 1.0], [-1.0], [1.0, math.nan], [1.0, math.inf]):
        assert drawdown(curve) is None
    assert max_drawdown([]) == 0
    assert max_drawdown([0, 0, 4, 3]) == 0.25


@given(st.lists(st.integers(1, 40), min_size=1, max_size=80))
def test_a_plain_loop_finds_the_same(curve: list[int]) -> None:
    peak_at, worst, spot, longest, squares = 0, 0.0, (0, 0), 0, 0.0
    for t, value in enumerate(curve):
        if value > curve[peak_at]:
            peak_at = t
        high = curve[peak_at]
        below = 1 - value / high
        squares += below * below
        if below > worst:
            worst, spot = below, (peak_at, t)
    run_from = 0
    for t in range(1, len(curve)):
        if curve[t] >= curve[run_from]:
            longest, run_from = max(longest, t - run_from if t - run_from > 1 else 0), t
    longest = max(longest, len(curve) - 1 - run_from)
    after = [t for t in range(spot[1], len(curve)) if curve[t] >= curve[spot[0]]]
    found = drawdown(curve)
    assert found is not None
    assert (found.depth, found.peak, found.trough) == (worst, *spot)
    assert found.recovery == (after[0] if after else None)
    assert found.longest == longest
    assert found.ulcer == pytest.approx((squares / len(curve)) ** 0.5, rel=1e-9, abs=1e-12)
