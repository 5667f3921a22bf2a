"""Volume profile: how much traded at each price row (strategies.md 4.1)."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec
import numpy as np

from engine.model.market import Bars
from engine.model.money import ZERO, exact
from strategies.structure.rows import HALF, row_of, rows_between, spread

SAME = Decimal("1e-9")
"""In a profile made of candles, volumes nearer than this share of the total are equal."""


class Profile(msgspec.Struct, frozen=True):
    """Volume of every row from the lowest to the highest traded one, empty rows too; base units."""

    size: Decimal
    """Height of a row."""
    lowest: int
    """Number of the first row: it begins at `lowest * size`."""
    volumes: tuple[Decimal, ...]
    same: Decimal = ZERO
    """Volumes differing by no more than this are equal: 0 where they are exact."""

    @property
    def total(self) -> Decimal:
        """Volume of all rows."""
        return sum(self.volumes, ZERO)

    def lower(self, row: int) -> Decimal:
        """Lower edge of the row with this place in `volumes`."""
        return (self.lowest + row) * self.size

    def middle(self, row: int) -> Decimal:
        """Price a row stands for."""
        return (self.lowest + row + HALF) * self.size


def of_trades(trades: Iterable[tuple[Decimal, Decimal]], size: Decimal) -> Profile | None:
    """Exact profile of trades (price, quantity); None without volume."""
    rows: dict[int, Decimal] = {}
    for price, qty in trades:
        if qty > 0:
            row = row_of(price, size)
            rows[row] = rows.get(row, ZERO) + qty
    if not rows:
        return None
    lowest = min(rows)
    return Profile(size, lowest, tuple(rows.get(k, ZERO) for k in range(lowest, max(rows) + 1)))


def of_candles(bars: Bars, size: Decimal) -> Profile | None:
    """Profile of candles, the volume of each spread evenly over its range; None without volume.

    Candles without volume traded nowhere: they add no rows.
    """
    traded = bars.volume > 0.0
    if not traded.any():
        return None
    low, high, volume = bars.low[traded], bars.high[traded], bars.volume[traded]
    rows = rows_between(low.min(), high.max(), size)
    parts = spread(rows, low, high, volume)
    sums = np.bincount(parts.row, parts.volume, len(rows.middles)).tolist()  # added up in the order of time
    if sums[-1] == 0.0:  # the highest price is a boundary that was reached and not entered
        del sums[-1]
    volumes = tuple(map(exact, sums))
    return Profile(size, rows.lowest, volumes, SAME * sum(volumes, ZERO))
