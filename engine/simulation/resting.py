"""Where a bar or a quote meets an order that rests at the simulated venue."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from engine.model.errors import Invariant
from engine.model.money import shadow
from engine.model.orders import ApprovedOrder
from engine.simulation.venue import Resting

ABOVE: Final = 1 + 1e-12
BELOW: Final = 1 - 1e-12
"""A float next to an exact price, on the side where a bar is looked at in vain rather than missed."""


def rested(order: ApprovedOrder, at: int) -> Resting:
    """An order as it is kept here."""
    kind = order.type
    if kind == "market":
        return Resting(order, order.qty, at, False, None)
    level = order.price if kind == "limit" else order.trigger
    if level is None:
        raise Invariant(f"{order.id} is a {kind} order without its price")
    falls = (kind == "stop") == (order.side == "sell")
    return Resting(order, order.qty, at, falls, shadow(level) * (ABOVE if falls else BELOW))


def below(order: ApprovedOrder) -> bool:
    """Whether this order waits for price to fall to its level: a stop that sells, a limit or take-profit that buys."""
    return (order.type == "stop") == (order.side == "sell")


def nearer(price: Decimal, other: Decimal, opened: Decimal) -> bool:
    """Whether price comes to the one before the other."""
    return abs(price - opened) < abs(other - opened)


def meeting(order: ApprovedOrder, opened: Decimal | None, high: Decimal, low: Decimal) -> tuple[int, Decimal] | None:
    """Rank and price at which a bar meets a resting order; None: not met.

    0 at the open, 1 a stop or what may open a position on the way to it, 2 the rest.
    """
    if order.type == "limit":
        level = order.price
        if level is None or (low >= level if order.side == "buy" else high <= level):
            return None
        better = opened is not None and (opened < level if order.side == "buy" else opened > level)
        return (0, opened) if opened is not None and better else (2 if order.reduce_only else 1, level)
    level = order.trigger
    if level is None or (low > level if below(order) else high < level):
        return None
    if opened is not None and (opened <= level if below(order) else opened >= level):
        return 0, opened
    return 1 if order.type == "stop" else 2, level


def quoted(
    orders: Iterable[Resting], bid: Decimal, ask: Decimal, due: int, spent: set[str]
) -> tuple[Resting, Decimal] | None:
    """The first order that a quote meets, with its price: of those that were made up to `due` and are not `spent`."""
    for resting in orders:
        order = resting.order
        if order.id in spent or due < resting.since:
            continue
        price = ask if order.side == "buy" else bid
        if order.type == "market":
            return resting, price
        if order.type == "limit":
            if order.price is not None and (price < order.price if order.side == "buy" else price > order.price):
                return resting, order.price
        elif order.trigger is not None and (price <= order.trigger if below(order) else price >= order.trigger):
            return resting, price
    return None
