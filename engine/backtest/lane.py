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

FEW = 3
"""Rows that are counted rather than searched for."""
Band = tuple[float, float]
NO_PRICE, EVERY_PRICE = (-inf, inf), (inf, -inf)
"""Bands that no price leaves, and that each does."""


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
        self.bounds = self.limits = EVERY_PRICE
        """The bands of the venue and of the desk."""
        self._floor, self._ceiling = EVERY_PRICE
        """Their common part, open to the side where its end is out of reach."""
        self.least, self.most = -inf, inf
        self._reach = 0
        """Up to this place no bar to come is below the least price or above the most."""
        self.near = True
        """Whether the desk's lines are within reach."""
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
        self.after = NEVER
        """The row after that."""
        self.passed(first)

    def aim(self, bounds: Band, limits: Band) -> None:
        """A bar within both bands concerns nobody from now on: those of the venue's orders and of the desk's lines."""
        self.bounds, self.limits = bounds, limits
        self._narrow()

    def _narrow(self) -> None:
        """Forget prices that are out of reach for now: the desk's lines move with every trade."""
        (floor, ceiling), (low, high) = self.bounds, self.limits
        if floor < ceiling:
            self.near = not (low < self.least and self.most < high)
            if self.near:
                floor, ceiling = low if low > floor else floor, high if high < ceiling else ceiling
            floor = -inf if floor < self.least else floor
            ceiling = inf if ceiling > self.most else ceiling
        if floor > self._floor or ceiling < self._ceiling:
            self.quiet, self._loud = 0, False
        elif floor != self._floor or ceiling != self._ceiling:
            self._loud = False
        self._floor, self._ceiling = floor, ceiling

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

    def passed(self, row: int) -> None:
        """Go on to the last row before this one: the desk knows of those up to there now."""
        rows = self._rows
        if rows is None:
            self.seen, self.after = row - 1, row
            return
        place, last = self.seen + 1, self._last
        while place < last and rows.item(place) < row:
            place += 1
            # Nearly always there is one only.
            if place - self.seen > FEW:
                place = int(rows.searchsorted(row))
        self.seen = place - 1
        self.after = rows.item(place) if place < last else NEVER

    def touched(self, row: int, stop: int) -> int:
        """The first row from `row` on that leaves the band, or `stop` when there is none before it."""
        quiet, rows, last = self.quiet, self._rows, self._last
        if quiet < row:
            quiet = row
        elif self._loud:
            return quiet if quiet < stop else stop
        if self._reach <= self.seen + 1 < last:
            self.least, self.most, self._reach = inf, -inf, self.seen + 1
            self._look_ahead()
        if rows is None:
            place = self._within(quiet, stop if stop < last else last)
            self.quiet, self._loud = place, place < stop
            return place
        place = self.seen + 1 if quiet <= self.after else int(rows.searchsorted(quiet))
        while place < last and rows.item(place) < stop:
            end = min(place + AHEAD, last)
            place = self._within(place, end)
            if place < end:
                quiet = self.quiet = rows.item(place)
                self._loud = True
                return quiet if quiet < stop else stop
        self.quiet, self._loud = rows.item(place) if place < last else NEVER, False
        return stop

    def _within(self, here: int, end: int) -> int:
        """The first place from `here` on that leaves the band, or `end`."""
        while here < end:
            while here >= self._reach:
                self._look_ahead()
            edge = end if end < self._reach else self._reach
            here = self._search(here, edge)
            if here < edge:
                break
        return here

    def _look_ahead(self) -> None:
        """Reach further than before."""
        block = self._reach // BLOCK
        stop = block + REACH
        self._reach = min(stop * BLOCK, self._last)
        self.least = min(self.least, *self._lows[block:stop])
        self.most = max(self.most, *self._highs[block:stop])
        self._narrow()

    def _search(self, here: int, end: int) -> int:
        floor, ceiling, lows, highs = self._floor, self._ceiling, self._lows, self._highs
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
