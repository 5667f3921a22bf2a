"""The rows of one symbol at whose close some strategy says what matters as things stand."""

from bisect import bisect_left, bisect_right

from engine.backtest.lane import NEVER
from engine.model.market import Exits
from engine.state import Holding


class Vigil:
    """Over a symbol while it is held by one strategy on one side, or by none.

    `asked`: rows whose scores matter; `barred`: those whose signals are refused because another strategy holds the
    symbol, one for each signal; `closes`: rows that complete a bar of the strategy whose position it is.
    """

    def __init__(self, asked: list[int], barred: list[int], rules: Exits | None, closes: list[int]) -> None:
        self._asked, self._barred, self._closes = asked, barred, closes
        self._place = self._counted = 0
        self.ahead = NEVER
        """The next row with a signal that is refused."""
        self._holding: Holding | None = None
        self._bars = 0
        """Bars from the entry on after which the position is looked after; 0: never, 1: at each."""
        if rules is not None and rules.watchful:
            self._bars = 1 if rules.time_stop is None or rules.follows else rules.time_stop

    def begin(self, seen: int, holding: Holding | None) -> None:
        """Over another position; `seen`: the newest row that the desk knows of."""
        self._holding = holding
        if self._barred:
            self.refused(seen)

    def next(self, row: int, seen: int) -> int:
        """The first row from this one on that matters, `NEVER` when none comes."""
        place = self._place = bisect_left(self._asked, row, self._place)
        found = self._asked[place] if place < len(self._asked) else NEVER
        if self._holding is None or not self._bars:
            return found
        bars = max(1, self._bars - self._holding.bars_held)
        place = bisect_right(self._closes, seen) + bars - 1
        return min(found, max(row, self._closes[place])) if place < len(self._closes) else found

    def refused(self, row: int) -> int:
        """How many signals were refused up to this row that were not counted yet."""
        before = self._counted
        after = self._counted = bisect_right(self._barred, row, before)
        self.ahead = self._barred[after] if after < len(self._barred) else NEVER
        return after - before
