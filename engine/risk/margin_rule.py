"""Step 8: enough margin, and a stop well before liquidation (risk.md R2.9, R2.10)."""

from decimal import Decimal
from typing import Literal

from engine.margin import liquidation
from engine.model.instrument import Instrument
from engine.model.orders import OrderRequest
from engine.risk.case import RiskView, Verdict, refuse
from engine.risk.gross import entering


class Margin:
    """Initial margin, fee and tier of the entry against what the account has free. Refuses, never shrinks."""

    name = "margin"
    applies_to: Literal["entries"] = "entries"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `leverage_above_tier`, `insufficient_margin`, `stop_beyond_liquidation_buffer`."""
        instrument = view.instrument
        if instrument is None:
            return refuse("symbol_unknown", f"{request.symbol} is not a symbol of this desk")
        leverage, notional = view.limits.max_leverage, view.qty * request.entry
        top = instrument.tier(notional).max_leverage
        if leverage > top:
            return refuse("leverage_above_tier", f"{leverage}x is above the venue's {top}x", leverage, top)
        state = view.state
        used = entering(state)
        for holding in state.holdings.values():
            used += abs(holding.qty) * holding.avg
        wallet = notional / leverage
        cost, free = wallet + notional * view.costs.fee, view.equity - used / leverage
        if cost > free:
            return refuse("insufficient_margin", f"the order costs {cost:.2f}, {free:.2f} is free", cost, free)
        return self._buffer(request, view, instrument, wallet) or Verdict(cost, free)

    def _buffer(self, request: OrderRequest, view: RiskView, instrument: Instrument, wallet: Decimal) -> Verdict | None:
        qty = view.qty if request.direction == "long" else -view.qty
        price = liquidation(instrument, qty, request.entry, wallet)
        if price is None or request.stop is None:
            return None
        distance, limit = (
            abs(request.entry - request.stop),
            view.limits.liquidation_buffer * abs(request.entry - price),
        )
        if distance <= limit:
            return None
        text = f"the stop {request.stop} is too near to the liquidation at {price:.8g}"
        return refuse("stop_beyond_liquidation_buffer", text, distance, limit)
