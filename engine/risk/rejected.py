"""Step 3: a venue that rejects one order after the other gets no more of them for a while (risk.md R6.9)."""

from engine.model.orders import OrderRequest
from engine.risk.case import Latched, RiskView, Verdict, refuse
from engine.risk.reject_rate import PAUSE_MS, paused


class RejectedOrders(Latched):
    """Refuses entries of the account for 15 minutes."""

    name = "reject_rate"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `reject_rate`."""
        rejects, most = view.state.rejects, view.limits.max_rejects
        if not paused(rejects, request.at):
            return Verdict(len(rejects.times), most)
        seconds, minutes = view.limits.reject_window_s, PAUSE_MS // 60_000
        text = f"the venue rejected {most} orders in {seconds} s; entries wait {minutes} min"
        return refuse("reject_rate", text, most, most)
