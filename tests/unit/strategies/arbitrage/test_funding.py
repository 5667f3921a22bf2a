"""Funding arbitrage: the printed example, each reason against an entry, when both legs are closed."""

from decimal import Decimal as D

import pytest

from engine.model.errors import BadInput
from strategies.arbitrage.funding import Limits, basis, carry, leaves, refusal

PRINTED = carry(D("0.00018"), D(4), D("0.0008"), D("0.0004"), 120)
PAID = (D("0.0001"), D("0.0002"), D("0.0001"))
SPOT = D(2500)


def test_the_printed_example() -> None:
    assert PRINTED.per_day == 6
    assert PRINTED.simple_apr == D("0.3942")
    assert PRINTED.total_fee == D("0.0024")
    assert PRINTED.breakeven == 14
    assert PRINTED.net_return == D("0.0192")
    assert PRINTED.net_apr == D("0.3504")
    assert round(PRINTED.score, 8) == D("85.82857143")
    assert carry(D("0.00007"), D(2), D(0), D(0)).simple_apr == D("0.3066")


def test_it_is_reckoned_over_thirty_days_of_intervals() -> None:
    assert carry(D("0.00018"), D(8), D("0.0008"), D("0.0004")).intervals == 90
    assert carry(D("0.00018"), D(1), D("0.0008"), D("0.0004")).intervals == 720


def test_the_printed_pair_is_opened() -> None:
    assert refusal(PRINTED, PAID, SPOT, SPOT) is None
    assert refusal(PRINTED, PAID, SPOT, D("2512.5")) is None


@pytest.mark.parametrize(
    ("rate", "paid", "perp", "reason"),
    [
        ("0", PAID, "2500", "rate_not_positive"),
        ("-0.0001", PAID, "2500", "rate_not_positive"),
        ("0.00006", PAID, "2500", "apr_too_low"),
        ("0.00018", (D("-0.0001"), D("0.0002"), D("0.0002")), "2500", "unsteady_rate"),
        ("0.00018", (D("0.0002"), D("0.0002"), D(0)), "2500", "unsteady_rate"),
        ("0.00018", PAID[:2], "2500", "unsteady_rate"),
        ("0.00018", PAID, "2512.51", "basis_too_wide"),
        ("0.00018", PAID, "2487.49", "basis_too_wide"),
    ],
)
def test_the_first_reason_against_a_pair_is_named(rate: str, paid: tuple[D, ...], perp: str, reason: str) -> None:
    """0.00006 over 120 intervals earns 0.0072 - 0.0024 = 0.0048, a year 0.0876: below 0.10."""
    seen = carry(D(rate), D(4), D("0.0008"), D("0.0004"), 120)
    assert refusal(seen, paid, SPOT, D(perp)) == reason


def test_an_older_negative_rate_does_not_count() -> None:
    assert refusal(PRINTED, (D("-0.001"), *PAID), SPOT, SPOT) is None


def test_the_fees_must_be_earned_in_half_of_the_time() -> None:
    """Over 27 intervals the break-even of 14 is more than half; the return of 0.00246 is still 0.1995 a year."""
    seen = carry(D("0.00018"), D(4), D("0.0008"), D("0.0004"), 27)
    assert seen.net_apr > D("0.10")
    assert refusal(seen, PAID, SPOT, SPOT) == "breakeven_too_late"
    assert refusal(carry(D("0.00018"), D(4), D("0.0008"), D("0.0004"), 28), PAID, SPOT, SPOT) is None


@pytest.mark.parametrize(
    ("predicted", "perp", "left"),
    [
        (("0.0001", "0.0001"), "2500", False),
        (("-0.0001", "0.0001"), "2500", False),
        (("0.0001", "-0.0001"), "2500", False),
        (("0", "-0.0001"), "2500", True),
        (("0.0001", "0", "0"), "2500", True),
        (("-0.0001",), "2500", False),
        (("0.0001", "0.0001"), "2537.5", True),
        (("0.0001", "0.0001"), "2537.4", False),
        (("0.0001", "0.0001"), "2462.5", True),
    ],
)
def test_two_predictions_without_income_or_a_wide_basis_close_both_legs(
    predicted: tuple[str, ...], perp: str, left: bool
) -> None:
    assert leaves(tuple(map(D, predicted)), SPOT, D(perp)) is left


def test_limits_are_parameters() -> None:
    assert refusal(PRINTED, PAID, SPOT, SPOT, Limits(min_apr=D("0.36"))) == "apr_too_low"
    assert leaves(PAID, SPOT, D(2510), Limits(exit_basis=D("0.004")))


def test_what_makes_no_sense_is_bad_input() -> None:
    for spot, perp in ((D(0), D(1)), (D(1), D(-1))):
        with pytest.raises(BadInput, match="bad_input"):
            basis(spot, perp)
    for hours, intervals in ((D(0), 5), (D(4), 0)):
        with pytest.raises(BadInput, match="bad_input"):
            carry(D("0.0001"), hours, D(0), D(0), intervals)
