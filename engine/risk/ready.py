"""Step 1: what the desk needs in order to remember what it does, and to know the market (risk.md section 8)."""

from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Latched, RiskView, Verdict, refuse

STORAGE = "storage"
"""The link to the database: down while it cannot be written."""
EXCHANGE = "exchange"
"""Down while the exchange has not answered at all."""
GAP = "feed gap"
"""Down while minutes are missing that are being fetched."""


class Ready(Latched):
    """No new risk while its record could be lost, or nobody has answered; exits go on."""

    name = "ready"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `not_ready`, `duplicate`."""
        state = view.state
        links = state.links
        if links:
            if not links.get(STORAGE, True):
                return refuse("not_ready", "the database cannot be written; entries wait until it can")
            if not links.get(EXCHANGE, True):
                return refuse("not_ready", "the exchange has not answered yet; entries wait until it does")
        until = request.valid_until
        if until is not None and state.entered.get(signal_of(request)) == until:
            return refuse("duplicate", f"this signal of {request.strategy} has become an entry already")
        return PASS


class Complete(Latched):
    """No entry on bars of which some are missing."""

    name = "complete_data"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `data_gap`."""
        links = view.state.links
        if not links or links.get(GAP, True):
            return PASS
        return refuse("data_gap", "minutes of the market are missing and being fetched")


def signal_of(request: OrderRequest) -> str:
    """Whose signal an entry follows."""
    return f"{request.strategy} {request.symbol}"
