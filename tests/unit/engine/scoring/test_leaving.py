"""Bars that only say who should leave, of a history with a hole and of one without."""

import numpy as np
import pytest

from engine.scoring.leaving import Leaving

MINUTE = 60_000


@pytest.mark.parametrize("missing", [False, True])
def test_a_bar_says_who_should_leave_and_others_say_nothing(missing: bool) -> None:
    opened = np.arange(10, 16) * MINUTE
    leaving = Leaving(np.delete(opened, 2) if missing else opened, "1m")
    leaving.note(opened[[0, 3]], np.array([True, False]), np.array([False, True]))
    leaving.note(opened[[5]], np.array([True]), np.array([True]))
    said = [leaving.row(at) for at in range(9 * MINUTE, 17 * MINUTE, MINUTE)]
    assert [None if row is None else (row.exit_long, row.exit_short, row.score) for row in said] == [
        None,
        (True, False, 0),
        None,
        None,
        (False, True, 0),
        None,
        (True, True, 0),
        None,
    ]
    assert leaving.row(11 * MINUTE + 1) is None


def test_a_history_of_no_bars_says_nothing() -> None:
    assert Leaving(np.empty(0, np.int64), "1m").row(MINUTE) is None
