"""Weighs the desk's book (`engine.risk.book`).

A position is weighed anew only when its quantity, cost, stop or mark has changed: the gate may be asked for many
entries at one close. Sums are exact, and made of as few of them as there can be: what does not move with the prices
is summed when the positions change.
"""

from collections.abc import Mapping
from decimal import Decimal

from engine.model.instrument import Instrument
from engine.model.money import ZERO, exact, shadow
from engine.risk.book import Book, Fixed, Weight
from engine.state import DeskState, Holding, LiveOrder

NEAR = 1e-12
"""Share of a stop within which a mark is compared with it exactly."""


class Scales:
    """Weighs the desk's book."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = instruments
        self._known: dict[str, Weight] = {}
        self._stamp = 1
        self._fixed = Fixed()

    def book(self, state: DeskState) -> Book:
        """The book now."""
        pending = [live for live in state.orders.values() if not live.order.reduce_only] if state.orders else []
        if not state.holdings and not pending:
            return Book(state.cash)
        weights = self._held(state)
        book = self._at(state.marks, state.cash, weights)
        if pending:
            self._enter(book, pending, state)
        return book

    def _held(self, state: DeskState) -> list[Weight]:
        """Each position, weighed anew where it has changed."""
        weights: list[Weight] = []
        known, holdings = self._known, state.holdings
        turned = changed = len(known) != len(holdings)
        for symbol, holding in holdings.items():
            stop = None if holding.stop_order is None else holding.stop
            weight = known.get(symbol)
            # Each change puts another Decimal in its place, so the same one means that nothing has changed.
            if (
                weight is None
                or weight.holding is not holding
                or weight.qty is not holding.qty
                or weight.stop is not stop
            ):
                turned = turned or weight is None or weight.holding is not holding
                changed, weight = True, self._weighed(holding, stop)
                known[symbol] = weight
            weights.append(weight)
        if turned:
            self._stamp, self._known = self._stamp + 1, {weight.symbol: weight for weight in weights}
        if changed:
            self._fixed = summed(weights)
        return weights

    def _at(self, prices: Mapping[str, float], cash: Decimal, weights: list[Weight]) -> Book:
        """Everything held, at these marks."""
        longs = shorts = missed = ZERO
        for weight in weights:
            mark = prices.get(weight.symbol, 0.0)
            if weight.mark != mark:
                weight.mark = mark
                weight.gross = weight.size * exact(mark) if mark else weight.cost
            if weight.long:
                longs += weight.gross
            else:
                shorts += weight.gross
            if ((mark or weight.avg) <= weight.line) is weight.long:
                missed += weight.amiss()
        fixed, net = self._fixed, longs - shorts
        return Book(
            cash + net - fixed.net_cost,
            weights,
            longs + shorts,
            net,
            fixed.heat,
            net - fixed.guards + missed,
            ZERO,
            fixed.cost,
            self._stamp,
        )

    def _weighed(self, holding: Holding, stop: Decimal | None) -> Weight:
        qty, avg, symbol = holding.qty, holding.avg, holding.symbol
        size, long = abs(qty), qty > ZERO
        cost = size * avg
        heat = cost if stop is None else max(ZERO, qty * (avg - stop))
        weight = Weight(symbol, self._base(symbol), holding.strategy, long, qty, size, stop, heat, cost, shadow(avg))
        weight.holding, weight.amount, weight.loss = holding, shadow(qty), shadow(heat)
        if stop is not None:
            weight.guard, weight.line = size * stop, shadow(stop) * (1 + NEAR if long else 1 - NEAR)
        return weight

    def _enter(self, book: Book, pending: list[LiveOrder], state: DeskState) -> None:
        """Entries under way count as filled at their prices (R5.1); what they may lose is reserved, fees included."""
        for live in pending:
            weight = self._entering(live, state)
            book.weights.append(weight)
            book.gross += weight.gross
            book.net += weight.gross if weight.long else -weight.gross
            book.heat += weight.heat
            book.cost += weight.cost
            book.pending_risk += live.order.reserved_risk * (1 - live.filled / live.order.qty)
        book.stamp = 0

    def _entering(self, live: LiveOrder, state: DeskState) -> Weight:
        order, long = live.order, live.order.side == "buy"
        left, symbol, stop = order.qty - live.filled, order.symbol, order.stop
        price = order.price or exact(state.marks.get(symbol, 0.0))
        gross = left * price
        heat = gross if stop is None else max(ZERO, left * (price - stop if long else stop - price))
        qty, base = left if long else -left, self._base(symbol)
        return Weight(symbol, base, order.strategy, long, qty, left, stop, heat, gross, shadow(price), gross=gross)

    def _base(self, symbol: str) -> str:
        instrument = self._instruments.get(symbol)
        return symbol if instrument is None else instrument.base


def summed(weights: list[Weight]) -> Fixed:
    """What of positions does not move with the prices."""
    heat = cost = net_cost = guards = ZERO
    for weight in weights:
        heat += weight.heat
        cost += weight.cost
        if weight.long:
            net_cost += weight.cost
            guards += weight.guard
        else:
            net_cost -= weight.cost
            guards -= weight.guard
    return Fixed(heat, cost, net_cost, guards)
