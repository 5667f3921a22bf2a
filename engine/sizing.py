"""How much: fixed fraction of equity between entry and stop, then caps (risk.md R1.1, R1.2). Exact."""

from decimal import Decimal

import msgspec

from engine.model.money import ZERO, floor_to
from engine.model.orders import Denial, Direction


class Terms(msgspec.Struct, frozen=True):
    """What sizing needs. Fractions for rates; caps of None or 0 are off; `step` in base units."""

    equity: Decimal
    risk_fraction: Decimal
    direction: Direction
    entry: Decimal
    stop: Decimal
    step: Decimal
    fee_in: Decimal = ZERO
    fee_out: Decimal = ZERO
    slip: Decimal = ZERO
    max_notional: Decimal | None = None
    max_position: Decimal | None = None
    max_leverage: Decimal | None = None
    max_qty: Decimal | None = None
    min_qty: Decimal = ZERO
    min_notional: Decimal = ZERO


class Size(msgspec.Struct, frozen=True):
    """The answer: quantity in base units, what one unit loses at the stop, and which cap decided."""

    qty: Decimal
    qty_raw: Decimal
    loss_per_unit: Decimal
    binding: str

    @property
    def risk(self) -> Decimal:
        """Quote amount lost when the stop is hit, fees and slippage included."""
        return self.qty * self.loss_per_unit


def size(terms: Terms) -> Size | Denial:
    """Quantity for these terms, or the refusal of R1.1 in its order."""
    t = terms
    for value in (t.equity, t.risk_fraction, t.entry, t.stop, t.step):
        if not value.is_finite() or value <= 0:
            return _bad_input(t)
    if t.stop >= t.entry if t.direction == "long" else t.stop <= t.entry:
        return Denial("stop_wrong_side", f"a {t.direction} from {t.entry} cannot have its stop at {t.stop}")
    loss = abs(t.entry - t.stop) + max(ZERO, t.fee_in) * t.entry + (max(ZERO, t.fee_out) + t.slip) * t.stop
    raw = t.equity * t.risk_fraction / loss
    qty, binding = _capped(t, raw)
    qty = floor_to(qty, t.step)
    if qty <= 0 or qty < t.min_qty:
        return Denial("below_min_qty", f"the limits allow {qty}, the venue's least is {max(t.min_qty, t.step)}")
    if qty * t.entry < t.min_notional:
        return Denial("below_min_notional", f"{qty * t.entry:.2f} is below the venue's least order of {t.min_notional}")
    return Size(qty, raw, loss, binding)


def _bad_input(t: Terms) -> Denial:
    named = {"equity": t.equity, "risk": t.risk_fraction, "entry": t.entry, "stop": t.stop, "step": t.step}
    name, value = next((name, value) for name, value in named.items() if not value.is_finite() or value <= 0)
    return Denial("bad_input", f"{name} is {value}, it must be above 0")


def _capped(t: Terms, raw: Decimal) -> tuple[Decimal, str]:
    qty, binding = raw, "risk"
    if t.max_notional and (cap := t.max_notional / t.entry) < qty:
        qty, binding = cap, "max_notional"
    if t.max_position and (cap := t.max_position * t.equity / t.entry) < qty:
        qty, binding = cap, "max_position_pct"
    if t.max_leverage and (cap := t.max_leverage * t.equity / t.entry) < qty:
        qty, binding = cap, "max_leverage"
    if t.max_qty and t.max_qty < qty:
        qty, binding = t.max_qty, "max_qty"
    return qty, binding
