"""One symbol's rows in a backtest: which of them next concerns anybody, by its price or by what strategies say."""

from array import array
from collections.abc import Mapping
from math import inf
from typing import Final, NamedTuple

import numpy as np

from engine.candles import KnownSeries
from engine.model.market import Floats, Ints
from engine.state import Holding

BLOCK: Final = 8
"""Rows of one symbol that are passed over at once when their extremes lie inside the band."""
AHEAD: Final = 8
"""Blocks that are looked at together where several symbols ask in turn."""


class Track(NamedTuple):
    """Rows of one symbol with their lows and highs."""

    rows: Ints | None
    """Their places in the market; None when there is no other symbol."""
    low: Floats
    high: Floats
    lows: list[float]
    """Of each `BLOCK` of them the lowest low."""
    highs: list[float]


class Calls(NamedTuple):
    """Rows of one symbol at whose close strategies ask for something, the next one last; the first never comes."""

    entries: list[int]
    """Somebody wants to enter."""
    by: Mapping[str, Ints]
    """The same by strategy, all of them, oldest first."""
    exits: dict[tuple[str, bool], list[int]]
    """By strategy and whether it is a long: it wants to leave."""
    minds: bool
    """Whether it depends on who holds the symbol which rows matter: not where all ask for entries too."""


class Lane:
    """Rows of one symbol, its position, and the band: prices between which a bar concerns nobody."""

    def __init__(self, series: KnownSeries, track: Track, calls: Calls) -> None:
        self.series, self.symbol = series, series.symbol
        self._rows, self._low, self._high, self._lows, self._highs = track
        self._entries, self._by, self._exits, self.minds = calls
        self._never = self._entries[0]
        self.holding: Holding | None = None
        """The position at the last `hold`."""
        self.patient = False
        """Whether of its exit rules only the time stop looks at bars, and it is known when."""
        self.heard = -1
        """Up to this row wishes that came to nothing are counted."""
        self.parted = -1
        """The last row at which the holder alone was asked."""
        self._wishes: dict[str, array[int]] = {}
        """By strategy the rows of its wishes, as far as they were asked for; without a name those of all."""
        self._places: dict[str, int] = {}
        """Which of them comes next; at last one that never does."""
        self._leaves = [self._never]
        self._tired = self._never
        self.wanted = 0
        """At no row before this one anybody asks for something: what `asked` said last, or 0."""
        self.floor, self.ceiling = inf, -inf
        self.due = 0
        """No row before this one concerns anybody."""
        self.sure = False
        """Whether this one does."""
        self._quiet = 0
        """No row before this one leaves the band."""
        self._loud = False
        """Whether this one does."""
        self._place = 0
        """Of that row among the symbol's own."""
        self._least, self._most = inf, -inf
        """Extremes of the rows that were found to stay inside."""

    def listen(self, deaf: bool, known: int) -> None:
        """Whether wishes to enter come to nothing from now on, but for being counted; rows before `known` have been."""
        self.series.deaf, self.heard = deaf, known - 1
        self.due, self.wanted, self.sure = 0, 0, False

    def vain(self, row: int) -> int:
        """How many wishes of others than the holder came to nothing since they were counted, before this row."""
        if not self.series.deaf or self.holding is None or row <= self.heard:
            return 0
        heard, self.heard = self.heard, row - 1
        return self._between("", heard, row) - self._between(self.holding.strategy, heard, row)

    def _between(self, strategy: str, heard: int, row: int) -> int:
        """How many wishes of a strategy, or of all, there were after one row and before another."""
        if strategy not in self._wishes:
            rows = [self._by[strategy]] if strategy in self._by else [] if strategy else [*self._by.values()]
            found = array("q", np.sort(np.concatenate(rows)).tobytes() if rows else b"")
            found.append(self._never)
            self._wishes[strategy], self._places[strategy] = found, 0
        wishes, place = self._wishes[strategy], self._places[strategy]
        while wishes[place] <= heard:
            place += 1
        since = place
        while wishes[place] < row:
            place += 1
        self._places[strategy] = place
        return place - since

    def hold(self, holding: Holding | None, known: int, time_stop: int | None) -> None:
        """The position is another one from now on; rows before `known` are counted in its age.

        `time_stop`: bars of the symbol's own after which it leaves, where no other exit rule looks at bars.
        """
        self.holding, self.patient, self.series.deaf = holding, time_stop is not None, False
        self.due, self.wanted, self.sure = 0, 0, False
        if holding is None:
            self._leaves, self._tired = [self._never], self._never
            return
        self._leaves = self._exits.get((holding.strategy, holding.qty_f > 0)) or [self._never]
        if time_stop is not None:
            self._tired = self._own(self._count(known) + max(1, time_stop - holding.bars_held) - 1)

    def aim(self, floor: float, ceiling: float) -> None:
        """A bar above the one price and below the other concerns nobody from now on."""
        self.floor, self.ceiling, self._loud, self.sure = floor, ceiling, False, False
        if floor >= self._least or ceiling <= self._most:
            self._quiet = self.due = 0

    def newest(self, row: int) -> int | None:
        """The symbol's last row before this one."""
        if self._rows is None:
            return row - 1
        place = int(self._rows.searchsorted(row)) - 1
        return None if place < 0 else self._rows.item(place)

    def asked(self, row: int) -> int:
        """The first row from `row` on at whose close a strategy asks for something, or time is up."""
        found = self._never
        if not self.series.deaf:
            entries = self._entries
            while entries[-1] < row:
                entries.pop()
            found = entries[-1]
        if self.minds:
            found = min(found, self._parting(row))
        self.wanted = found
        return found

    def _parting(self, row: int) -> int:
        """The first row from `row` on at which the holder wants to leave, or time is up."""
        leaves = self._leaves
        while leaves[-1] < row:
            leaves.pop()
        if self._tired < row:
            self._tired = self._own(self._count(row))
        return min(leaves[-1], self._tired)

    def upcoming(self, row: int, stop: int) -> int:
        """The first row from `row` on that concerns anybody, or `stop` when there is none before it."""
        asked = self.wanted if self.wanted >= row else self.asked(row)
        end = asked if asked < stop else stop
        quiet = self._quiet
        if quiet < row or (quiet < end and not self._loud):
            if self._rows is None:
                quiet = self._quiet = self._search(quiet if quiet > row else row, end)
                self._loud = quiet < end
            else:
                quiet = self._advance(row, end)
        found = self.due = quiet if quiet < asked else asked
        self.sure = self._loud or found == asked
        return found if found < stop else stop

    def _count(self, row: int) -> int:
        """How many of the symbol's rows come before this one."""
        return row if self._rows is None else int(self._rows.searchsorted(row))

    def _own(self, place: int) -> int:
        """The symbol's row in this place."""
        if self._rows is None:
            return min(place, self._never)
        return self._rows.item(place) if place < len(self._rows) else self._never

    def _advance(self, row: int, end: int) -> int:
        """Know of more rows, up to one that leaves the band, or that is not before `end`."""
        if self._quiet < row:
            next_one = self._own(self._place + 1)
            if next_one >= row > self._quiet > 0:
                self._place += 1
            else:
                self._place = self._count(row)
            self._loud, self._quiet = False, self._own(self._place)
            self._least, self._most = inf, -inf
        floor, ceiling, lows, highs = self.floor, self.ceiling, self._lows, self._highs
        while not self._loud and self._quiet < end:
            block = self._place // BLOCK
            least, most = min(lows[block : block + AHEAD]), max(highs[block : block + AHEAD])
            if floor < least and most < ceiling:
                self._place = (block + AHEAD) * BLOCK
            else:
                here, limit = self._place, min((block + AHEAD) * BLOCK, len(self._low))
                self._place = self._search(here, limit)
                self._loud = self._place < limit
                least, most = self._extremes(here, self._place)
            self._quiet = self._own(self._place)
            self._least, self._most = min(self._least, least), max(self._most, most)
        return self._quiet

    def _extremes(self, here: int, stop: int) -> tuple[float, float]:
        """The lowest low and the highest high from one place up to another, or beyond on the safe side."""
        if here == stop:
            return inf, -inf
        first, last = here // BLOCK, stop // BLOCK
        lows, highs = self._lows[first:last], self._highs[first:last]
        lows += self._low[last * BLOCK : stop].tolist()
        highs += self._high[last * BLOCK : stop].tolist()
        return min(lows), max(highs)

    def _search(self, here: int, end: int) -> int:
        """The first place from `here` on whose bar leaves the band, `end` when there is none before it."""
        floor, ceiling, lows, highs = self.floor, self.ceiling, self._lows, self._highs
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
