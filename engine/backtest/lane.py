"""One symbol's rows in a backtest: where its price next leaves the band in which it concerns nobody."""

from math import inf
from sys import maxsize
from typing import NamedTuple, Protocol

from engine.candles import KnownSeries
from engine.model.market import Floats, Ints
from engine.state import Holding

BLOCK = 8
"""Rows of one symbol that are passed over at once when their extremes lie inside the band."""
AHEAD = 64
"""Rows that are searched at once, a few beyond the one asked for where several symbols ask in turn."""
REACH = 64
"""Blocks ahead whose extremes tell which prices are within reach."""

NEVER = maxsize
"""A row that does not come."""


class Track(NamedTuple):
    """Rows of one symbol with their lows and highs."""

    rows: Ints | None
    """Their places in the market; None when there is no other symbol."""
    low: Floats
    high: Floats
    lows: list[float]
    """Of each `BLOCK` of them the lowest low."""
    highs: list[float]


class Vigil(Protocol):
    """Over what strategies say of one symbol (`engine.backtest.vigil`)."""

    ahead: int

    def next(self, row: int, seen: int) -> int:
        """The first row from this one on that matters."""

    def refused(self, row: int) -> int:
        """Signals refused up to this row."""


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
        self._last = len(low)
        self._floor, self._ceiling = inf, -inf
        self._low_end, self._high_end = inf, -inf
        """The band, open to the side where its end is out of reach."""
        self._least, self._most = -inf, inf
        self._reach = 0
        """Up to this place no bar to come is below the least price or above the most."""
        self.quiet = first
        """No row before this one leaves the band."""
        self._loud = False
        """Whether this one does."""
        self.holding: Holding | None = None
        self.vigil: Vigil | None = None
        self.call = 0
        """At no row before this one does a strategy say what matters."""
        self.seen = first - 1 if rows is None else int(rows.searchsorted(first)) - 1
        """Place of the newest of its rows that the desk knows of."""

    def aim(self, floor: float, ceiling: float) -> None:
        """A bar above the one price and below the other concerns nobody from now on."""
        self._floor, self._ceiling = floor, ceiling
        self._narrow()

    def _narrow(self) -> None:
        """Forget prices that are out of reach for now: those of the breakers move with every trade."""
        floor = -inf if self._floor < self._least else self._floor
        ceiling = inf if self._ceiling > self._most else self._ceiling
        if floor == self._low_end and ceiling == self._high_end:
            return
        if floor > self._low_end or ceiling < self._high_end:
            self.quiet = 0
        self._loud = False
        self._low_end, self._high_end = floor, ceiling

    def hold(self, holding: Holding | None, vigil: Vigil) -> None:
        """Another position from now on, or none, and who looks after that."""
        self.holding, self.vigil = holding, vigil
        self.call = 0

    def called(self, row: int) -> int:
        """The first row from this one on at whose close a strategy says something that matters."""
        if self.call < row and self.vigil is not None:
            self.call = self.vigil.next(row, self.newest())
        return self.call

    def newest(self) -> int:
        """The newest of its rows that the desk knows of, -1 when there is none."""
        return self.seen if self._rows is None else self._rows.item(self.seen) if self.seen >= 0 else -1

    def passed(self, row: int) -> bool:
        """Go on to the last row before this one; whether the desk has not known of it."""
        rows, after = self._rows, self.seen + 1
        if rows is None:
            self.seen = row - 1
            return after < row
        if after >= len(rows) or rows.item(after) >= row:
            return False
        after += 1
        # Nearly always there is one only.
        if after < len(rows) and rows.item(after) < row:
            after = int(rows.searchsorted(row))
        self.seen = after - 1
        return True

    def touched(self, row: int, stop: int) -> int:
        """The first row from `row` on that leaves the band, or `stop` when there is none before it."""
        quiet = self.quiet
        if self._loud and quiet >= row:
            return quiet if quiet < stop else stop
        place, last = self._place(quiet if quiet > row else row), self._last
        if self._reach <= self.seen + 1 < last:
            self._least, self._most, self._reach = inf, -inf, self.seen + 1
            self._look_ahead()
        while place < last and self._row(place) < stop:
            while place >= self._reach:
                self._look_ahead()
            end = min(place + AHEAD, self._reach)
            place = self._search(place, end)
            if place < end:
                quiet, self._loud = self._row(place), True
                self.quiet = quiet
                return quiet if quiet < stop else stop
        self.quiet, self._loud = self._row(place) if place < last else NEVER, False
        return stop

    def _row(self, place: int) -> int:
        return place if self._rows is None else self._rows.item(place)

    def _place(self, row: int) -> int:
        """The first place at this row or after it."""
        if self._rows is None:
            return row
        after = self.seen + 1
        # Nearly always it is the next one.
        if after < self._last and self._rows.item(after) < row:
            after += 1
            if after < self._last and self._rows.item(after) < row:
                return int(self._rows.searchsorted(row))
        return after

    def _look_ahead(self) -> None:
        """Reach further than before."""
        block = self._reach // BLOCK
        stop = block + REACH
        self._reach = min(stop * BLOCK, self._last)
        self._least = min(self._least, *self._lows[block:stop])
        self._most = max(self._most, *self._highs[block:stop])
        self._narrow()

    def _search(self, here: int, end: int) -> int:
        floor, ceiling, lows, highs = self._low_end, self._high_end, self._lows, self._highs
        if floor >= ceiling:
            return here
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
