"""Step 7: leverage of the whole account (risk.md R5.4, R5.6)."""

from decimal import Decimal
from typing import Literal

from engine.model.money import ZERO, exact, floor_to
from engine.model.orders import OrderRequest
from engine.risk.case import RiskView, Verdict, refuse
from engine.state import DeskState


def gross_notional(state: DeskState) -> Decimal:
    """Notional of every position at its mark plus the entries under way."""
    notional = entering(state)
    for holding in state.holdings.values():
        notional += abs(holding.qty) * state.mark(holding)
    return notional


def entering(state: DeskState) -> Decimal:
    """Notional of what is not filled yet of the entries under way."""
    notional = ZERO
    for live in state.orders.values():
        order = live.order
        if not order.reduce_only:
            price = order.price or exact(state.marks.get(order.symbol, 0.0))
            notional += (order.qty - live.filled) * price
    return notional


class GrossExposure:
    """Gross notional with this entry stays within max leverage times equity; cut to fit where that is allowed."""

    name = "gross_exposure"
    applies_to: Literal["entries"] = "entries"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `gross_limit`."""
        instrument = view.instrument
        limit = view.limits.max_leverage * view.equity
        gross = gross_notional(view.state)
        wanted = gross + view.qty * request.entry
        if wanted > limit and instrument is not None:
            room = floor_to(max(ZERO, limit - gross) / request.entry, instrument.step)
            enough = room > 0 and room >= instrument.min_qty and room * request.entry >= instrument.min_notional
            if not (view.limits.allow_scale_down and enough):
                return refuse("gross_limit", f"{gross:.2f} is out already, limit {limit:.2f}", gross, limit)
            view.qty, view.binding = room, "gross"
            wanted = gross + room * request.entry
        return Verdict(wanted, limit)
