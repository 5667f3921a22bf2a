"""Bars of a history at which a strategy says no more than who should leave: there may be one at every bar."""

from typing import Final

import numpy as np

from engine.model.market import SPAN_MS, Flags, Ints, Timeframe
from engine.scoring.row import LEAVE, Row

LONG: Final = 1
SHORT: Final = 2
ROWS: Final = (None, LEAVE[True, False], LEAVE[False, True], LEAVE[True, True])
"""Of longs, of shorts, of both; one row each, for nothing else of them is read."""


class Leaving:
    """Who should leave at the bars that opened at `opened`, a byte each."""

    def __init__(self, opened: Ints, timeframe: Timeframe) -> None:
        self._opened, self._span = opened, SPAN_MS[timeframe]
        self._first = opened.item(0) if len(opened) else 0
        self._even = bool(np.all(np.diff(opened) == self._span))
        sides = np.zeros(len(opened), np.uint8)
        self._sides, self._said = sides, memoryview(sides)

    def note(self, opened: Ints, longs: Flags, shorts: Flags) -> None:
        """At these bars of the history a strategy asks to leave longs, shorts or both."""
        self._sides[self._opened.searchsorted(opened)] = longs * LONG + shorts * SHORT

    def row(self, open_at: int) -> Row | None:
        """What is said at a bar; None: nothing, or there is no such bar."""
        place = (open_at - self._first) // self._span if self._even else int(self._opened.searchsorted(open_at))
        if not 0 <= place < len(self._said) or self._opened.item(place) != open_at:
            return None
        return ROWS[self._said[place]]
