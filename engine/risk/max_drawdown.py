"""Step 3: the emergency stop loss on the whole account (risk.md R6.4)."""

from decimal import Decimal

from engine.model.money import ONE, ZERO
from engine.model.orders import OrderRequest
from engine.risk.case import Latched, RiskView, Verdict, refuse


def drawdown(hwm: Decimal, equity: Decimal) -> Decimal:
    """Fraction below the high-water mark."""
    return ONE - equity / hwm if hwm > ZERO else ONE


class MaxDrawdown(Latched):
    """Refuses entries at the emergency line; the breaker behind it halts and flattens."""

    name = "max_drawdown"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `max_drawdown`, at equality already."""
        down = drawdown(view.state.hwm, view.equity)
        limit = view.limits.emergency_stop_loss
        breaker = view.state.breakers.get("max_drawdown")
        if down >= limit or (breaker is not None and breaker.tripped):
            return refuse("max_drawdown", f"{down:.2%} below the peak, limit {limit:.2%}", down, limit)
        return Verdict(down, limit)
