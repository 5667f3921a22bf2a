"""A backtest's short cut: rows of a clean market in which nothing can happen are passed over.

A row is looked at when its price may touch an order, a liquidation price or an equity line of its symbol, when a
strategy asks for something at its close, when an hour begins, and while the desk waits for something (candidates of
one close, a close-all). The others change nothing but marks and counters, which are brought up to date before the
next look. Looking at more rows than needed changes no result, so every bound here errs on the side of looking.
"""

from collections.abc import Iterator

import numpy as np

from engine.backtest.lane import Lane
from engine.candles import KnownSeries
from engine.feeds.replay import TIMER_DELAY_MS
from engine.feeds.rows import Rows
from engine.model.market import SPAN_MS
from engine.model.messages import CandleClosed, FundingSettled, Timer
from engine.scoring.evaluate import HistoryEvaluator
from engine.simulation.drive import Driver

EVERY = 20_000
"""Rows between two words about progress."""


class Stride:
    """Walks the rows of a market, one stream a symbol, and takes the desk along where it is needed."""

    def __init__(self, rows: Rows, driver: Driver, scores: HistoryEvaluator, first: int) -> None:
        core = self._core = driver.core
        self._rows, self._driver, self._broker = rows, driver, driver.broker
        self._state = core.state
        known = [KnownSeries(s, core.series[s].base, scores.histories_of(s), *rows.closes(s)) for s in rows.symbols]
        core.series |= {series.symbol: series for series in known}
        self._lanes = [Lane(series, *rows.lane(series.symbol), first) for series in known]
        self._alone = known[0] if len(known) == 1 else None
        """The series of a market of one symbol."""
        self._last = first - 1
        """The newest row the desk knows of."""
        self._due = 0
        self._hour, self._hour_row = -1, first
        self._asks = self._asking(first, scores)
        self._pressing = False
        """Whether the next row matters whatever its price: an order waits for its open, or equity is near a line."""
        self.exposed = 0
        """Rows at whose end a position was held."""
        self._aim()

    def through(self, start: int, stop: int) -> Iterator[int]:
        """Take the desk over rows start..stop-1; yields the row it has come to, now and then."""
        row, told = start, start
        while True:
            found = self._next(row, stop)
            hour = self._begins(row)
            if hour < found:
                row = self._strike(hour, min(found, told + EVERY))
            elif found < stop:
                self._look(found)
                row = found + 1
            else:
                break
            if row - told >= EVERY:
                told = row
                yield row
        self._catch_up(stop)
        yield stop

    def fund(self, event: FundingSettled) -> None:
        """Take a settlement that comes after the rows so far."""
        self._time(event.at)
        self._driver.take(event)
        self._aim()
        minute = self._state.closing_at + TIMER_DELAY_MS
        self._due = minute if minute > event.at else 0

    def end(self) -> None:
        """Nothing comes after the rows so far."""
        self._time(self._due)

    def _next(self, row: int, stop: int) -> int:
        """The first row from this one on that must be looked at for more than an hour that begins; `stop` for none."""
        state = self._state
        if self._pressing or state.candidates or state.flattening:
            return row
        asked = self._asked(row)
        found = asked if asked < stop else stop
        if self._core.watches:
            found = min(found, self._watched(row))
        for lane in self._lanes:
            if lane.quiet < found:
                found = lane.touched(row, found)
        return found

    def _begins(self, row: int) -> int:
        """The first row from this one on with which an hour begins."""
        wakes = self._state.wakes
        if wakes != self._hour:
            self._hour, self._hour_row = wakes, max(row, self._rows.first(wakes))
        return self._hour_row

    def _watched(self, row: int) -> int:
        """The first row from this one on at whose close an open position is looked after by its exit rules."""
        spans = {SPAN_MS[timeframe] for timeframe in self._core.watching()}
        return min((max(row, self._rows.first_close(row, span)) for span in spans), default=len(self._rows))

    def _strike(self, row: int, stop: int) -> int:
        """Hours begin, one with this row, others before `stop`, and nothing else happens; the row after the last."""
        breakers, state = self._core.breakers, self._state
        bands = breakers.bands
        while True:
            self._catch_up(row + 1)
            self._driver.strike(state.now)
            row += 1
            if breakers.bands is not bands:
                self._aim()
                return row
            if state.candidates or state.flattening or self._begins(row) >= stop:
                return row
            row = self._hour_row

    def _look(self, row: int) -> None:
        if row - 1 != self._last:
            self._catch_up(row)
        candle = self._rows.candle(row)
        if self._due:
            self._time(candle.at)
        driver, breakers, state = self._driver, self._core.breakers, self._state
        bands, active = breakers.bands, driver.active
        driver.react(candle)
        if active != driver.active and self._over(row, candle):
            self._aim()
            return
        driver.hand_on(candle)
        self._last = row
        if state.holdings:
            self.exposed += 1
        if driver.active != active or breakers.bands is not bands:
            self._aim()
        if state.candidates or state.flattening:
            self._due = candle.at + TIMER_DELAY_MS

    def _over(self, row: int, candle: CandleClosed) -> bool:
        """Whether the venue's answers were all there is to a row: its close concerns the desk as little as others."""
        state = self._state
        if self._asked(row) == row or candle.at >= state.wakes or state.candidates or state.flattening:
            return False
        if self._core.watches:
            return False
        low, high = self._core.band(candle.symbol)
        return low < candle.close < high

    def _asked(self, row: int) -> int:
        """The first row from this one on at whose close a strategy asks for something."""
        asks = self._asks
        while asks[-1] < row:
            asks.pop()
        return asks[-1]

    def _time(self, at: int) -> None:
        """The minute's Timer, when it is due and would do something."""
        if self._due and at >= self._due:
            timer = Timer(self._due, "minute")
            self._due = 0
            if not self._core.idle(timer):
                self._driver.take(timer)
                self._aim()

    def _aim(self) -> None:
        """Between which prices each symbol cannot concern the desk or the venue."""
        self._pressing = False
        for lane in self._lanes:
            floor, ceiling = self._broker.band(lane.symbol)
            if floor < ceiling:
                low, high = self._core.band(lane.symbol)
                floor, ceiling = low if low > floor else floor, high if high < ceiling else ceiling
            lane.aim(floor, ceiling)
            # Of several symbols the next row is mostly another's: there each lane finds its own.
            if floor >= ceiling and lane.alone:
                self._pressing = True

    def _catch_up(self, row: int) -> None:
        """Let desk and venue know of the rows that went by before this one."""
        passed, rows, state = row - 1 - self._last, self._rows, self._state
        if not passed:
            return
        if state.holdings:
            self.exposed += passed
        last = self._last = row - 1
        at = state.now = state.closing_at = rows.closed(last)
        if self._alone is not None:
            opened, close = rows.end(last)
            self._core.passed(self._alone, at, opened, close)
            self._broker.passed(self._alone.symbol, close)
            state.closing_seen = int(self._alone.traded)
            return
        seen = 0
        for lane in self._lanes:
            newest, series = lane.newest(row), lane.series
            if newest is None:
                continue
            opened, close = rows.end(newest)
            if opened > series.last:
                self._core.passed(series, at if newest == last else rows.closed(newest), opened, close)
                self._broker.passed(series.symbol, close)
            if series.closed_at == at:
                seen += series.traded
        state.closing_seen = seen

    def _asking(self, first: int, scores: HistoryEvaluator) -> list[int]:
        """Rows at whose close a strategy asks for something, the next one last; the first never comes."""
        found = []
        for symbol, timeframe, opened in scores.asking():
            base = self._core.series[symbol].base
            found.append(self._rows.of(symbol, opened + (SPAN_MS[timeframe] - SPAN_MS[base])))
        rows = np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
        return [len(self._rows), *rows[rows >= first][::-1].tolist()]
