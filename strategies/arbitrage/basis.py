"""Basis arbitrage: long spot and short a dated future, held until it expires (strategies.md 12.2)."""

from decimal import Decimal
from typing import Literal

import msgspec

from engine.model.errors import BadInput
from strategies.arbitrage.score import YEAR_DAYS, score

LEAST_SCORED, MOST_SCORED = Decimal("0.05"), Decimal("0.30")
Refusal = Literal["basis_too_small", "expires_too_soon", "expires_too_late"]


class Limits(msgspec.Struct, frozen=True):
    """When a pair is opened."""

    min_annual: Decimal = Decimal("0.08")
    """Least basis a year."""
    min_days: Decimal = Decimal(7)
    max_days: Decimal = Decimal(180)


class Basis(msgspec.Struct, frozen=True):
    """What a dated future pays over spot, as fractions."""

    days: Decimal
    """Until it expires."""
    basis: Decimal
    annual: Decimal
    """A year of it, simple."""
    continuous: Decimal
    """A year of it, compounded continuously."""

    @property
    def score(self) -> Decimal:
        """0..100"""
        return score(self.annual, LEAST_SCORED, MOST_SCORED)


def basis(spot: Decimal, future: Decimal, days: Decimal) -> Basis:
    """The basis of a future that expires in `days`; BadInput (`bad_input`) for days or prices that are not positive."""
    if min(spot, future, days) <= 0:
        raise BadInput(f"bad_input: a basis needs positive prices and days, not {spot}, {future} and {days}.")
    found = future / spot - 1
    return Basis(days, found, found * YEAR_DAYS / days, (future / spot).ln() * YEAR_DAYS / days)


def refusal(seen: Basis, limits: Limits | None = None) -> Refusal | None:
    """Why the pair is not opened, None when it is."""
    rules = limits or Limits()
    if seen.days < rules.min_days:
        return "expires_too_soon"
    if seen.days > rules.max_days:
        return "expires_too_late"
    return "basis_too_small" if seen.annual < rules.min_annual else None
