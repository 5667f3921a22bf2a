"""Step 4: a limit price far on the expensive side of the mark is a slip of the finger (risk.md R5.7)."""

from engine.model.money import exact
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.touch import beyond_mark


class PriceBand(Entries):
    """Looks at limit entries; a market order has no price of its own."""

    name = "price_band"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `price_band`."""
        price = request.price
        if price is None:
            return PASS
        mark, band = exact(view.state.marks[request.symbol]), view.limits.price_band
        beyond = beyond_mark(1 if request.side == "buy" else -1, price, mark)
        if beyond > band:
            text = f"{price} is {beyond:.2%} beyond the mark {mark}, limit {band:.2%}"
            return refuse("price_band", text, beyond, band)
        return Verdict(beyond, band)
