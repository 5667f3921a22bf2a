"""Step 2: an entry needs a price of now."""

from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse

FUTURE_MS = 1000


class FreshData(Entries):
    """Refuses entries on a price that is too old, missing, or from the future (risk.md R6.7)."""

    name = "fresh_data"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `stale_price`, `clock_skew`."""
        marked = view.state.marked_at.get(request.symbol)
        limit = view.limits.stale_price_ms
        if marked is None:
            return refuse("stale_price", f"there is no price of {request.symbol} yet")
        age = request.at - marked
        if age > limit:
            return refuse("stale_price", f"the price is {age} ms old, limit {limit} ms", age, limit)
        if age < -FUTURE_MS:
            return refuse(
                "clock_skew", f"the price is {-age} ms in the future; entries wait for one of now", age, limit
            )
        return Verdict(age, limit)
