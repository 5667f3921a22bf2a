"""Price rows of a volume profile, and how a candle's volume spreads over them (strategies.md 4.1)."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.model.market import Floats, Ints
from engine.model.money import ceil_to, exact

ROW_SHARE = Decimal("0.0005")
"""A row is at least this share of the session's first open."""
HALF = Decimal("0.5")
EXACT = 2**53
"""Floats are whole numbers up to here, and the quotient of two such is the float nearest to the exact one."""


def row_size(first_open: Decimal, tick: Decimal | None = None) -> Decimal:
    """Height of a row: the smallest multiple of the tick >= 0.0005 x first open; without a tick just that share."""
    least = first_open * ROW_SHARE
    return least if tick is None else ceil_to(least, tick)


def row_of(price: Decimal, size: Decimal) -> int:
    """Number of the row a positive price lies in; a boundary belongs to the row above it."""
    return int(price // size)


class Rows(NamedTuple):
    """Consecutive rows as columns.

    An edge is the float nearest to its exact Decimal, as every price is: so comparing the two floats decides
    as comparing the two Decimals would, and a price on a boundary is never put below it.
    """

    size: Decimal
    lowest: int
    """Number of the first row."""
    edges: Floats
    """Lower edge of each row, then the upper edge of the last."""
    middles: Floats
    """Middle price of each row."""


def rows_between(low: float, high: float, size: Decimal) -> Rows:
    """The rows from that of `low` to that of `high`."""
    return _rows(row_of(exact(low), size), row_of(exact(high), size), size)


@lru_cache(1_024)
def _rows(first: int, last: int, size: Decimal) -> Rows:
    """The rows of these numbers; those of a day are asked for at each of its closes."""
    top, bottom = size.as_integer_ratio()
    if max(top * (2 * last + 2), 2 * bottom) < EXACT:
        edges = np.arange(first, last + 2) * top / bottom
        middles = np.arange(2 * first + 1, 2 * last + 2, 2) * top / (2 * bottom)
    else:
        edges = np.array([float(k * size) for k in range(first, last + 2)])
        middles = np.array([float((k + HALF) * size) for k in range(first, last + 1)])
    for column in (edges, middles):
        column.setflags(write=False)
    return Rows(size, first, edges, middles)


def touched(rows: Rows, low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """First and last row each candle puts volume in, counted from `rows.lowest`.

    A high on a boundary does not touch the row above, unless the candle has this price only.
    """
    first = rows.edges.searchsorted(low, "right") - 1
    last = rows.edges.searchsorted(high) - 1
    return first, np.maximum(first, last)


class Spread(NamedTuple):
    """What candles put in rows, one part after the other, in the order of time. Rows are counted from the first."""

    first: Ints
    """Lowest row of each candle."""
    last: Ints
    candle: Ints
    """Of each part."""
    row: Ints
    volume: Floats


def spread(rows: Rows, low: Floats, high: Floats, volume: Floats) -> Spread:
    """Volume of each candle in each row it touches: even over [low, high], all in one row when high = low."""
    height = high - low
    flat = height == 0.0
    height[flat] = 1.0
    first, last = touched(rows, low, high)
    sizes = last - first + 1
    candle = np.arange(len(low)).repeat(sizes)
    row = np.arange(len(candle)) - (sizes.cumsum() - sizes - first)[candle]
    part = np.minimum(high[candle], rows.edges[row + 1]) - np.maximum(low[candle], rows.edges[row])
    part = np.maximum(part, 0.0)
    part[flat[candle]] = 1.0
    return Spread(first, last, candle, row, part * (volume / height)[candle])
