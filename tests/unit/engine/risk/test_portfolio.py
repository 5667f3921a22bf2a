"""Heat, exposure and the room left, by the printed book of section 5."""

from decimal import Decimal as D
from math import sqrt

import numpy as np
import pytest

from engine.model.money import floor_to
from engine.model.orders import Denial
from engine.risk.exposure import (
    by_base,
    by_strategy,
    correlated_exposure,
    exposure,
    herfindahl,
    notionals,
    same_direction,
)
from engine.risk.heat import correlated_heat, heats, signs, stress_heat, total_heat
from engine.risk.room import Cut, Room, cut, headroom, load_quantity, net_room, room
from engine.risk.stress import load, load_room, stressed
from engine.risk.touch import beyond_mark, spread
from tests.printed import near
from tests.unit.engine.risk.book import BOOK, EQUITY, ETH, PRINTED, RHO, SOL, stake


def test_heat_is_lost_from_entry_to_stop_and_nothing_beyond_break_even() -> None:
    assert [held.heat for held in BOOK] == [D(48), D(75), D(40), D(0)]
    assert float(total_heat(BOOK) / 8400) == near(0.0194047619)
    assert total_heat([]) == 0


def test_without_a_live_stop_the_whole_notional_is_at_stake() -> None:
    naked = stake("X", "short", "2", "100", None, mark="110")
    assert (naked.heat, naked.to_stop) == (D(200), D(220))


def test_correlated_heat_signed_and_its_upper_bound() -> None:
    assert correlated_heat(BOOK, RHO, EQUITY) == (near(0.01171576162), near(0.01720763225))


def test_a_hedge_never_makes_heat_imaginary() -> None:
    # Long and short of one thing, rho 1, and binary noise below zero: counts as 0.
    assert load(np.array([0.1, -0.1]), np.array([[1.0, 1.0], [1.0, 1.0 - 1e-9]])) == 0


def test_stress_heat_by_the_printed_number_and_by_hand() -> None:
    # Longs together 48^2 + 75^2 + 2 x 0.9 x 48 x 75, the short alone 40^2.
    assert stress_heat(BOOK, RHO, EQUITY) == near(0.01506269965)
    assert stress_heat(BOOK, RHO, EQUITY) == near(sqrt(48**2 + 75**2 + 1.8 * 48 * 75 + 40**2) / 8400)


def test_a_correlation_above_the_floor_counts_as_it_is() -> None:
    rho = np.array([[1.0, 0.95, -0.99], [0.95, 1.0, 0.2], [-0.99, 0.2, 1.0]])
    assert stressed(rho, np.array([1, 1, -1])).tolist() == [[1, 0.95, 0], [0.95, 1, 0], [0, 0, 1]]
    assert stressed(rho, np.array([1, 1, 1]), 0.5).tolist() == [[1, 0.95, 0.5], [0.95, 1, 0.5], [0.5, 0.5, 1]]


def test_exposure_gross_net_and_leverage() -> None:
    found = exposure(BOOK)
    assert [held.notional for held in BOOK] == [2976, 2265, -1680, 1025]
    assert (found.gross, found.net) == (D(7946), D(4586))
    assert float(found.leverage(D(8400)) or 0) == near(0.945952381)
    assert found.leverage(D("0.5")) == 15_892
    assert found.leverage(D(0)) is None


def test_correlated_exposure_by_the_printed_number() -> None:
    assert correlated_exposure(BOOK, RHO, EQUITY) == near(0.7497412914)


def test_notional_by_asset_and_strategy_adds_both_sides() -> None:
    perp = stake("ETH", "short", "1", "2500", "2600", strategy="grid")
    assert by_base([*BOOK, perp])["ETH"] == 2976 + 2500
    assert by_strategy([*BOOK, perp]) == {"ema": D(7946), "grid": D(2500)}


def test_concentration_is_one_over_the_number_of_equal_parts() -> None:
    assert herfindahl([D(100), D(-100), D(100), D(100)]) == D("0.25")
    assert herfindahl([D(5)]) == 1
    assert herfindahl([D(3), D(1)]) == D("0.625")
    assert herfindahl([]) is None


def test_a_symbol_held_and_pending_is_one_of_its_side() -> None:
    assert same_direction([*BOOK, ETH], "long") == 3
    assert same_direction(BOOK, "short") == 1


def test_the_room_under_a_stress_limit_by_the_printed_numbers() -> None:
    # The candidate has no correlations: it moves as one with its side, R* = max(1, 0.9) unless its own are known.
    book = (ETH, SOL)
    rho = np.array([[1.0, 0.8, 0.9], [0.8, 1.0, 0.9], [0.9, 0.9, 1.0]])
    matrix = stressed(rho, np.array([1, 1, 1]))
    h = heats(book)
    assert float(h @ matrix[:-1, :-1] @ h) == near(14409)
    assert float(matrix[-1, :-1] @ h) == near(110.7)
    weight = load_room(h, matrix, 0.022 * EQUITY)
    assert weight == near(68.17573899)
    found = load_quantity("stress_heat_limit", weight, abs(D(620) - D(604)))
    qty = floor_to(found.qty, D("0.01"))
    assert qty == D("4.26")
    bnb = stake("BNB", "long", "4.26", "620", "604")
    assert load(heats([*book, bnb]), matrix) / EQUITY == near(0.02199818638)


def test_a_book_above_its_limit_has_no_room() -> None:
    matrix = np.ones((2, 2))
    assert load_room(np.array([10.0]), matrix, 9.0) == 0
    assert load_room(np.array([10.0]), matrix, 10.0) == 0
    assert load_room(np.array([10.0]), matrix, 12.0) == near(2.0)
    assert load_room(np.array([]), np.ones((1, 1)), 12.0) == near(12.0)
    assert load_room(np.array([]), np.ones((1, 1)), 0.5) == near(0.5)
    assert load_room(np.array([]), np.ones((1, 1)), 0.0) == 0


def test_binary_noise_costs_no_step() -> None:
    # 68.16 / 16 is 4.26 exactly; as a float 68.16 may come out a few binary digits short.
    assert load_quantity("x", 68.15999999999998, D(16)) == Room("x", D("4.26"))


def test_a_linear_limit_leaves_what_is_not_used() -> None:
    # 10 % of 8400 less 300 held: 540 of notional at 620.
    assert room("max_position", D("0.1") * 8400, D(300), D(620)) == Room("max_position", D(540) / 620)
    assert room("heat_limit", D(100), D(163), D(16)).qty == 0


@pytest.mark.parametrize(
    ("net", "sign", "wanted", "qty"),
    [
        ("100", 1, "50", "50"),
        ("900", 1, "50", "10"),
        ("999.5", 1, "50", "0.05"),
        ("900", -1, "300", "190"),
        ("1000", 1, "50", "0"),
        ("1200", 1, "50", "0"),
        # An excess on the other side must be brought within the limit: 1200 - 10 x 10 is still above 1000.
        ("1200", -1, "10", "0"),
        ("1200", -1, "20", "20"),
        ("-1200", 1, "20", "20"),
        ("-900", -1, "50", "10"),
    ],
)
def test_net_exposure_has_room_to_both_sides(net: str, sign: int, wanted: str, qty: str) -> None:
    assert net_room(D(1000), D(net), sign, D(wanted), D(10)) == Room("net_limit", D(qty))


def test_what_an_entry_may_still_lose_today() -> None:
    held = [stake("ETH", "long", "1.2", "2480", "2440", mark="2470")]
    assert headroom(D(8400), D(8190), D("0.05"), held, D(0)) == 174
    assert headroom(D(8400), D(8190), D("0.05"), held, D(100)) == 74
    assert headroom(D(8400), D(9000), D("0.05"), held, D(0)) == 384
    assert headroom(D(8400), D(8000), D("0.05"), held, D(0)) == 0


ROOMS = (Room("gross_limit", D(3)), Room("heat_limit", D("2.507")), Room("net_limit", D("2.507")), Room("x", D(9)))


def test_all_of_it_when_everything_fits() -> None:
    assert cut(D("2.5"), ROOMS, D("0.01"), D(100)) == Cut(D("2.5"), None)
    assert cut(D("2.507"), ROOMS, D("0.001"), D(100)) == Cut(D("2.507"), None)


def test_the_tightest_limit_decides_and_of_two_the_earlier() -> None:
    assert cut(D(5), ROOMS, D("0.01"), D(100)) == Cut(D("2.50"), "heat_limit")


def test_a_remainder_that_meets_the_minimums_is_traded() -> None:
    assert cut(D(5), ROOMS, D("0.01"), D(100), D("2.5"), D(250)) == Cut(D("2.50"), "heat_limit")
    assert cut(D(5), [Room("x", D("0.517"))], D("0.01"), D(100)) == Cut(D("0.51"), "x")


def test_without_scaling_the_first_limit_in_order_refuses() -> None:
    answer = cut(D(5), ROOMS, D("0.01"), D(100), scale_down=False)
    assert isinstance(answer, Denial)
    assert answer.code == "gross_limit"
    assert "3" in answer.text


@pytest.mark.parametrize(
    ("step", "min_qty", "min_notional"), [("0.01", "2.6", "0"), ("0.01", "0", "250.01"), ("3", "0", "0")]
)
def test_a_remainder_below_the_minimums_is_refused_with_the_limits_code(
    step: str, min_qty: str, min_notional: str
) -> None:
    answer = cut(D(5), ROOMS, D(step), D(100), D(min_qty), D(min_notional))
    assert isinstance(answer, Denial)
    assert answer.code == "heat_limit"


def test_unknown_symbols_move_as_one_with_everything() -> None:
    found = PRINTED.among(["ADA", "NEW", "ETH", "NEW"])
    assert found.tolist() == [[1, 1, 0.5, 1], [1, 1, 1, 1], [0.5, 1, 1, 1], [1, 1, 1, 1]]


def test_the_forms_take_their_arrays_in_the_order_of_the_book() -> None:
    assert signs(BOOK).tolist() == [1, 1, -1, 1]
    assert notionals(BOOK).tolist() == [2976, 2265, -1680, 1025]
    assert heats([]).size == 0


def test_a_limit_price_beyond_the_mark_costs_the_buyer_and_the_seller() -> None:
    assert beyond_mark(1, D(105), D(100)) == D("0.05")
    assert beyond_mark(-1, D(95), D(100)) == D("0.05")
    assert beyond_mark(1, D(95), D(100)) == D("-0.05")


def test_the_spread_is_a_share_of_the_mid() -> None:
    assert spread(D("99.9"), D("100.1")) == D("0.002")


def test_the_floor_of_correlations_is_a_setting() -> None:
    # Two longs that do not move together, weights 3 and 4: 5 without a floor, 7 with one of 1.
    one, other = stake("A", "long", "1", "3", None), stake("B", "long", "1", "4", None)
    apart = np.eye(2)
    assert [stress_heat((one, other), apart, 1.0, floor) for floor in (0.0, 1.0)] == [near(5), near(7)]
    assert [correlated_exposure((one, other), apart, 1.0, floor) for floor in (0.0, 1.0)] == [near(5), near(7)]


def test_the_sides_of_no_book_are_whole_numbers_too() -> None:
    assert signs(()).dtype == signs(BOOK).dtype == np.int64


@pytest.mark.parametrize(
    ("scale_down", "min_qty", "text"),
    [
        (False, "0", "5 wanted, the limit allows 3"),
        (True, "2.6", "5 wanted, the limit allows 2.50, which is below the venue's least order"),
    ],
)
def test_a_limit_that_refuses_says_what_it_allows(scale_down: bool, min_qty: str, text: str) -> None:
    answer = cut(D(5), ROOMS, D("0.01"), D(100), D(min_qty), scale_down=scale_down)
    assert isinstance(answer, Denial)
    assert answer.text == text
