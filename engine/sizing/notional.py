"""Sizes from an amount, a share of equity, a weight or a signal (risk.md R1.1 `fixed`, R1.4, R1.5, R1.7)."""

from decimal import Decimal
from math import isfinite

from engine.model.money import ONE, ZERO, exact
from engine.model.orders import Denial
from engine.sizing.caps import refused
from engine.sizing.quantity import fit, loss_of
from engine.sizing.terms import Size, Terms


def size_fixed(terms: Terms, amount: Decimal, scale: Decimal = ONE) -> Size | Denial:
    """Mode `fixed`: R1.1 with this amount lost at the stop."""
    bad = refused(terms) or _bad("the amount at risk", amount)
    return bad or fit(terms, amount / loss_of(terms), scale)


def size_amount(terms: Terms, amount: Decimal, scale: Decimal = ONE) -> Size | Denial:
    """Mode `amount` (R1.4): this much notional at the entry price."""
    bad = refused(terms) or _bad("the amount", amount)
    return bad or fit(terms, amount / terms.unit, scale)


def size_share(terms: Terms, share: Decimal, scale: Decimal = ONE) -> Size | Denial:
    """Mode `percent_equity` (R1.5): a notional of `share` (a fraction) of equity."""
    bad = refused(terms) or _bad("the share of equity", share)
    return bad or fit(terms, share * terms.equity / terms.unit, scale)


def size_weight(terms: Terms, weight: float, scale: Decimal = ONE) -> Size | Denial:
    """A notional of `weight` times equity, for weights that are statistics (volatility target, R1.12)."""
    if not isfinite(weight):
        return Denial("bad_input", f"the weight is {weight}")
    return size_share(terms, exact(weight), scale)


def signal_notional(signal: float, annual_vol: float, budget: Decimal, most: Decimal) -> Decimal:
    """R1.7: signal times budget over annual volatility, at most `most` either way; the sign is the side.

    A signal or volatility that is not finite, or a volatility not above 0, gives 0.
    """
    if not isfinite(signal) or not isfinite(annual_vol) or annual_vol <= 0:
        return ZERO
    return max(-most, min(most, exact(signal) * budget / exact(annual_vol)))


def size_signal(
    terms: Terms, signal: float, annual_vol: float, budget: Decimal, most: Decimal, scale: Decimal = ONE
) -> Size | Denial:
    """Mode `signal_vol` (R1.7); a signal outside [-1, 1] or against the direction of the terms is `bad_input`."""
    bad = refused(terms) or _bad("the risk budget", budget) or _bad("the largest notional", most)
    if bad is not None:
        return bad
    along = signal if terms.direction == "long" else -signal
    if not 0 <= along <= 1:
        return Denial("bad_input", f"the signal {signal} does not belong to a {terms.direction}")
    return fit(terms, signal_notional(along, annual_vol, budget, most) / terms.unit, scale)


def _bad(what: str, value: Decimal) -> Denial | None:
    if value.is_finite() and value > 0:
        return None
    return Denial("bad_input", f"{what} is {value}, it must be above 0")
