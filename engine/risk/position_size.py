"""Step 5: the quantity: risk per trade over the distance to the stop, capped, never below the venue's minimums."""

from typing import Literal

from engine.model.orders import OrderRequest
from engine.risk.case import RiskView, Verdict, refuse
from engine.sizing import Size, Terms, size


class PositionSize:
    """Sizes an entry that asks for no quantity of its own; cuts one that asks for more than the caps allow."""

    name = "position_size"
    applies_to: Literal["entries"] = "entries"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `stop_missing`, `stop_too_close` and those of `engine.sizing`."""
        instrument, limits, costs = view.instrument, view.limits, view.costs
        if request.stop is None or instrument is None:
            return refuse("stop_missing", "an entry without a stop is never sent")
        if request.stop == request.entry:
            return refuse("stop_too_close", f"the stop is on the entry price {request.entry}")
        answer = size(
            Terms(
                view.equity,
                limits.risk_per_trade,
                request.direction,
                request.entry,
                request.stop,
                instrument.step,
                costs.fee,
                costs.fee,
                view.against,
                limits.max_notional,
                limits.max_position_size,
                limits.max_leverage,
                request.qty,
                instrument.min_qty,
                instrument.min_notional,
            )
        )
        if not isinstance(answer, Size):
            return Verdict(None, None, answer)
        if answer.binding != "risk" and not limits.allow_scale_down:
            code = "gross_limit" if answer.binding == "max_leverage" else "max_position"
            return refuse(code, f"{answer.qty_raw:.6f} wanted, {answer.binding} allows {answer.qty}")
        view.qty, view.loss_per_unit, view.binding = answer.qty, answer.loss_per_unit, answer.binding
        return Verdict(answer.qty, answer.qty_raw)
