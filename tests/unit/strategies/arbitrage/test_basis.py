"""Basis arbitrage: the printed example, when a pair is opened, what is bad input."""

from decimal import Decimal as D

import pytest

from engine.model.errors import BadInput
from strategies.arbitrage.basis import basis, refusal


def test_the_printed_example() -> None:
    found = basis(D(2480), D("2531.5"), D(60))
    assert round(found.basis, 11) == D("0.02076612903")
    assert round(found.annual, 10) == D("0.1263272849")
    assert round(found.continuous, 10) == D("0.1250335012")
    assert round(found.score, 8) == D("30.53091398")
    assert refusal(found) is None


@pytest.mark.parametrize(
    ("future", "days", "reason"),
    [
        ("101.6", "73", None),
        ("101.59", "73", "basis_too_small"),
        ("99", "73", "basis_too_small"),
        ("105", "6.9", "expires_too_soon"),
        ("105", "7", None),
        ("105", "180", None),
        ("105", "180.1", "expires_too_late"),
    ],
)
def test_a_pair_needs_eight_percent_a_year_and_a_week_to_half_a_year(
    future: str, days: str, reason: str | None
) -> None:
    """1.6 % in 73 days (a fifth of a year) is 8 % a year."""
    assert refusal(basis(D(100), D(future), D(days))) == reason


@pytest.mark.parametrize(("spot", "future", "days"), [(0, 1, 1), (1, 0, 1), (1, -1, 1), (1, 1, 0), (1, 1, -3)])
def test_prices_and_days_are_positive(spot: int, future: int, days: int) -> None:
    with pytest.raises(BadInput, match="bad_input"):
        basis(D(spot), D(future), D(days))
