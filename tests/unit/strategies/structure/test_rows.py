"""Rows: numbers, sizes, boundaries, the spread of candles."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.structure.rows import row_of, row_size, rows_between, spread, touched


@pytest.mark.parametrize(
    ("opened", "tick", "size"),
    [("2481.37", "0.05", "1.25"), ("2500", "0.05", "1.25"), ("0.41273", "0.0001", "0.0003"), ("50", "0.1", "0.1")],
)
def test_a_row_is_the_smallest_multiple_of_the_tick_that_is_large_enough(opened: str, tick: str, size: str) -> None:
    assert row_size(Decimal(opened), Decimal(tick)) == Decimal(size)


def test_without_a_tick_a_row_is_the_share_itself() -> None:
    assert row_size(Decimal("2481.37")) == Decimal("1.240685")


def test_a_price_on_a_boundary_belongs_to_the_row_above_it() -> None:
    assert [row_of(Decimal(p), Decimal("0.2")) for p in ("0.5", "0.6", "0.7", "0.8")] == [2, 3, 3, 4]


@given(
    size=st.decimals("0.0001", "10", places=4),
    number=st.integers(1, 5_000),
    digits=st.integers(-3, 3),
)
def test_float_edges_decide_as_decimals_do(size: Decimal, number: int, digits: int) -> None:
    price = number * size + digits * Decimal("0.0001")
    if price <= 0:
        return
    rows = rows_between(float(number * size), float((number + 3) * size), size)
    first, last = touched(rows, np.array([float(price)]), np.array([float(price)]))
    inside = row_of(price, size) - rows.lowest
    if 0 <= inside < len(rows.edges) - 1:
        assert first[0] == last[0] == inside


def test_a_high_on_a_boundary_does_not_touch_the_row_above() -> None:
    rows = rows_between(1.0, 4.0, Decimal(1))
    first, last = touched(rows, np.array([1.0, 3.0]), np.array([3.0, 3.0]))
    assert first.tolist() == [0, 2]
    assert last.tolist() == [1, 2]


@given(
    low=st.integers(1, 400),
    height=st.integers(0, 300),
    volume=st.floats(0.001, 1e6),
    size=st.sampled_from(["0.1", "0.7", "3"]),
)
def test_a_candle_spreads_by_overlap(low: int, height: int, volume: float, size: str) -> None:
    bottom, top, unit = Fraction(low, 10), Fraction(low + height, 10), Fraction(size)
    rows = rows_between(float(bottom), float(top), Decimal(size))
    parts = spread(rows, np.array([float(bottom)]), np.array([float(top)]), np.array([volume]))
    held_by = dict(zip(parts.row.tolist(), parts.volume.tolist(), strict=True))
    assert parts.candle.tolist() == [0] * len(parts.row)
    for place in range(len(rows.middles)):
        held = held_by.get(place, 0.0)
        lower = (rows.lowest + place) * unit
        if height:
            overlap = max(Fraction(0), min(top, lower + unit) - max(bottom, lower))
            wanted = float(Fraction(volume) * overlap / (top - bottom))
        else:
            wanted = volume if lower <= bottom < lower + unit else 0.0
        assert held == pytest.approx(wanted, rel=1e-9, abs=1e-9 * volume)
