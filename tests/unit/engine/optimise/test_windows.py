"""Walk-forward windows by hand."""

import pytest

from engine.model.errors import BadInput
from engine.model.market import DAY_MS
from engine.optimise.trial import Span
from engine.optimise.windows import Lengths, Window, latest, windows


def _days(first: float, last: float) -> Span:
    return Span(int(first * DAY_MS), int(last * DAY_MS))


def test_tests_follow_one_another_and_each_fit_ends_where_its_test_begins() -> None:
    assert windows(0, 10 * DAY_MS, Lengths(4, 2)) == (
        Window(_days(0, 4), _days(4, 6)),
        Window(_days(2, 6), _days(6, 8)),
        Window(_days(4, 8), _days(8, 10)),
    )


def test_days_that_fill_no_test_are_left_out_and_belong_to_the_last_fit() -> None:
    assert [window.test for window in windows(0, 7 * DAY_MS, Lengths(4, 2))] == [_days(4, 6)]
    assert latest(7 * DAY_MS, Lengths(4, 2)) == _days(3, 7)


def test_data_too_short_for_one_window_is_refused_with_both_lengths() -> None:
    with pytest.raises(BadInput, match=r"takes 120 days of data for one window, but there are 119\.5"):
        windows(0, int(119.5 * DAY_MS), Lengths(90, 30))
