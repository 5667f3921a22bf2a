"""Step 3: on the way down to the emergency stop sizes are halved, then entries end (risk.md R6.12)."""

from engine.model.orders import OrderRequest
from engine.risk.case import Latched, RiskView, Verdict, refuse
from engine.risk.ladder import EXITS_ONLY, STEPS


class DrawdownLadder(Latched):
    """Refuses entries from the second rung on; the first halves what sizing wants (`engine.risk.position_size`)."""

    name = "drawdown_ladder"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `drawdown_ladder`."""
        rung = view.state.rung
        if rung >= EXITS_ONLY:
            line = STEPS[EXITS_ONLY - 1] * view.limits.emergency_stop_loss
            text = f"the fall from the peak reached {line:.2%}; an admin's /resume allows entries again"
            return refuse("drawdown_ladder", text, rung, EXITS_ONLY)
        return Verdict(rung, EXITS_ONLY)
