"""Step 3: the week's loss line (risk.md R6.11)."""

from engine.model.orders import OrderRequest
from engine.risk.case import Latched, RiskView, Verdict, refuse
from engine.risk.period_loss import lost


class WeeklyLoss(Latched):
    """Stops new risk for the rest of the user's ISO week; never blocks an exit. Latched until the next one."""

    name = "weekly_loss"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `weekly_loss`, at equality already."""
        week, limit = view.state.week, view.limits.max_weekly_loss
        loss = lost(week, view.equity)
        if week.tripped or loss >= limit:
            text = f"{loss:.2%} lost this week, limit {limit:.2%}; entries again next week"
            return refuse("weekly_loss", text, loss, limit)
        return Verdict(loss, limit)
