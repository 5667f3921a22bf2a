"""A running grid: what each of its cells holds, and the orders that this asks for (strategies.md section 8)."""

from decimal import Decimal
from typing import Literal

import msgspec

from engine.model.messages import CandleClosed
from engine.model.money import ZERO
from engine.model.orders import OrderRequest, Side
from engine.model.quoting import Executed, Resting, View, Wish, Withdraw
from strategies.cells import is_left
from strategies.quoting import entry

Sides = Literal["both", "long", "short"]
MOST_CELLS = 100


class Ladder(msgspec.Struct, frozen=True):
    """What a grid was begun with, and what it holds. Cell i lies between the levels i and i + 1."""

    levels: tuple[Decimal, ...]
    qty: Decimal
    """Bought or sold at each level."""
    stop: Decimal
    """Of what was bought."""
    low: Decimal
    high: Decimal
    atr: Decimal
    held: tuple[Decimal, ...]
    """Of each cell, the lowest first: above 0 was bought at its lower edge, below 0 was sold at its upper one."""
    over: str = ""
    """Why it ends; empty while it runs."""
    middle: int = MOST_CELLS
    """The cells below this one are bought first, the others are sold first."""
    upper_stop: Decimal = ZERO
    """Of what was sold."""
    sides: Sides = "long"

    def opens(self, cell: int) -> Side | None:
        """On which side a cell is opened; None: it is not."""
        if cell < self.middle:
            return "buy" if self.sides != "short" else None
        return "sell" if self.sides != "long" else None

    def opened_at(self, cell: int) -> Decimal:
        """The level at which a cell is opened; it is closed at its other edge."""
        return self.levels[cell if cell < self.middle else cell + 1]

    def closed_at(self, cell: int) -> Decimal:
        """The level at which what a cell holds is given back."""
        return self.levels[cell + 1 if cell < self.middle else cell]

    def stop_of(self, side: Side) -> Decimal:
        """The stop of what is opened on a side."""
        return self.stop if side == "buy" else self.upper_stop


def booked(view: View, symbol: str, ladder: Ladder) -> Ladder:
    """The grid after the event in hand."""
    event, over, held = view.event, ladder.over, list(ladder.held)
    match event:
        case Executed(fill=fill, order=order) if order is not None and order.price in ladder.levels:
            cell = ladder.levels.index(order.price) - (0 if fill.side == "buy" else 1)
            held[cell] += fill.qty if fill.side == "buy" else -fill.qty
            net(held)
        case Executed(order=order):
            over = over or (order.reason if order is not None else "liquidation")
        case CandleClosed(timeframe=view.timeframe, close=close):
            price = view.instrument(symbol).price(close)
            over = over or ("range_left" if is_left(price, ladder.low, ladder.high, ladder.atr) else "")
        case _:
            pass
    if not over and view.leaving(symbol):
        over = "close"
    if not over and any(held) and view.position(symbol) is None:
        over = "position_gone"
    if over == ladder.over and tuple(held) == ladder.held:
        return ladder
    return msgspec.structs.replace(ladder, held=tuple(held), over=over)


def net(held: list[Decimal]) -> None:
    """A symbol is held on one side at most: what was bought and what was sold close one another, the nearest first.

    Both can be there where an order on the other side filled before its cancellation had reached the venue.
    """
    while (longs := [cell for cell, qty in enumerate(held) if qty > ZERO]) and (
        shorts := [cell for cell, qty in enumerate(held) if qty < ZERO]
    ):
        bought, sold = longs[-1], shorts[0]
        both = min(held[bought], -held[sold])
        held[bought] -= both
        held[sold] += both


def opening(view: View, symbol: str, side: Side | None = None) -> list[Resting]:
    """Live orders that open a cell, of one side or of both."""
    return [
        each for each in view.orders(symbol) if each.order.leg == "entry" and (side is None or each.order.side == side)
    ]


def openers(view: View, symbol: str, ladder: Ladder) -> list[Wish]:
    """An order for each empty cell that has none: at a close, where the price is of now.

    While something is held on one side, none opens the other; those that rest there are taken away.
    """
    total, event = sum(ladder.held, ZERO), view.event
    against: Side | None = "sell" if total > ZERO else "buy" if total < ZERO else None
    wishes: list[Wish] = []
    if against is not None:
        resting = [each for each in opening(view, symbol, against) if not each.canceling]
        wishes += [Withdraw(each.order.id, "the other side is held") for each in resting]
    if not isinstance(event, CandleClosed):
        return wishes
    live = {each.order.price for each in opening(view, symbol)}
    price = view.instrument(symbol).price(event.close)
    for cell, held in enumerate(ladder.held):
        side, level = ladder.opens(cell), ladder.opened_at(cell)
        if held or side is None or side == against or level in live:
            continue
        if level < price if side == "buy" else level > price:
            stop = ladder.stop_of(side)
            wishes.append(entry(view, symbol, side, level, stop, f"grid_{side}", kind="limit", qty=ladder.qty))
    return wishes


def closers(view: View, symbol: str, ladder: Ladder) -> list[Wish]:
    """A target at the other edge of each cell that holds something and has nothing left to open; surplus ones go."""
    live = view.orders(symbol)
    still = {each.order.price for each in live if each.order.leg == "entry"}
    wishes: list[Wish] = []
    for cell, held in enumerate(ladder.held):
        side: Side = "sell" if cell < ladder.middle else "buy"
        price = ladder.closed_at(cell)
        offers = [
            each for each in live if each.order.leg == "target" and (each.order.side, each.order.price) == (side, price)
        ]
        missing = abs(held) - sum((each.leaves for each in offers), ZERO)
        if missing < ZERO:
            wishes += [Withdraw(each.order.id, "nothing left to give back") for each in offers if not each.canceling]
        elif missing > ZERO and ladder.opened_at(cell) not in still:
            wishes.append(
                OrderRequest(
                    view.at, symbol, side, "target", "limit", view.strategy, price, f"grid_{side}", missing, price
                )
            )
    return wishes
