"""Step 6: not more positions at once than a person can follow."""

from typing import Literal

from engine.model.orders import OrderRequest
from engine.risk.case import RiskView, Verdict, refuse


class MaxPositions:
    """Open positions and entries under way, counted together."""

    name = "max_positions"
    applies_to: Literal["entries"] = "entries"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `max_positions`."""
        state = view.state
        count, limit = len(state.holdings), view.limits.max_positions
        if state.orders:
            entering = {live.order.symbol for live in state.orders.values() if not live.order.reduce_only}
            count = len(entering | state.holdings.keys())
        if count >= limit:
            return refuse("max_positions", f"{count} positions are open, limit {limit}", count, limit)
        return Verdict(count, limit)
