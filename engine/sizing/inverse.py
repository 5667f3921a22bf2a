"""Sizes of inverse (coin-margined) contracts: whole contracts, equity and loss in coin (risk.md R1.3). Exact."""

from decimal import Decimal

from engine.model.money import ONE, ZERO
from engine.model.orders import Denial
from engine.sizing.caps import capped, refused
from engine.sizing.terms import Size, Terms


def loss_per_contract(t: Terms, contract: Decimal) -> Decimal:
    """Coin that one contract of `contract` quote units loses between entry and stop, fees and slippage included."""
    fees = max(ZERO, t.fee_in) / t.entry + (max(ZERO, t.fee_out) + t.slip) / t.stop
    return contract * abs(1 / t.stop - 1 / t.entry) + contract * fees


def size_inverse(terms: Terms, contract: Decimal, scale: Decimal = ONE) -> Size | Denial:
    """R1.3: how many contracts. Equity in coin, step 1; notional caps count contracts at equity times entry."""
    bad = refused(terms)
    if bad is not None:
        return bad
    if not contract.is_finite() or contract <= 0:
        return Denial("bad_input", f"the contract is worth {contract}, it must be above 0")
    wanted = terms.equity * terms.risk_fraction / loss_per_contract(terms, contract) * scale
    return fit_inverse(terms, contract, wanted)


def fit_inverse(terms: Terms, contract: Decimal, wanted: Decimal) -> Size | Denial:
    """So many contracts of terms that are not refused, within caps that count contracts at equity times entry."""
    return capped(terms, wanted, loss_per_contract(terms, contract), terms.equity * terms.entry, contract)
