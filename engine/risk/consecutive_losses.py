"""Step 3: a strategy that has lost several times in a row pauses (risk.md R6.3)."""

from engine.model.limits import RiskLimits
from engine.model.orders import OrderRequest
from engine.risk.case import Latched, RiskView, Verdict, refuse
from engine.risk.streak import Streak, paused

NONE = Streak()


class ConsecutiveLosses(Latched):
    """Refuses entries of the one strategy until its pause ends."""

    name = "consecutive_losses"

    def on(self, limits: RiskLimits) -> bool:
        """Whether losses are counted."""
        return limits.consecutive_losses is not None

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `consecutive_losses`; allowed again at exactly the end of the pause."""
        streak, most = view.state.streaks.get(request.strategy, NONE), view.limits.consecutive_losses
        if not paused(streak, request.at):
            return Verdict(streak.losses, most)
        minutes = view.limits.loss_pause_min
        text = f"{request.strategy} lost {most} times in a row and pauses for {minutes} minutes"
        return refuse("consecutive_losses", text, most, most)
