"""Step 3: nothing is entered in the dark (risk.md R6.10)."""

from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Latched, RiskView, Verdict, refuse


class Unheard(Latched):
    """Refuses entries once nothing has been heard of the market for too long, until it is heard again."""

    name = "blind"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `blind`, at equality already."""
        since, limit = view.state.unheard, view.limits.blind_s * 1000
        if since is None:
            return PASS
        silent = request.at - since
        if silent < limit:
            return Verdict(silent, limit)
        text = f"nothing has been heard of the market for {silent / 1000:.0f} s; entries wait until it is heard again"
        return refuse("blind", text, silent, limit)
