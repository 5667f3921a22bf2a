"""Step 4: a known, tradable symbol with one position at most; reductions need a position to reduce."""

from decimal import Decimal

from engine.model.crossing import Cross
from engine.model.instrument import Instrument
from engine.model.money import ZERO
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Every, RiskView, Verdict, refuse
from engine.state import DeskState


class SymbolRule(Every):
    """One position a symbol; it belongs to the strategy that opened it."""

    name = "symbol"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """`symbol_unknown`, `symbol_not_tradable`, `symbol_quarantined`, `short_not_allowed`, `position_exists`; of
        reductions `no_position` and `reduce_exceeds_position`, where they pay for something else also `below_min_qty`
        and `below_min_notional`."""
        instrument = view.instrument
        if instrument is None:
            return refuse("symbol_unknown", f"{request.symbol} is not a symbol of this desk")
        holding = view.state.holdings.get(request.symbol)
        if view.cross is not None:
            return _exchange(request, view, instrument, view.cross)
        if request.leg != "entry":
            return self._reduction(request, holding.qty if holding else None)
        if not instrument.tradable:
            return refuse("symbol_not_tradable", f"{request.symbol} does not trade now")
        if quarantined(request.symbol, view.state):
            return refuse("symbol_quarantined", f"the venue has yet to say what became of an order of {request.symbol}")
        if instrument.spot and request.side == "sell":
            return refuse("short_not_allowed", f"{request.symbol} is spot: nobody lends it to be sold")
        if holding is not None:
            return refuse("position_exists", f"{request.symbol} is held by {holding.strategy}")
        if view.state.pending(request.symbol):
            return refuse("position_exists", f"an entry order of {request.symbol} is under way")
        return PASS

    def _reduction(self, request: OrderRequest, held: Decimal | None) -> Verdict:
        if not held or (held > ZERO) != (request.side == "sell"):
            return refuse("no_position", f"there is no {request.direction} in {request.symbol} to reduce")
        qty, most = request.qty, abs(held)
        if qty is not None and qty > most:
            return refuse("reduce_exceeds_position", f"{qty} is more than the {most} held")
        return Verdict(qty, most)


def _exchange(request: OrderRequest, view: RiskView, instrument: Instrument, cross: Cross) -> Verdict:
    """What a strategy holds pays for something else: no more than that, and no less than the venue takes."""
    paid, qty = cross.ends(request.side)[0], request.qty or ZERO
    holding = view.state.holdings.get(paid)
    if holding is None or holding.strategy != request.strategy:
        return refuse("no_position", f"{request.strategy} holds nothing in {paid} that could pay for {request.symbol}")
    wanted, held = qty * request.entry if request.side == "buy" else qty, holding.qty
    if wanted > held:
        return refuse("reduce_exceeds_position", f"{wanted} is more than the {held} held in {paid}", wanted, held)
    if not qty or qty < instrument.min_qty:
        return refuse("below_min_qty", f"{qty} is below the venue's least of {instrument.min_qty}", qty)
    if qty * request.entry < instrument.min_notional:
        return refuse("below_min_notional", f"{qty * request.entry} is below {instrument.min_notional}", qty)
    return Verdict(wanted, held)


def quarantined(symbol: str, state: DeskState) -> bool:
    """Whether an order of the symbol is out of which nobody knows if the venue has it: it may fill at any moment."""
    orders = state.orders
    return bool(orders) and any(live.unknown and live.order.symbol == symbol for live in orders.values())
