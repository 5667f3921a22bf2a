"""Step 3: the day's loss line (risk.md R6.1)."""

from decimal import Decimal

from engine.model.money import ONE, ZERO
from engine.model.orders import OrderRequest
from engine.risk.case import Latched, RiskView, Verdict, refuse


def day_loss(base: Decimal, equity: Decimal) -> Decimal:
    """Fraction of the day's base that is lost; a base that is not positive counts as all of it."""
    return (base - equity) / base if base > ZERO else ONE


class DailyLoss(Latched):
    """Stops new risk for the rest of the user's day; never blocks an exit. Latched until the next day."""

    name = "daily_loss"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `daily_loss`, at equality already."""
        loss = day_loss(view.state.day_base, view.equity)
        limit = view.limits.max_daily_loss
        breaker = view.state.breakers.get("daily_loss")
        if loss >= limit or (breaker is not None and breaker.tripped):
            return refuse(
                "daily_loss", f"{loss:.2%} lost today, limit {limit:.2%}; entries again next day", loss, limit
            )
        return Verdict(loss, limit)
