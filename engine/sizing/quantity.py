"""Fixed fraction of equity between entry and stop, then caps and minimums (risk.md R1.1, R1.2). Exact."""

from decimal import Decimal

from engine.model.money import ONE, ZERO
from engine.model.orders import Denial
from engine.sizing.caps import capped, refused
from engine.sizing.inverse import fit_inverse, loss_per_contract, size_inverse
from engine.sizing.terms import Size, Terms


def size(terms: Terms, scale: Decimal = ONE) -> Size | Denial:
    """R1.1: the risk over what one unit loses; or the refusal, in the order of the rule.

    `scale` is the share of the quantity that the drawdown ladder allows (R6.12), taken before the caps.
    """
    if terms.inverse is not None:
        return size_inverse(terms, terms.inverse.size, scale)
    bad = refused(terms)
    if bad is not None:
        return bad
    loss = loss_per_unit(terms)
    wanted = terms.equity * terms.risk_fraction / loss * scale
    return capped(terms, wanted, loss, terms.equity, terms.entry)


def fit(terms: Terms, wanted: Decimal, scale: Decimal = ONE) -> Size | Denial:
    """R1.2 for every other mode: its quantity takes the place of the risk quantity (`risk_fraction` is not used)."""
    bad = refused(terms)
    if bad is not None:
        return bad
    if not wanted.is_finite() or wanted < 0:
        return Denial("bad_input", f"the quantity is {wanted}, it cannot be below 0")
    if terms.inverse is not None:
        return fit_inverse(terms, terms.inverse.size, wanted * scale)
    return capped(terms, wanted * scale, loss_per_unit(terms), terms.equity, terms.entry)


def loss_per_unit(t: Terms) -> Decimal:
    """What one unit bought at the entry and sold at the stop loses, both fees and slippage included (R1.1)."""
    paid, left = t.fee_in, t.fee_out
    paid, left = paid if paid > ZERO else ZERO, left if left > ZERO else ZERO
    return unit_loss(t.entry, t.stop, paid, left + t.slip)


def unit_loss(entry: Decimal, stop: Decimal, paid: Decimal, left: Decimal) -> Decimal:
    """R1.1: the way to the stop, what the entry costs as a fraction of its price, and what the stop costs of its."""
    return abs(entry - stop) + paid * entry + left * stop


def loss_of(t: Terms) -> Decimal:
    """The same of either kind of contract (R1.1, R1.3)."""
    return loss_per_unit(t) if t.inverse is None else loss_per_contract(t, t.inverse.size)
