"""Step 7: leverage of the whole account (risk.md R5.4, R5.6)."""

from collections.abc import Mapping
from decimal import Decimal

from engine import ledger
from engine.model.inverse import Inverse, worth
from engine.model.limits import RiskLimits
from engine.model.money import ZERO, exact
from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict
from engine.risk.portfolio import judged
from engine.state import DeskState


def gross_notional(state: DeskState, inverse: Mapping[str, Inverse]) -> Decimal:
    """Notional of every position at its mark plus the entries under way."""
    notional = ZERO
    for live in state.orders.values():
        order = live.order
        if not order.reduce_only:
            price = order.price or exact(state.marks.get(order.symbol, 0.0))
            notional += (order.qty - live.filled) * worth(inverse.get(order.symbol), price)
    for holding in state.holdings.values():
        notional += abs(holding.qty) * worth(holding.inverse, ledger.mark(state, holding))
    return notional


class GrossExposure(Entries):
    """Gross notional with this entry stays within max leverage times equity; cut to fit where that is allowed."""

    name = "gross_exposure"

    def alone(self, limits: RiskLimits) -> bool:
        """No: the size is capped by the same limit."""
        return False

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `gross_limit`."""
        return judged("gross_limit", view, view.limits.max_leverage * view.equity, view.book.gross, view.unit)
