"""Grids: the printed example, what is refused, what a fill places, properties of levels."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.errors import BadInput
from strategies.cells import Cell, Orders, after_fill, break_even, cells, is_left, levels, orders, required

PRINTED = tuple(map(D, (1500, 1520, 1540, 1560, 1580, 1600, 1620)))


def test_the_printed_levels() -> None:
    assert levels(D(1500), D(1620), 6) == PRINTED
    geometric = levels(D(1500), D(1620), 6, "geometric", D("0.1"))
    assert geometric == tuple(map(D, ("1500.0", "1519.4", "1539.0", "1558.8", "1579.0", "1599.4", "1620.0")))


def test_the_printed_orders() -> None:
    assert orders(PRINTED, D(1567)) == Orders(PRINTED[:3], PRINTED[4:])


def test_the_printed_cell() -> None:
    fee = D("0.0008")
    assert Cell(D(1540), D(1560)).net(D("0.5"), fee) == D("8.76")
    assert round(break_even(fee), 9) == D("1.001601281")
    assert round(required(fee), 9) == D("1.003202562")
    assert len(cells(PRINTED, fee)) == 6


def test_a_grid_whose_narrowest_cell_does_not_pay_is_refused() -> None:
    """1620/1600 = 1.0125 is the narrowest cell; a fee of 0.0032 asks for 1 + 2 (1.0032/0.9968 - 1) = 1.01284."""
    assert cells(PRINTED, D("0.0031"))
    with pytest.raises(BadInput, match=r"grid_too_narrow: .* 0\.0032 .* 1\.012841"):
        cells(PRINTED, D("0.0032"))
    with pytest.raises(BadInput, match="grid_too_narrow"):
        cells(levels(D(1), D("1.1"), 4, tick=D(5)), D(0))


@pytest.mark.parametrize(("low", "high", "count"), [(5, 5, 4), (6, 5, 4), (0, 5, 4), (-1, 5, 4), (4, 5, 1)])
def test_a_range_or_a_number_of_cells_that_makes_no_grid_is_bad_input(low: int, high: int, count: int) -> None:
    with pytest.raises(BadInput, match="bad_input"):
        levels(D(low), D(high), count)


def test_levels_that_fall_on_one_tick_are_one_level() -> None:
    """100, 100.5, 101, 101.5, 102 on a tick of 1, half to even: 100, 100, 101, 102, 102."""
    assert levels(D(100), D(102), 4, tick=D(1)) == (D(100), D(101), D(102))


def test_the_level_nearest_to_the_price_gets_no_order_and_of_two_the_lower() -> None:
    assert orders(PRINTED, D(1570)) == Orders(PRINTED[:3], PRINTED[4:])
    assert orders(PRINTED, D("1570.01")) == Orders(PRINTED[:4], PRINTED[5:])
    assert orders(PRINTED, D(1560)) == Orders(PRINTED[:3], PRINTED[4:])
    assert orders(PRINTED, D(1700)) == Orders(PRINTED[:6], ())


def test_a_fill_places_the_other_side_one_level_on() -> None:
    assert after_fill(PRINTED, D(1540), "buy") == ("sell", D(1560))
    assert after_fill(PRINTED, D(1580), "sell") == ("buy", D(1560))
    assert after_fill(PRINTED, D(1620), "buy") is None
    assert after_fill(PRINTED, D(1500), "sell") is None


def test_one_request_stands_for_all_buys() -> None:
    """Buys at 1500, 1520 and 1540 of 0.5 each: 1.5 at their mean, the stop one ATR of 7 below the range."""
    plan = orders(PRINTED, D(1567))
    assert plan.risk(D(1500), D(7), D("0.5")) == (D("1.5"), D(1520), D(1493))
    assert Orders((), PRINTED).risk(D(1500), D(7), D("0.5")) is None


def test_a_close_more_than_an_atr_outside_ends_the_grid() -> None:
    range_and_atr = D(1500), D(1620), D(7)
    assert not is_left(D(1493), *range_and_atr)
    assert not is_left(D(1627), *range_and_atr)
    assert is_left(D("1492.9"), *range_and_atr)
    assert is_left(D("1627.1"), *range_and_atr)


@given(
    st.decimals(1, 1000, places=2),
    st.decimals(1, 1000, places=2),
    st.integers(2, 100),
    st.sampled_from(["arithmetic", "geometric"]),
    st.sampled_from([None, D("0.01"), D("0.5")]),
)
def test_levels_rise_from_the_low_to_the_high_of_the_range(
    low: D, width: D, count: int, kind: str, tick: D | None
) -> None:
    found = levels(low, low + width, count, "arithmetic" if kind == "arithmetic" else "geometric", tick)
    assert list(found) == sorted(set(found))
    assert abs(found[0] - low) <= (tick or D("1e-20")) / 2
    assert abs(found[-1] - low - width) <= (tick or D("1e-20")) / 2
    plan = orders(found, low + width / 2)
    assert len(plan.buys) + len(plan.sells) == len(found) - 1
