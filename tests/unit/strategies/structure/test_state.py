"""Market state: the printed examples, the order of the tests, what is unknown."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.structure.areas import Areas
from strategies.structure.state import SHOWN, STATES, market_state, overlap, shares

BALANCE = [52, 53, 51, 54, 55, 56, 55, 54, 57, 56, 55, 54]


def area(val: float, vah: float, size: int = 12) -> Areas:
    return Areas(np.full(size, float(val)), np.full(size, (val + vah) / 2), np.full(size, float(vah)))


def state(closes: Sequence[float], now: tuple[float, float], before: tuple[float, float] = (50, 56)) -> str:
    size = len(closes)
    column = market_state(np.array(closes, float), area(*before, size), area(*now, size))
    return STATES[int(column[-1])]


@pytest.mark.parametrize(
    ("closes", "now", "printed"),
    [
        (BALANCE, (51, 55), "BALANCED"),
        ([54, 53, 52, 51, 50, 49.5, 50, 49, 48.5, 49.9, 49.5, 49], (51, 55), "IMBALANCED_DOWN"),
        ([52, 53, 57, 58, 54, 59, 57, 58, 55, 57, 58, 56], (55, 62), "TRANSITION"),
    ],
)
def test_the_examples_have_the_printed_states(closes: list[float], now: tuple[float, float], printed: str) -> None:
    assert state(closes, now) == printed


def test_three_closes_beyond_an_edge_decide_first() -> None:
    assert state([*BALANCE[:9], 56.1, 57, 58], (51, 55)) == "IMBALANCED_UP"
    assert state([*BALANCE[:9], 56, 57, 58], (51, 55)) == "BALANCED"


def test_areas_that_hardly_overlap_are_no_balance() -> None:
    """[50, 56] and [53, 56]: 3 of 6; [53.1, 56]: less than half."""
    assert state(BALANCE, (53, 56)) == "BALANCED"
    assert state(BALANCE, (53.1, 56)) == "TRANSITION"
    assert state(BALANCE, (57, 60)) == "TRANSITION"


def test_the_overlap_is_intersection_over_union() -> None:
    assert overlap(area(50, 56), area(51, 55)) == pytest.approx(4 / 6)
    assert overlap(area(50, 56), area(53, 59)) == pytest.approx(3 / 9)
    assert overlap(area(50, 56), area(60, 70)) == pytest.approx(0)
    assert overlap(area(50, 50), area(50, 50)).tolist() == [0.0] * 12


def test_fewer_closes_or_an_unknown_area_leave_the_state_unknown() -> None:
    assert state(BALANCE[1:], (51, 55)) == "UNKNOWN"
    assert state(BALANCE, (np.nan, np.nan)) == "UNKNOWN"
    assert state(BALANCE, (51, 55), (np.nan, np.nan)) == "UNKNOWN"
    assert state([60.0] * 12, (np.nan, np.nan)) == "UNKNOWN"


def test_every_state_has_words() -> None:
    assert SHOWN["IMBALANCED_UP"] == SHOWN["IMBALANCED_DOWN"] == "Out of Balance"
    assert set(SHOWN) == set(STATES)


@given(st.lists(st.integers(48, 58), min_size=1, max_size=40), st.integers(6, 20))
def test_shares_and_states_count_the_last_closes(closes: list[int], k: int) -> None:
    size = len(closes)
    before, now = area(50, 56, size), area(52, 57, size)
    column = market_state(np.array(closes, float), before, now, k)
    inside, above, below = shares(np.array(closes, float), before, k)
    for t in range(size):
        last = closes[max(t - k + 1, 0) : t + 1]
        if len(last) < k:
            assert STATES[column[t]] == "UNKNOWN"
            assert np.isnan(inside[t])
            continue
        held = sum(50 <= close <= 56 for close in last)
        assert inside[t] == pytest.approx(held / k)
        assert inside[t] + above[t] + below[t] == pytest.approx(1)
        if min(last[-3:]) > 56:
            wanted = "IMBALANCED_UP"
        elif max(last[-3:]) < 50:
            wanted = "IMBALANCED_DOWN"
        else:
            wanted = "BALANCED" if held / k >= 0.7 else "TRANSITION"  # overlap 4 of 7
        assert STATES[column[t]] == wanted
