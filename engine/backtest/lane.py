"""One symbol's rows in a backtest: where its price next leaves the band in which it concerns nobody."""

from math import inf
from typing import Final, NamedTuple

from engine.candles import KnownSeries
from engine.model.market import Floats, Ints

BLOCK: Final = 8
"""Rows of one symbol that are passed over at once when their extremes lie inside the band."""
AHEAD: Final = 64
"""Rows that are searched beyond the one asked for where several symbols ask in turn."""


class Track(NamedTuple):
    """Rows of one symbol with their lows and highs."""

    rows: Ints | None
    """Their places in the market; None when there is no other symbol."""
    low: Floats
    high: Floats
    lows: list[float]
    """Of each `BLOCK` of them the lowest low."""
    highs: list[float]


class Lane:
    """Rows of one symbol (`Track`), and the band."""

    def __init__(
        self,
        series: KnownSeries,
        rows: Ints | None,
        low: Floats,
        high: Floats,
        lows: list[float],
        highs: list[float],
        first: int,
    ) -> None:
        self.series, self.symbol = series, series.symbol
        self.alone = rows is None
        """Whether every row of the market is this symbol's."""
        self._rows, self._low, self._high = rows, low, high
        self._lows, self._highs = lows, highs
        self._floor, self._ceiling = inf, -inf
        self.quiet = first
        """No row before this one leaves the band."""
        self._loud = False
        """Whether this one does."""

    def aim(self, floor: float, ceiling: float) -> None:
        """A bar above the one price and below the other concerns nobody from now on."""
        if floor != self._floor or ceiling != self._ceiling:
            self._floor, self._ceiling = floor, ceiling
            self.quiet, self._loud = 0, False

    def newest(self, row: int) -> int | None:
        """The symbol's last row before this one."""
        if self._rows is None:
            return row - 1
        place = int(self._rows.searchsorted(row)) - 1
        return None if place < 0 else self._rows.item(place)

    def touched(self, row: int, stop: int) -> int:
        """The first row from `row` on that leaves the band, or `stop` when there is none before it."""
        if self.quiet >= row and self._loud:
            return min(self.quiet, stop)
        rows, quiet = self._rows, self.quiet
        here = quiet if quiet > row else row
        if rows is None:
            found = self.quiet = self._search(here, stop)
            self._loud = found < stop
            return found
        end = min(int(rows.searchsorted(stop)) + AHEAD, len(rows))
        place = self._search(int(rows.searchsorted(here)), end)
        self._loud = place < end
        self.quiet = rows.item(place) if place < len(rows) else rows.item(-1) + 1
        return min(max(self.quiet, row), stop)

    def _search(self, here: int, end: int) -> int:
        floor, ceiling, lows, highs = self._floor, self._ceiling, self._lows, self._highs
        if floor >= ceiling:
            return here if here < end else end
        while here < end:
            block = here // BLOCK
            edge = (block + 1) * BLOCK
            if floor < lows[block] and highs[block] < ceiling:
                here = edge
                continue
            for low, high in zip(self._low[here:edge].tolist(), self._high[here:edge].tolist(), strict=True):
                if low <= floor or ceiling <= high:
                    return here if here < end else end
                here += 1
        return end
