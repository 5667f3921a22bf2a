"""Steps 4 to 6 for part of a grant: what was judged as one entry is asked for in parts (strategies.md section 8)."""

from decimal import Decimal

from engine.model.inverse import worded, worth
from engine.model.money import ZERO
from engine.model.orders import OrderRequest, Side
from engine.risk.case import Entries, RiskView, Verdict, at_stake, refuse
from engine.risk.symbol import quarantined
from engine.state import DeskState


class Granted(Entries):
    """Position and orders under way together never exceed what the gate granted their strategy."""

    name = "granted"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `symbol_quarantined`, `position_exists`, `stop_missing`, `grant_exceeded`, `below_min_qty`,
        `below_min_notional`."""
        state, instrument = view.state, view.instrument
        holding = state.holdings.get(request.symbol)
        if holding is not None and holding.strategy != request.strategy:
            return refuse("position_exists", f"{request.symbol} is held by {holding.strategy}")
        if quarantined(request.symbol, state):
            return refuse("symbol_quarantined", f"the venue has yet to say what became of an order of {request.symbol}")
        grant = state.grants[request.symbol]
        if (request.stop is None and not grant.hedged) or instrument is None or request.qty is None:
            return refuse("stop_missing", "part of a grant names its quantity and its stop")
        room = grant.most(request.side) - committed(state, request.symbol, request.side)
        qty = instrument.amount(request.qty)
        if qty > room:
            return refuse("grant_exceeded", f"{qty} wanted, {room} of the grant is left", qty, room)
        if qty <= ZERO or qty < instrument.min_qty:
            return refuse("below_min_qty", f"{qty} is below the venue's least of {instrument.min_qty}", qty)
        inverse, entry, stop = instrument.inverse, request.entry, request.stop
        unit = view.unit = worth(inverse, entry)
        if qty * unit < instrument.min_notional:
            text = f"{worded(inverse, qty * unit)} is below {instrument.min_notional}"
            return refuse("below_min_notional", text, qty)
        view.qty, view.loss_per_unit = qty, grant.loss_per_unit
        if stop is not None:
            fees = view.costs.fee * unit + (view.costs.fee + view.against) * worth(inverse, stop)
            view.loss_per_unit = at_stake(request, view) + fees
        return Verdict(qty, room)


def granted(request: OrderRequest, state: DeskState) -> bool:
    """Whether this entry is part of one that was judged as a whole before."""
    grant = state.grants.get(request.symbol)
    return grant is not None and grant.strategy == request.strategy


def committed(state: DeskState, symbol: str, side: Side) -> Decimal:
    """Base units held and being bought, or held and being sold short, of a symbol: it is held on one side at most."""
    holding = state.holdings.get(symbol)
    total = ZERO if holding is None else max(ZERO, holding.qty if side == "buy" else -holding.qty)
    for live in state.orders.values():
        if live.order.symbol == symbol and live.order.side == side and not live.order.reduce_only:
            total += live.order.qty - live.filled
    return total
