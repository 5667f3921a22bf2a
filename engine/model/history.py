"""Risk over time, and what moves together: what charts are drawn of."""

from decimal import Decimal

import msgspec


class RiskPoint(msgspec.Struct, frozen=True, gc=False):
    """One mark of the account. Shares of equity; None: not measured then."""

    at: int
    equity: Decimal
    leverage: Decimal
    """Gross notional over equity."""
    heat: Decimal | None
    var: Decimal | None


class RiskHistory(msgspec.Struct, frozen=True):
    """Marks of a period, oldest first, and the limits in force now, in the same measures."""

    period: str
    points: tuple[RiskPoint, ...]
    leverage: Decimal
    heat: Decimal
    var: Decimal


class Together(msgspec.Struct, frozen=True):
    """Correlations of what is held or under way, -1 to 1; what is not known counts as 1."""

    bases: tuple[str, ...]
    matrix: tuple[tuple[float, ...], ...]
