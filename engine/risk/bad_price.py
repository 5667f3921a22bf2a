"""Step 2: an entry is not made on a price that nothing vouches for (risk.md R6.6)."""

from engine.model.money import exact
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.jump import PriceFilter, judge


class BadPrice(Entries):
    """The newest minute's close against the median of the last accepted ones.

    No mark price is streamed; the close of the minute before stands in for it, so a jump counts once the next minute
    confirms it.
    """

    name = "bad_price"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `bad_price`."""
        series = view.series.get(request.symbol)
        if series is None or not series.minutely:
            return PASS
        moved, limit = series.moved(), view.limits.bad_price
        if abs(moved) <= view.vouched:
            return Verdict(abs(moved), limit)
        closes = [exact(close) for close in series.recent().tolist()]
        seen, before, accepted = PriceFilter(tuple(closes[:1])), closes[0], True
        for close in closes[1:]:
            seen, accepted = judge(seen, close, before, limit)
            before = close
        if accepted:
            return Verdict(abs(moved), limit)
        text = f"{closes[-1]} is {abs(moved):.2%} from the minute before; the next minute has to confirm it"
        return refuse("bad_price", text, abs(moved), limit)
