"""The rows of one symbol at whose close some strategy has something to say that matters as things stand."""

from bisect import bisect_left, bisect_right

from engine.backtest.lane import NEVER
from engine.model.market import Exits
from engine.state import Holding


class Vigil:
    """Over a symbol as long as its position is the same one, or it has none.

    `asked`: rows whose scores matter; `barred`: those whose signals are refused because another strategy holds the
    symbol, one for each signal; `closes`: rows that complete a bar of the strategy whose position it is.
    """

    def __init__(
        self,
        seen: int,
        asked: list[int],
        barred: list[int],
        holding: Holding | None = None,
        rules: Exits | None = None,
        closes: list[int] | None = None,
    ) -> None:
        self._asked, self._barred = asked, barred
        self._next, self._counted = bisect_right(asked, seen), bisect_right(barred, seen)
        self.ahead = barred[self._counted] if self._counted < len(barred) else NEVER
        """The next row with a signal that is refused."""
        self._holding, self._closes = holding, closes or []
        self._bars = 0
        """Bars from the entry on after which the position is looked after; 0: never, 1: at each."""
        if rules is not None and rules.watchful:
            self._bars = 1 if rules.time_stop is None or rules.follows else rules.time_stop

    def next(self, row: int, seen: int) -> int:
        """The first row from this one on that matters, `NEVER` when none comes; `seen`: the newest the desk knows."""
        place = self._next = bisect_left(self._asked, row, self._next)
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
