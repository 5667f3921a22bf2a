"""Excursions out of value: when a return counts."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.model.market import Ints
from strategies.structure.excursion import returns


def back(beyond: str, inside: str, start: list[int] | None = None, bars: int = 3) -> list[int]:
    began: Ints = np.zeros(len(beyond), np.int64) if start is None else np.array(start, np.int64)
    flags = [np.array([letter == "x" for letter in text], bool) for text in (beyond, inside)]
    found: list[int] = returns(flags[0], flags[1], began, bars).tolist()
    return found


def test_a_return_up_to_three_bars_later_counts() -> None:
    assert back(".xxxx", "x...x") == [-1, -1, -1, -1, 1]
    assert back(".xxxx.", "x....x") == [-1] * 6


def test_the_bar_that_goes_out_may_be_the_one_that_comes_back() -> None:
    assert back(".x.", "xxx") == [-1, 1, -1]


def test_later_returns_give_nothing_however_often_price_goes_beyond_again() -> None:
    assert back(".xxxxxxx", "x......x") == [-1] * 8


def test_after_a_return_a_new_excursion_may_start() -> None:
    assert back(".x.x.", "x.x.x") == [-1, -1, 1, -1, 3]


def test_another_session_starts_anew() -> None:
    """Without it the excursion of row 1 would be too old at row 6."""
    assert back(".xxxxx.", "x.....x", [0, 0, 0, 0, 4, 4, 4]) == [-1, -1, -1, -1, -1, -1, 4]


def test_no_bars_no_returns() -> None:
    assert back("", "") == []


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40),
    st.lists(st.integers(1, 39), max_size=3),
    st.integers(0, 5),
)
def test_columns_say_what_a_walk_along_the_bars_says(bars: list[tuple[bool, bool]], cuts: list[int], most: int) -> None:
    edges = sorted({0, len(bars), *(cut for cut in cuts if cut < len(bars))})
    start = [first for first, last in pairwise(edges) for _ in range(first, last)]
    wanted, opened = [], -1
    for row, (left, held) in enumerate(bars):
        opened = -1 if start[row] == row else opened
        opened = row if left and opened < 0 else opened
        wanted.append(opened if held and opened >= 0 and row - opened <= most else -1)
        opened = -1 if held else opened
    beyond, inside = ("".join("x" if bar[side] else "." for bar in bars) for side in (0, 1))
    assert back(beyond, inside, start, most) == wanted
