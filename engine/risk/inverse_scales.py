"""Weighs the book of an account in coin: what inverse contracts are worth falls while their price rises.

A long of n contracts loses the coin they are worth at the stop less what they are worth at the mark, the other way
round from linear markets; so the sums of `engine.risk.scales` over them change their signs.
"""

from collections.abc import Mapping
from decimal import Decimal

from engine.model.instrument import Instrument
from engine.model.inverse import Inverse, lost
from engine.model.money import ZERO, exact, shadow
from engine.risk.book import Book, Weight
from engine.risk.scales import Scales
from engine.state import DeskState, Holding, LiveOrder


class InverseScales(Scales):
    """Weighs a desk's book of inverse contracts."""

    def __init__(self, instruments: Mapping[str, Instrument], inverse: Mapping[str, Inverse]) -> None:
        super().__init__(instruments)
        self._inverse = inverse

    def _at(self, prices: Mapping[str, float], cash: Decimal, weights: list[Weight]) -> Book:
        longs = shorts = to_stops = ZERO
        for weight in weights:
            mark = prices.get(weight.symbol, 0.0)
            if weight.mark != mark:
                weight.mark = mark
                weight.gross = weight.size * self._inverse[weight.symbol].worth(exact(mark)) if mark else weight.cost
            if weight.long:
                longs += weight.gross
            else:
                shorts += weight.gross
            at_stop = weight.guard - weight.gross if weight.long else weight.gross - weight.guard
            to_stops += weight.gross if weight.stop is None else max(ZERO, at_stop)
        fixed, net = self._fixed, longs - shorts
        return Book(
            cash + fixed.net_cost - net,
            weights,
            longs + shorts,
            net,
            fixed.heat,
            to_stops,
            ZERO,
            fixed.cost,
            self._stamp,
        )

    def _weighed(self, holding: Holding, stop: Decimal | None) -> Weight:
        qty, avg, symbol, inverse = holding.qty, holding.avg, holding.symbol, self._inverse[holding.symbol]
        size, heat = abs(qty), lost(inverse, qty, avg, stop)
        cost, base = size * inverse.worth(avg), self._base(symbol)
        weight = Weight(symbol, base, holding.strategy, qty > ZERO, qty, size, stop, heat, cost, shadow(avg))
        weight.holding, weight.loss = holding, shadow(heat)
        if stop is not None:
            weight.guard = size * inverse.worth(stop)
        return weight

    def _entering(self, live: LiveOrder, state: DeskState) -> Weight:
        weight, order, inverse = super()._entering(live, state), live.order, self._inverse[live.order.symbol]
        price = order.price or exact(state.marks[order.symbol])
        weight.gross = weight.cost = weight.size * inverse.worth(price)
        weight.heat = lost(inverse, weight.qty, price, order.stop)
        return weight
