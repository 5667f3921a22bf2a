"""What every mode of sizing comes to: bad terms are refused, then caps, step and minimums (risk.md R1.2). Exact."""

from decimal import Decimal

from engine.model.money import ZERO, floor_to
from engine.model.orders import Denial
from engine.sizing.terms import Size, Terms


def refused(t: Terms) -> Denial | None:
    """What is wrong with terms before anything is computed: `bad_input`, then `stop_wrong_side`."""
    parts = (t.equity, t.risk_fraction, t.entry, t.stop, t.step)
    if not all(map(Decimal.is_finite, parts)) or min(parts) <= ZERO:
        return _bad_input(t)
    if not (t.fee_in.is_finite() and t.fee_out.is_finite() and t.slip.is_finite()) or t.slip < ZERO:
        return Denial("bad_input", f"fees are {t.fee_in} and {t.fee_out}, slippage is {t.slip}")
    if t.stop >= t.entry if t.direction == "long" else t.stop <= t.entry:
        return Denial("stop_wrong_side", f"a {t.direction} from {t.entry} cannot have its stop at {t.stop}")
    return None


def _bad_input(t: Terms) -> Denial:
    named = {"equity": t.equity, "risk": t.risk_fraction, "entry": t.entry, "stop": t.stop, "step": t.step}
    name, value = next((name, value) for name, value in named.items() if not value.is_finite() or value <= 0)
    return Denial("bad_input", f"{name} is {value}, it must be above 0")


def capped(t: Terms, raw: Decimal, loss: Decimal, equity: Decimal, unit: Decimal) -> Size | Denial:
    """Caps, step and minimums. `unit` is the notional of one unit or contract, `equity` in the currency of `unit`."""
    qty, notional, binding = raw, raw * unit, "risk"
    if t.max_notional and t.max_notional < notional:
        qty, notional, binding = t.max_notional / unit, t.max_notional, "max_notional"
    if t.max_position and (cap := t.max_position * equity) < notional:
        qty, notional, binding = cap / unit, cap, "max_position_pct"
    if t.max_leverage and (cap := t.max_leverage * equity) < notional:
        qty, binding = cap / unit, "max_leverage"
    if t.max_qty and t.max_qty < qty:
        qty, binding = t.max_qty, "max_qty"
    qty = floor_to(qty, t.step)
    if qty <= ZERO or qty < t.min_qty:
        least = max(t.min_qty, t.step)
        return Denial("below_min_qty", f"the limits allow {qty} of the {raw:.12f} wanted, the venue's least is {least}")
    if t.min_notional and qty * unit < t.min_notional:
        text = f"{qty * unit:.2f} ({raw:.12f} wanted) is below the venue's least order of {t.min_notional}"
        return Denial("below_min_notional", text)
    return Size(qty, raw, loss, binding)
