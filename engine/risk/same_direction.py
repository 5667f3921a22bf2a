"""Step 6: not everything on one side (risk.md R5.7)."""

from engine.model.limits import RiskLimits
from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse


class SameDirection(Entries):
    """Symbols held or being entered on the candidate's side, with it. Off unless a limit is set."""

    name = "same_direction"

    def on(self, limits: RiskLimits) -> bool:
        """Whether a limit is set."""
        return limits.max_same_direction is not None

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `same_direction`."""
        limit = view.limits.max_same_direction
        side = view.book.side(request.direction == "long")
        count = len(side) + (request.symbol not in side)
        if limit is not None and count > limit:
            return refuse("same_direction", f"{count} {request.direction} positions with this one", count, limit)
        return Verdict(count, limit)
