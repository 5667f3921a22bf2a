"""Funding arbitrage: long spot and short perpetual, the same base quantity on both (strategies.md 12.1).

Rates, fees and basis are fractions; an interval is the time between two fundings of the symbol, as its exchange states.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Literal

import msgspec

from engine.model.errors import BadInput
from engine.model.money import ZERO
from strategies.arbitrage.score import YEAR_DAYS, score

DAY_HOURS = 24
HELD_DAYS = 30
PAID = 3
"""Newest paid rates that have to be positive."""
LEAST_SCORED, MOST_SCORED = Decimal("0.05"), Decimal("0.40")
Refusal = Literal["rate_not_positive", "apr_too_low", "breakeven_too_late", "unsteady_rate", "basis_too_wide"]


class Limits(msgspec.Struct, frozen=True):
    """When a pair is opened and closed."""

    min_apr: Decimal = Decimal("0.10")
    """Least net yearly return, 0..2."""
    held_days: int = HELD_DAYS
    """Days of intervals it is reckoned over, 1..365."""
    entry_basis: Decimal = Decimal("0.005")
    """Most |perpetual/spot - 1| to enter, 0.0005..0.1."""
    exit_basis: Decimal = Decimal("0.015")
    """From it on both legs are closed, 0.0005..0.1."""


class Carry(msgspec.Struct, frozen=True):
    """What holding the pair for some intervals brings."""

    per_day: Decimal
    simple_apr: Decimal
    """A year of this rate, without fees."""
    total_fee: Decimal
    """Of opening and closing both legs."""
    breakeven: int | None
    """Intervals until the fees are earned; None when they never are."""
    intervals: int
    net_return: Decimal
    net_apr: Decimal

    @property
    def score(self) -> Decimal:
        """0..100"""
        return score(self.net_apr, LEAST_SCORED, MOST_SCORED)


def carry(
    rate: Decimal, interval_hours: Decimal, fee_spot: Decimal, fee_perp: Decimal, intervals: int | None = None
) -> Carry:
    """The return of a rate paid every `interval_hours`; by default over 30 days of intervals."""
    if interval_hours <= 0 or (intervals is not None and intervals < 1):
        raise BadInput(f"bad_input: funding needs a positive interval and count, not {interval_hours} and {intervals}.")
    per_day = DAY_HOURS / interval_hours
    held = intervals if intervals is not None else max(1, int(HELD_DAYS * per_day))
    total_fee = 2 * (fee_spot + fee_perp)
    net_return = rate * held - total_fee
    return Carry(
        per_day,
        rate * per_day * YEAR_DAYS,
        total_fee,
        int((total_fee / rate).to_integral_value(ROUND_CEILING)) if rate > 0 else None,
        held,
        net_return,
        net_return * YEAR_DAYS * per_day / held,
    )


def basis(spot: Decimal, perp: Decimal) -> Decimal:
    """perpetual/spot - 1; BadInput (`bad_input`) for a price that is not positive."""
    if spot <= 0 or perp <= 0:
        raise BadInput(f"bad_input: a basis needs positive prices, not {spot} and {perp}.")
    return perp / spot - 1


def refusal(
    seen: Carry, paid: Sequence[Decimal], spot: Decimal, perp: Decimal, limits: Limits | None = None
) -> Refusal | None:
    """Why the pair is not opened now, None when it is. `paid` are the rates paid so far, newest last."""
    rules = limits or Limits()
    if seen.breakeven is None:
        return "rate_not_positive"
    if seen.net_apr < rules.min_apr:
        return "apr_too_low"
    if 2 * seen.breakeven > seen.intervals:
        return "breakeven_too_late"
    if len(paid) < PAID or min(paid[-PAID:]) <= ZERO:
        return "unsteady_rate"
    return "basis_too_wide" if abs(basis(spot, perp)) > rules.entry_basis else None


def leaves(predicted: Sequence[Decimal], spot: Decimal, perp: Decimal, limits: Limits | None = None) -> bool:
    """True when both legs are to be closed. `predicted` are the rates predicted at each funding time, newest last."""
    rules = limits or Limits()
    return (len(predicted) >= 2 and max(predicted[-2:]) <= ZERO) or abs(basis(spot, perp)) >= rules.exit_basis
