from decimal import Decimal as D
from typing import Any

import pytest

from engine.model.orders import Denial
from engine.sizing import Size, Terms, fit, size


def terms(**changed: Any) -> Terms:
    """The printed example of R1.1."""
    known: dict[str, Any] = {
        "equity": D(8400),
        "risk_fraction": D("0.015"),
        "direction": "long",
        "entry": D("2480.60"),
        "stop": D("2437.20"),
        "step": D("0.01"),
        "fee_in": D("0.0004"),
        "fee_out": D("0.0006"),
        "slip": D("0.0003"),
        "max_leverage": D(4),
    }
    return Terms(**known | changed)


def sized(**changed: Any) -> Size:
    answer = size(terms(**changed))
    assert isinstance(answer, Size)
    return answer


def refused(**changed: Any) -> str:
    answer = size(terms(**changed))
    assert isinstance(answer, Denial)
    return answer.code


def test_risk_per_trade_over_the_distance_to_the_stop() -> None:
    answer = sized()
    assert answer.loss_per_unit == D("46.5857200000")
    assert round(answer.qty_raw, 12) == D("2.704691480565")
    assert answer.qty == D("2.70")
    assert answer.qty * D("2480.60") == D("6697.62")
    assert answer.risk == D("125.78144400")
    assert answer.binding == "risk"


def test_a_cap_on_the_position_binds_before_risk_does() -> None:
    answer = sized(max_position=D("0.25"))
    assert (answer.qty, answer.binding) == (D("0.84"), "max_position_pct")
    assert answer.qty * D("2480.60") == D("2083.704")
    assert answer.risk == D("39.13200480")


@pytest.mark.parametrize(
    ("cap", "qty", "binding"),
    [
        ({"max_notional": D(1000)}, "0.40", "max_notional"),
        ({"max_leverage": D("0.5")}, "1.69", "max_leverage"),
        ({"max_qty": D("0.129")}, "0.12", "max_qty"),
        ({"max_notional": D(0), "max_qty": D(0), "max_leverage": None}, "2.70", "risk"),
    ],
)
def test_each_cap_has_its_name_and_zero_or_none_switches_it_off(cap: dict[str, Any], qty: str, binding: str) -> None:
    answer = sized(**cap)
    assert (answer.qty, answer.binding) == (D(qty), binding)


def test_of_two_equal_caps_the_earlier_one_has_the_say() -> None:
    assert sized(max_notional=D(2100), max_position=D("0.25")).binding == "max_notional"


def test_a_rebate_counts_as_no_fee() -> None:
    # 100 - 90 + 0.001 * 90 of slip = 10.09 a unit; 1 % of 10,000 over it.
    answer = sized(
        equity=D(10_000),
        risk_fraction=D("0.01"),
        entry=D(100),
        stop=D(90),
        fee_in=D("-0.01"),
        fee_out=D("-0.01"),
        slip=D("0.001"),
    )
    assert answer.loss_per_unit == D("10.09")
    assert answer.qty == D("9.91")


def test_a_short_risks_from_entry_up_to_its_stop() -> None:
    # 5 of distance, 100 of risk: 20, no fees.
    answer = sized(
        equity=D(10_000),
        risk_fraction=D("0.01"),
        direction="short",
        entry=D(100),
        stop=D(105),
        fee_in=D(0),
        fee_out=D(0),
        slip=D(0),
    )
    assert answer.qty == D(20)


@pytest.mark.parametrize("name", ["equity", "risk_fraction", "entry", "stop", "step"])
@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity"])
def test_what_is_not_a_positive_number_is_bad_input(name: str, value: str) -> None:
    assert refused(**{name: D(value)}) == "bad_input"


@pytest.mark.parametrize(("direction", "stop"), [("long", "2480.60"), ("long", "2500"), ("short", "2480.60")])
def test_a_stop_on_the_wrong_side_or_on_the_entry_is_refused(direction: str, stop: str) -> None:
    assert refused(direction=direction, stop=D(stop)) == "stop_wrong_side"


def test_below_the_venues_minimums_nothing_is_traded() -> None:
    assert refused(equity=D(35), min_qty=D("0.02")) == "below_min_qty"
    assert refused(equity=D(90), min_notional=D(120)) == "below_min_notional"
    assert refused(equity=D("0.01")) == "below_min_qty"


def test_bad_input_is_named_before_a_wrong_stop() -> None:
    assert refused(equity=D(-1), stop=D(2500)) == "bad_input"


def test_a_size_below_the_minimum_says_what_was_wanted() -> None:
    answer = size(terms(equity=D(35), min_qty=D("0.02")))
    assert isinstance(answer, Denial)
    assert "0.011269547836" in answer.text


@pytest.mark.parametrize("fees", [{"fee_in": D("NaN")}, {"fee_out": D("Infinity")}, {"slip": D("-0.1")}])
def test_fees_that_are_no_numbers_are_bad_input(fees: dict[str, Any]) -> None:
    assert refused(**fees) == "bad_input"


def test_the_first_rung_of_the_ladder_halves_the_quantity_before_the_caps() -> None:
    # Half of 2.704691480565 is 1.3523457402825; the cap of 0.84 is not halved.
    half = size(terms(), D("0.5"))
    assert isinstance(half, Size)
    assert half.qty == D("1.35")
    within = size(terms(max_position=D("0.25")), D("0.5"))
    assert isinstance(within, Size)
    assert (within.qty, within.binding) == (D("0.84"), "max_position_pct")


def test_a_quantity_of_another_mode_takes_the_place_of_risk() -> None:
    answer = fit(terms(), D("1.239"))
    assert isinstance(answer, Size)
    assert (answer.qty, answer.qty_raw, answer.binding) == (D("1.23"), D("1.239"), "risk")
    assert answer.risk == D("1.23") * D("46.58572")


@pytest.mark.parametrize("wanted", ["-1", "NaN", "Infinity"])
def test_a_quantity_that_is_none_is_bad_input(wanted: str) -> None:
    answer = fit(terms(), D(wanted))
    assert isinstance(answer, Denial)
    assert answer.code == "bad_input"


def test_a_quantity_is_not_fitted_to_bad_terms() -> None:
    answer = fit(terms(stop=D(2500)), D(1))
    assert isinstance(answer, Denial)
    assert answer.code == "stop_wrong_side"


ROUND = {"equity": D(1000), "risk_fraction": D("0.01"), "entry": D(100), "stop": D(90), "fee_in": D(0), "fee_out": D(0)}
"""10 at risk over 10 a unit: exactly 1, a notional of 100."""


@pytest.mark.parametrize(
    "cap",
    [
        {"max_notional": D(100)},
        {"max_position": D("0.1")},
        {"max_leverage": D("0.1")},
        {"max_qty": D(1)},
        {"min_qty": D(1)},
        {"min_notional": D(100)},
        {"min_notional": D("0.01"), "min_qty": D("0.01")},
    ],
)
def test_what_meets_a_limit_exactly_is_not_bound_by_it(cap: dict[str, D]) -> None:
    answer = sized(**{**ROUND, "slip": D(0), "max_leverage": None, **cap})
    assert (answer.qty, answer.binding) == (D(1), "risk")


@pytest.mark.parametrize(
    ("caps", "binding"),
    [
        ({"max_position": D("0.05"), "max_leverage": D("0.05")}, "max_position_pct"),
        ({"max_leverage": D("0.05"), "max_qty": D("0.5")}, "max_leverage"),
    ],
)
def test_of_equal_caps_the_earlier_binds(caps: dict[str, D], binding: str) -> None:
    assert sized(**{**ROUND, "slip": D(0), "max_leverage": None, **caps}).binding == binding


def test_a_refusal_says_what_was_wrong_and_what_is_the_least() -> None:
    small = size(terms(equity=D(35), min_qty=D("0.02")))
    assert isinstance(small, Denial)
    assert small.text.endswith("the venue's least is 0.02")
    coarse = size(terms(equity=D(35), step=D("0.05")))
    assert isinstance(coarse, Denial)
    assert coarse.text.endswith("the venue's least is 0.05")
    named = size(terms(stop=D(0)))
    assert isinstance(named, Denial)
    assert named.text.startswith("stop is 0")
    thin = size(terms(**ROUND, slip=D(0), min_notional=D(101)))
    assert isinstance(thin, Denial)
    assert thin.text.startswith("100.00 (1.000000000000 wanted)")


def test_another_mode_is_scaled_by_the_ladder_too() -> None:
    answer = fit(terms(), D("1.239"), D("0.5"))
    assert isinstance(answer, Size)
    assert (answer.qty, answer.qty_raw) == (D("0.61"), D("0.6195"))


def test_fees_that_cancel_to_no_number_are_bad_input() -> None:
    assert refused(fee_in=D("Infinity"), fee_out=D("-Infinity")) == "bad_input"
    assert refused(slip=D("Infinity")) == "bad_input"
