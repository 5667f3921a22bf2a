"""Step 4: an entry does not cross a gap between bid and ask (risk.md R5.7)."""

from decimal import Decimal

from engine.model.money import exact
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.touch import spread
from engine.state import DeskState

AGE_MS = 10_000
"""An older quote says nothing of the market that an order would meet."""


class Spread(Entries):
    """Looks at the newest quote. Candle files have none: there the rule is silent, and the record has no value."""

    name = "spread"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `spread_too_wide`."""
        limit = view.limits.max_spread
        found = spread_of(view.state, request.symbol, request.at)
        if found is None:
            return Verdict(None, limit) if view.explains else PASS
        if found > limit:
            return refuse(
                "spread_too_wide",
                f"bid and ask are {found:.3%} of the mid price apart, limit {limit:.3%}",
                found,
                limit,
            )
        return Verdict(found, limit)


def spread_of(state: DeskState, symbol: str, at: int) -> Decimal | None:
    """Spread over mid of the newest quote, as a fraction; None where none is known of the last `AGE_MS`."""
    quote = state.quotes.get(symbol)
    if quote is None or at - quote.at > AGE_MS:
        return None
    return spread(exact(quote.bid), exact(quote.ask))
