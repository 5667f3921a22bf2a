"""Rows of a clean market that nobody looks at, on their way past desk and venue: marks, hours, the peak of equity."""

from bisect import bisect_left
from collections.abc import Sequence

from engine.backtest.lane import Lane
from engine.core import Core
from engine.feeds.rows import Rows
from engine.simbroker import SimBroker


class Passage:
    """Lets desk and venue know of the rows that went by."""

    def __init__(
        self, rows: Rows, core: Core, broker: SimBroker, lanes: Sequence[Lane], first: int, follows: bool
    ) -> None:
        self._rows, self._core, self._broker, self._state, self._lanes = rows, core, broker, core.state, lanes
        self._follows = follows
        """Whether the breakers are shown every mark of what is held."""
        self._alone = lanes[0].series if len(lanes) == 1 else None
        """The series of a market of one symbol."""
        self._closing = int(lanes[0].series.traded)
        """Bars that a close of it is complete with."""
        self._hours, self._hour = rows.hours(), 0
        """The place among them of the first one that the desk may not know of."""
        self.last = first - 1
        """The newest row the desk knows of."""
        self.exposed = 0
        """Rows at whose end a position was held."""

    def looked(self, row: int) -> None:
        """The next row was looked at."""
        self.last = row
        if self._state.holdings:
            self.exposed += 1

    def to(self, row: int) -> bool:
        """Let them know of the rows before this one, and of the hours that began with them.

        False: only up to a row with which the breakers' bands have become others, so the next ones may matter.
        """
        rows, at = self._hours
        if rows[self._hour] < row:
            first, state, calendar = self._hour, self._state, self._core.calendar
            while rows[first] <= self.last or at[first] < state.hour_ends:
                first += 1
            if state.holdings:
                while rows[first] < row:
                    whole = self.rows_to(rows[first] + 1)
                    if self.last == rows[first]:
                        calendar.passed([at[first]])
                        first += 1
                    if not whole:
                        self._hour = first
                        return False
                self._hour = first
            else:
                stop = self._hour = bisect_left(rows, row, first)
                if first < stop:
                    calendar.passed(at[first:stop])
        return self.rows_to(row)

    def rows_to(self, row: int) -> bool:
        """Let them know of the rows alone; False as in `to`."""
        last, state, alone, breakers = self.last, self._state, self._alone, self._core.breakers
        if row - 1 == last:
            return True
        bands = breakers.bands
        newest: Sequence[int | None] = ()
        if state.holdings:
            if self._follows:
                row, newest = self._show(last + 1, row)
            self.exposed += row - 1 - last
        self.last = row - 1
        if alone is None and row - 1 - last <= len(self._lanes):
            for each in range(last + 1, row):
                self._pass(each)
            return breakers.bands is bands
        at, opened, close = self._rows.end(row - 1)
        state.now = at
        if alone is not None:
            state.closing_at, state.closing_seen = at, self._closing
            self._core.aged(alone, opened)
            self._core.passed(alone, at, opened, close)
            self._broker.passed(alone.symbol, close)
        else:
            self._leap(newest or [lane.newest(row) for lane in self._lanes], at)
        return breakers.bands is bands

    def _show(self, row: int, stop: int) -> tuple[int, list[int | None]]:
        """Show the breakers the marks of these rows: equity may have come to a new peak on the way.

        Their lines rise with it; the first row is given after which the bands are others for that, or else `stop`, and
        the last row of each lane before it.
        """
        breakers, marks, lanes = self._core.breakers, self._state.marks, self._lanes
        bands = breakers.bands
        newest: list[int | None] = [None] * len(lanes)
        for label, close in self._rows.ends(row, stop):
            newest[label], lane = row, lanes[label]
            row += 1
            if lane.holding is not None:
                marks[lane.symbol] = close
                if not breakers.calm(lane.symbol, close):
                    breakers.watch(self._rows.closed(row - 1))
                    if breakers.bands is not bands:
                        return row, newest
        return stop, newest

    def _pass(self, row: int) -> None:
        """Let them know of one of several symbols' rows, which follows the newest they know of."""
        lane, (at, opened, close), state = self._lanes[self._rows.label(row)], self._rows.end(row), self._state
        series = lane.series
        if lane.holding is not None:
            self._core.aged(series, opened)
        self._core.passed(series, at, opened, close)
        self._broker.passed(lane.symbol, close)
        state.now = at
        if at != state.closing_at:
            state.closing_at, state.closing_seen = at, 0
        if series.traded:
            state.closing_seen += 1

    def _leap(self, newest: Sequence[int | None], at: int) -> None:
        """Let them know of the newest rows of the lanes; the last one closed then."""
        rows, seen = self._rows, 0
        for lane, row in zip(self._lanes, newest, strict=True):
            series = lane.series
            if row is not None:
                closed, opened, close = rows.end(row)
                if opened > series.last:
                    self._core.aged(series, opened)
                    self._core.passed(series, closed, opened, close)
                    self._broker.passed(series.symbol, close)
            if series.closed_at == at:
                seen += series.traded
        self._state.closing_at, self._state.closing_seen = at, seen
