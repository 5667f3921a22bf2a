"""The levels and cells of a grid, what they earn and what is placed on them (strategies.md section 8)."""

from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Literal

import msgspec

from engine.model.errors import BadInput
from engine.model.money import ONE
from engine.model.orders import Side

Kind = Literal["arithmetic", "geometric"]


class Cell(msgspec.Struct, frozen=True):
    """Two neighbouring levels: bought at `low`, sold at `high`."""

    low: Decimal
    high: Decimal

    def net(self, qty: Decimal, fee: Decimal) -> Decimal:
        """What one round trip earns in quote after the fee of both fills."""
        return qty * (self.high - self.low - fee * (self.low + self.high))


class Orders(msgspec.Struct, frozen=True):
    """Levels that get a buy and levels that get a sell, lowest first, when a grid starts."""

    buys: tuple[Decimal, ...]
    sells: tuple[Decimal, ...]

    def risk(self, low: Decimal, atr: Decimal, qty: Decimal) -> tuple[Decimal, Decimal, Decimal] | None:
        """Quantity, entry and stop of the one request that stands for all buys; None when nothing is bought."""
        if not self.buys:
            return None
        count = len(self.buys)
        return qty * count, sum(self.buys, Decimal()) / count, low - atr


def levels(
    low: Decimal, high: Decimal, cells: int, kind: Kind = "arithmetic", tick: Decimal | None = None
) -> tuple[Decimal, ...]:
    """The prices of a grid of `cells` cells, lowest first: on the tick where one is given, each once.

    Raises BadInput (`bad_input`) for an empty range, a price that is not positive or fewer than two cells.
    """
    if not 0 < low < high:
        raise BadInput(f"bad_input: a grid's range takes 0 < low < high, but it is {low} to {high}.")
    if cells < 2:
        raise BadInput(f"bad_input: a grid takes at least 2 cells, but it has {cells}.")
    if kind == "arithmetic":
        prices = [low + i * (high - low) / cells for i in range(cells + 1)]
    else:
        prices = [low * (high / low) ** (Decimal(i) / cells) for i in range(cells + 1)]
    if tick is not None:
        prices = [(price / tick).to_integral_value(ROUND_HALF_EVEN) * tick for price in prices]
    return tuple(dict.fromkeys(prices))


def break_even(fee: Decimal) -> Decimal:
    """The ratio of sale to purchase at which a round trip earns nothing."""
    return (1 + fee) / (1 - fee)


def required(fee: Decimal) -> Decimal:
    """The least ratio of a cell's edges: twice as far from 1 as the break-even."""
    return 1 + 2 * (break_even(fee) - ONE)


def cells(prices: tuple[Decimal, ...], fee: Decimal) -> tuple[Cell, ...]:
    """The cells between the levels; BadInput (`grid_too_narrow`) when the narrowest earns too little."""
    found = tuple(Cell(low, high) for low, high in pairwise(prices))
    least = required(fee)
    if not found or min(cell.high / cell.low for cell in found) < least:
        raise BadInput(f"grid_too_narrow: with a fee of {fee} neighbouring levels are at least {least:.9f} apart.")
    return found


def orders(prices: tuple[Decimal, ...], price: Decimal) -> Orders:
    """Buys below the price and sells above it; the level nearest to it (equally near: the lower) gets none."""
    idle = min(prices, key=lambda level: (abs(level - price), level))
    return Orders(
        tuple(level for level in prices if level < price and level != idle),
        tuple(level for level in prices if level > price and level != idle),
    )


def after_fill(prices: tuple[Decimal, ...], level: Decimal, side: Side) -> tuple[Side, Decimal] | None:
    """The order a fill places: a buy's sell one level up, a sell's buy one level down; None beyond the grid."""
    at = prices.index(level) + (1 if side == "buy" else -1)
    if not 0 <= at < len(prices):
        return None
    return ("sell" if side == "buy" else "buy"), prices[at]


def is_left(close: Decimal, low: Decimal, high: Decimal, atr: Decimal) -> bool:
    """True when a close has left the range by more than the ATR: cancel everything and flatten."""
    return not low - atr <= close <= high + atr
