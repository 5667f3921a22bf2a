"""Step 4: an entry takes no more than a share of what stands near the mid price (risk.md R5.7).

Asked as soon as the entry has its size. It refuses and does not cut: a book that thin is a reason to stay out, as a
wide spread is, and steps 5 to 9 alone scale down.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import inf

from engine.model.inverse import Inverse, worth
from engine.model.messages import Quote
from engine.model.money import exact
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.spread import AGE_MS
from engine.risk.touch import depth_share
from engine.state import DeskState


class DepthShare(Entries):
    """Looks at the side that the entry takes from. Where no book of now is known the rule is silent."""

    name = "depth"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `depth_too_thin`."""
        limit, quote = view.limits.max_depth_share, view.state.quotes.get(request.symbol)
        found = None
        if quote is not None and takes(request, quote):
            found = depth_of(quote, request.side == "buy", request.at)
        if found is None:
            return Verdict(None, limit) if view.explains else PASS
        share = depth_share(view.qty, found)
        near = f"{'offered' if request.side == 'buy' else 'bid for'} within 0.1% of the mid price"
        if share is None:
            return refuse("depth_too_thin", f"nothing is {near}", None, limit)
        if share > limit:
            text = f"{view.qty} is {share:.1%} of the {found:f} {near}, limit {limit:.1%}"
            return refuse("depth_too_thin", text, share, limit)
        return Verdict(share, limit)


def takes(request: OrderRequest, quote: Quote) -> bool:
    """Whether an entry would take from the book; a limit order short of the other side waits in it."""
    price = request.price
    return price is None or (float(price) >= quote.ask if request.side == "buy" else float(price) <= quote.bid)


def depth_of(quote: Quote, asks: bool, at: int) -> Decimal | None:
    """What stands near the mid price on one side, base units; None where no book is known of the last `AGE_MS`."""
    depth = quote.depth
    if depth is None or at - depth.at > AGE_MS:
        return None
    found = depth.ask if asks else depth.bid
    return exact(found) if 0.0 <= found < inf else None


def thinner(state: DeskState, symbol: str, at: int, inverse: Mapping[str, Inverse]) -> Decimal | None:
    """What stands near the mid price on the side with less, in money; None where it is not known now."""
    quote = state.quotes[symbol]
    sides = [depth_of(quote, asks, at) for asks in (False, True)]
    known = [side for side in sides if side is not None]
    return min(known) * worth(inverse.get(symbol), exact(quote.bid)) if len(known) == len(sides) else None
