"""What orders on a cross market, and on the markets behind it, do to the positions of the simulated venue.

There the venue takes its fee in the asset that is received, and what an order leaves of the one it pays with, too
little for one step more, is dust: the desk writes it off, and here it is forgotten.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.model.crossing import crosses_of, crumb, homes_of
from engine.model.instrument import Instrument
from engine.model.messages import Quote
from engine.model.money import ONE, ZERO, exact
from engine.model.orders import ApprovedOrder, Side
from engine.simulation.venue import Resting, SimPosition

Move = Callable[[str, Decimal, Decimal, Decimal], None]
"""Changes the position of a symbol by a signed quantity at a price, which come to so much."""


class Exchange:
    """Orders that pay with one position for another. BadInput for a cross market without the markets behind it."""

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        against: Decimal,
        positions: Mapping[str, SimPosition],
        move: Move,
    ) -> None:
        self._instruments, self._against = instruments, against
        self._positions, self._book = positions, move
        self.crosses = crosses_of(instruments)
        self.markets = frozenset(self.crosses) | homes_of(self.crosses)
        """All that are traded so; empty on most desks."""
        self.top: Quote | None = None
        """The quote in hand."""

    def most(self, resting: Resting, price: Decimal) -> Decimal:
        """What an order on a cross market can have: no more than the book shows and than is held to pay for it.

        Nothing of a candle, which does not say how much there was.
        """
        order, top = resting.order, self.top
        instrument, buys = self._instruments[order.symbol], order.side == "buy"
        paid = self._positions.get(self.crosses[order.symbol].ends(order.side)[0])
        held = ZERO if paid is None else paid.qty
        if buys:
            held /= instrument.round_price(price * (ONE + self._against), "up")
        shown = ZERO if top is None else exact(top.ask_qty if buys else top.bid_qty)
        return instrument.amount(max(ZERO, min(resting.leaves, shown, held)))

    def book(self, order: ApprovedOrder, qty: Decimal, price: Decimal, rate: Decimal) -> Decimal:
        """Move what a fill moves; gives its fee, in the quote currency of the market."""
        symbol, side = order.symbol, order.side
        cross, buys = self.crosses.get(symbol), side == "buy"
        got, fee = qty * (ONE - rate), qty * price * rate
        if cross is not None:
            paid, bought = cross.ends(side)
            avg = self._positions[paid].avg
            self._pay(symbol, paid, side, qty * price if buys else qty, price)
            self._move(bought, got if buys else got * price, avg * price if buys else avg / price)
        elif buys:
            self._move(symbol, got, price)
        else:
            self._pay(symbol, symbol, side, qty, price)
        return fee

    def _pay(self, symbol: str, paid: str, side: Side, out: Decimal, price: Decimal) -> None:
        position = self._positions[paid]
        rest, avg = position.qty - out, position.avg
        self._move(paid, -out, avg)
        if ZERO < rest < crumb(self._instruments, symbol, paid, side, price):
            self._move(paid, -rest, avg)

    def _move(self, symbol: str, qty: Decimal, price: Decimal) -> None:
        self._book(symbol, qty, price, abs(qty) * price)
