"""Step 6: not more positions at once than a person can follow."""

from engine.model.limits import RiskLimits
from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse


class MaxPositions(Entries):
    """Open positions, grants and entries under way, counted together."""

    name = "max_positions"

    def alone(self, limits: RiskLimits) -> bool:
        """Where not even one is allowed."""
        return limits.max_positions < 1

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `max_positions`."""
        weights, grants, limit = view.book.weights, view.state.grants, view.limits.max_positions
        count = len(weights)
        if grants or not view.book.stamp:
            count = len({weight.symbol for weight in weights} | grants.keys())
        if count >= limit:
            return refuse("max_positions", f"open positions: {count}, limit {limit}", count, limit)
        return Verdict(count, limit)
