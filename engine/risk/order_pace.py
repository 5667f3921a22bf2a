"""Step 9: not more entries a second than a person could have meant (risk.md R6.8)."""

from decimal import Decimal

from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse
from engine.risk.order_rate import SECOND, Bucket, ready_in, take


class OrderPace(Entries):
    """Takes a token for each entry that has passed everything else; the bucket refills with time."""

    name = "order_rate"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `order_rate`."""
        limits, bucket = view.limits, view.state.bucket
        burst, rate = limits.order_burst, limits.order_rate
        if bucket.tokens is None or (request.at - bucket.at) * rate >= burst * SECOND:
            view.state.bucket = Bucket(Decimal(burst - 1), max(request.at, bucket.at))
            return Verdict(1, burst)
        view.state.bucket, may = take(bucket, request.at, burst, rate)
        if may:
            return Verdict(burst - (view.state.bucket.tokens or 0), burst)
        wait = ready_in(view.state.bucket, burst, rate)
        text = f"more than {burst} at once, or {rate} a second: this entry is dropped, one in {wait} ms may pass"
        return refuse("order_rate", text, burst, burst)
