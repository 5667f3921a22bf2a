"""The whole book at one instant: what is held and being entered, weighed once for all limits (risk.md section 5).

A position is weighed anew only when its quantity, cost, stop or mark has changed: the gate may be asked for many
entries at one close. Sums are exact; the floats serve the forms with correlations.
"""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument
from engine.model.market import Floats
from engine.model.money import ZERO, exact, shadow
from engine.state import DeskState, Holding, LiveOrder


class Weight(msgspec.Struct, gc=False):
    """One position or pending entry. `gross`, `heat`, `to_stop` and `cost` are never negative; quote currency."""

    symbol: str
    base: str
    strategy: str
    long: bool
    qty: Decimal
    """Signed."""
    size_f: float
    avg: Decimal
    stop: Decimal | None
    """The live stop; None: there is none, and the whole notional is at stake (R5.1)."""
    heat: Decimal
    """Lost from the entry to the stop (R5.1)."""
    heat_f: float
    cost: Decimal
    """Notional at the entry."""
    planned: Decimal
    """Lost from the entry to the stop, negative where the stop has been trailed into profit."""
    mark: float = -1.0
    unrealised: Decimal = ZERO
    gross: Decimal = ZERO
    """Notional at the mark (R5.4)."""
    gross_f: float = 0.0
    to_stop: Decimal = ZERO
    """Lost from the mark to the stop (R5.7)."""

    def move(self, mark: float, price: Decimal) -> None:
        """The price has moved: what it gained is added to what was there at the entry."""
        self.mark = mark
        gained = self.unrealised = self.qty * (price - self.avg)
        gross = self.gross = self.cost + gained if self.long else self.cost - gained
        self.gross_f = self.size_f * mark if mark else shadow(gross)
        lost = gross if self.stop is None else gained + self.planned
        self.to_stop = lost if lost > ZERO else ZERO


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
    stamp: int = 0
    """Changes when symbols or sides do; 0: not known, entries are under way."""
    matrix: Floats | None = None
    """R* of the book with the candidate last, once a rule has asked for it."""

    @property
    def sides(self) -> tuple[tuple[str, bool], ...]:
        """Each symbol, and whether it is held long."""
        return tuple((weight.symbol, weight.long) for weight in self.weights)

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
        self._known: dict[str, tuple[Holding, Weight]] = {}
        self._stamp = 1
        self._heat = self._cost = ZERO
        """Of everything held: these do not move with the prices."""

    def book(self, state: DeskState) -> Book:
        """The book now."""
        holdings = state.holdings
        pending = [live for live in state.orders.values() if not live.order.reduce_only] if state.orders else []
        if not holdings and not pending:
            return Book(state.cash)
        weights = self._held(state)
        weights += [self._entering(live, state) for live in pending]
        equity, longs, shorts, to_stops = state.cash, ZERO, ZERO, ZERO
        for weight in weights:
            equity += weight.unrealised
            to_stops += weight.to_stop
            if weight.long:
                longs += weight.gross
            else:
                shorts += weight.gross
        heat, cost, risk = self._heat, self._cost, ZERO
        for weight, live in zip(weights[len(holdings) :], pending, strict=True):
            heat += weight.heat
            cost += weight.cost
            risk += live.order.reserved_risk * (1 - live.filled / live.order.qty)
        stamp = 0 if pending else self._stamp
        return Book(equity, weights, longs + shorts, longs - shorts, heat, to_stops, risk, cost, stamp)

    def _held(self, state: DeskState) -> list[Weight]:
        known, marks, weights = self._known, state.marks, list[Weight]()
        changed = len(known) != len(state.holdings)
        for symbol, holding in state.holdings.items():
            stop = None if holding.stop_order is None else holding.stop
            kept = known.get(symbol)
            # Each change puts another Decimal in its place, so the same one means that nothing has changed.
            if kept is None or kept[0] is not holding or kept[1].qty is not holding.qty or kept[1].stop is not stop:
                changed = True
                kept = known[symbol] = holding, self._weighed(holding, stop)
            weight, mark = kept[1], marks.get(symbol, 0.0)
            if weight.mark != mark:
                weight.move(mark, exact(mark) if mark else holding.avg)
            weights.append(weight)
        if changed:
            self._stamp += 1
            self._known = {symbol: known[symbol] for symbol in state.holdings}
            self._heat = sum((weight.heat for weight in weights), ZERO)
            self._cost = sum((weight.cost for weight in weights), ZERO)
        return weights

    def _weighed(self, holding: Holding, stop: Decimal | None) -> Weight:
        qty, avg, symbol = holding.qty, holding.avg, holding.symbol
        cost = abs(qty) * avg
        planned = cost if stop is None else qty * (avg - stop)
        heat = max(ZERO, planned)
        base, long, size = self._base(symbol), qty > ZERO, shadow(abs(qty))
        return Weight(symbol, base, holding.strategy, long, qty, size, avg, stop, heat, shadow(heat), cost, planned)

    def _entering(self, live: LiveOrder, state: DeskState) -> Weight:
        """An entry under way counts as filled at its price (R5.1); what it may lose is reserved, fees included."""
        order, long = live.order, live.order.side == "buy"
        left, symbol, stop = order.qty - live.filled, order.symbol, order.stop
        price = order.price or exact(state.marks.get(symbol, 0.0))
        gross = left * price
        heat = gross if stop is None else max(ZERO, left * (price - stop if long else stop - price))
        signed = left if long else -left
        base, size = self._base(symbol), shadow(left)
        weight = Weight(symbol, base, order.strategy, long, signed, size, price, stop, heat, shadow(heat), gross, heat)
        weight.gross, weight.gross_f = gross, shadow(gross)
        return weight

    def _base(self, symbol: str) -> str:
        instrument = self._instruments.get(symbol)
        return symbol if instrument is None else instrument.base
