"""The whole book at one instant: what is held and being entered, weighed once for all limits (risk.md section 5).

A position is weighed anew only when its quantity, cost, stop or mark has changed: the gate may be asked for many
entries at one close. Sums are exact; the floats serve the forms with correlations.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument
from engine.model.money import ZERO, exact, shadow
from engine.state import DeskState, Holding, LiveOrder


class Weight(msgspec.Struct, gc=False):
    """One position or pending entry. `gross`, `heat`, `to_stop` and `cost` are never negative; quote currency."""

    symbol: str
    base: str
    strategy: str
    long: bool
    qty: Decimal
    avg: Decimal
    stop: Decimal | None
    """The live stop; None: there is none, and the whole notional is at stake (R5.1)."""
    mark: float
    unrealised: Decimal
    gross: Decimal
    """Notional at the mark (R5.4)."""
    heat: Decimal
    """Lost from the entry to the stop (R5.1)."""
    to_stop: Decimal
    """Lost from the mark to the stop (R5.7)."""
    cost: Decimal
    """Notional at the entry."""
    gross_f: float
    heat_f: float


class Book(msgspec.Struct, gc=False):
    """Everything held and under way, and its sums. `equity` is the account's, exact."""

    equity: Decimal
    weights: list[Weight] = []
    gross: Decimal = ZERO
    net: Decimal = ZERO
    heat: Decimal = ZERO
    to_stops: Decimal = ZERO
    pending_risk: Decimal = ZERO
    """What entries under way lose at their stops, fees included."""
    cost: Decimal = ZERO

    def by_strategy(self, strategy: str) -> Decimal:
        """Gross notional of one strategy."""
        return sum((weight.gross for weight in self.weights if weight.strategy == strategy), ZERO)

    def by_base(self, base: str) -> Decimal:
        """Gross notional of one asset over all its instruments."""
        return sum((weight.gross for weight in self.weights if weight.base == base), ZERO)

    def side(self, long: bool) -> set[str]:
        """Symbols held or being entered on one side."""
        return {weight.symbol for weight in self.weights if weight.long == long}


class Scales:
    """Weighs the desk's book."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = instruments
        self._known: dict[str, Weight] = {}

    def book(self, state: DeskState) -> Book:
        """The book now."""
        holdings = state.holdings
        pending = [live for live in state.orders.values() if not live.order.reduce_only] if state.orders else []
        if not holdings and not pending:
            return Book(state.cash)
        weights = [*self._held(state), *(self._entering(live, state) for live in pending)]
        equity, gross, net, heat, to_stops, cost = state.cash, ZERO, ZERO, ZERO, ZERO, ZERO
        for weight in weights:
            equity += weight.unrealised
            gross += weight.gross
            net = net + weight.gross if weight.long else net - weight.gross
            heat += weight.heat
            to_stops += weight.to_stop
            cost += weight.cost
        risk = sum((live.order.reserved_risk * (1 - live.filled / live.order.qty) for live in pending), ZERO)
        return Book(equity, weights, gross, net, heat, to_stops, risk, cost)

    def _held(self, state: DeskState) -> Iterator[Weight]:
        known, marks, now = self._known, state.marks, dict[str, Weight]()
        for symbol, holding in state.holdings.items():
            mark = marks.get(symbol, 0.0)
            stop = None if holding.stop_order is None else holding.stop
            weight = known.get(symbol)
            # Each change puts another Decimal in its place, so the same one means that nothing has changed.
            if (
                weight is None
                or weight.mark != mark
                or weight.qty is not holding.qty
                or weight.avg is not holding.avg
                or weight.stop is not stop
            ):
                weight = self._weighed(holding, stop, mark, state)
            now[symbol] = weight
            yield weight
        self._known = now

    def _weighed(self, holding: Holding, stop: Decimal | None, mark: float, state: DeskState) -> Weight:
        qty, avg, symbol = holding.qty, holding.avg, holding.symbol
        size, price = abs(qty), state.mark(holding)
        gross, cost = size * price, size * avg
        heat, to_stop = (
            (cost, gross) if stop is None else (max(ZERO, qty * (avg - stop)), max(ZERO, qty * (price - stop)))
        )
        return Weight(
            symbol,
            self._base(symbol),
            holding.strategy,
            qty > ZERO,
            qty,
            avg,
            stop,
            mark,
            qty * (price - avg),
            gross,
            heat,
            to_stop,
            cost,
            shadow(gross),
            shadow(heat),
        )

    def _entering(self, live: LiveOrder, state: DeskState) -> Weight:
        """An entry under way counts as filled at its price (R5.1); what it may lose is reserved, fees included."""
        order, long = live.order, live.order.side == "buy"
        left = order.qty - live.filled
        price = order.price or exact(state.marks.get(order.symbol, 0.0))
        gross, stop = left * price, order.stop
        heat = gross if stop is None else max(ZERO, left * (price - stop if long else stop - price))
        return Weight(
            order.symbol,
            self._base(order.symbol),
            order.strategy,
            long,
            left,
            price,
            stop,
            0.0,
            ZERO,
            gross,
            heat,
            ZERO,
            gross,
            shadow(gross),
            shadow(heat),
        )

    def _base(self, symbol: str) -> str:
        instrument = self._instruments.get(symbol)
        return symbol if instrument is None else instrument.base
