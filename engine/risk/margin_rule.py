"""Step 8: enough margin, and a stop well before liquidation (risk.md R2.9, R2.10)."""

from engine.margin import liquidation
from engine.margin.cost import check_leverage, check_margin, market_cost, order_cost
from engine.margin.stop import clears
from engine.model.errors import Invariant
from engine.model.money import ONE, exact
from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse


class Margin(Entries):
    """Initial margin, fee and tier of the entry against what the account has free. Refuses, never shrinks."""

    name = "margin"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `leverage_above_tier`, `insufficient_margin`, `stop_beyond_liquidation_buffer`."""
        instrument, stop = view.instrument, request.stop
        if instrument is None:
            raise Invariant("the symbol is judged before its margin is")
        leverage = ONE if instrument.spot else view.limits.max_leverage
        notional = view.qty * view.unit
        denial = None if instrument.spot else check_leverage(instrument, leverage, notional)
        if denial is not None:
            return Verdict(leverage, instrument.tier(notional).max_leverage, denial)
        qty = view.qty if request.side == "buy" else -view.qty
        if request.price is None:
            total = market_cost(notional, leverage, view.costs.fee)
        else:
            mark = exact(view.state.marks[request.symbol])
            total = order_cost(qty, request.price, mark, leverage, view.costs.fee, instrument.inverse).total
        free = view.equity - view.book.cost / leverage
        denial = check_margin(total, free, instrument.inverse)
        if denial is not None:
            return Verdict(total, free, denial)
        if instrument.spot or stop is None:  # without one it is the hedged part of a grant
            return Verdict(total, free)
        entry, buffer = request.entry, view.limits.liquidation_buffer
        line = liquidation(instrument, qty, entry, notional / leverage)
        if line is None or clears(request.direction, entry, stop, line, buffer):
            return Verdict(total, free)
        text = f"the stop {stop} is too near to the liquidation at {line:.8g}"
        return refuse("stop_beyond_liquidation_buffer", text, abs(entry - stop), buffer * abs(entry - line))
