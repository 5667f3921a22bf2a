"""Volatility targeting: less of what moves more (risk.md R1.12)."""

from decimal import Decimal
from math import isfinite

from engine.model.money import ONE
from engine.model.orders import Denial
from engine.risk.volatility import annual
from engine.sizing.notional import size_weight
from engine.sizing.terms import Size, Terms


def target_weight(sigma_daily: float, target: float, max_leverage: float) -> float:
    """Notional as a multiple of equity at which the position has the target's annual volatility, within leverage."""
    return min(max_leverage, target / annual(sigma_daily))


def size_vol_target(
    terms: Terms, sigma_daily: float | None, target: float, max_leverage: float, scale: Decimal = ONE
) -> Size | Denial:
    """Mode `vol_target`; `sigma_daily` is `realised` or `ewma` of `engine.risk.volatility`, None: too few returns."""
    if sigma_daily is None or not isfinite(sigma_daily) or sigma_daily <= 0:
        return Denial("insufficient_history", "there are too few daily returns to know the volatility")
    return size_weight(terms, target_weight(sigma_daily, target, max_leverage), scale)
