"""Step 6: not more positions at once than a person can follow."""

from decimal import Decimal
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
        entering = {live.order.symbol for live in state.orders.values() if not live.order.reduce_only}
        count, limit = len(entering | state.holdings.keys()), view.limits.max_positions
        if count >= limit:
            return refuse("max_positions", f"{count} positions are open, limit {limit}", Decimal(count), Decimal(limit))
        return Verdict(Decimal(count), Decimal(limit))
