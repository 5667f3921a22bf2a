"""A backtest's short cut: rows of a clean market in which nothing can happen are passed over.

A row is looked at when its price may touch an order, a liquidation price or an equity line of its symbol, when a
strategy signals at its close or looks after a position of its own there, when an hour begins, when candidates have
waited for the last bar of their close, and during a close-all. The others change nothing but marks and counters, which
are brought up to date before the next look. Looking at more rows than needed changes no result, so every bound here
errs on the side of looking.
"""

from collections.abc import Iterator

from engine.backtest.lane import EVERY_PRICE, NO_PRICE, Lane
from engine.backtest.vigils import Vigils
from engine.candles import KnownSeries
from engine.feeds.replay import TIMER_DELAY_MS
from engine.feeds.rows import Rows
from engine.model.messages import CandleClosed, FundingSettled, Timer
from engine.scoring.evaluate import HistoryEvaluator
from engine.simulation.drive import Driver
from engine.state import Holding

EVERY = 20_000
"""Rows between two words about progress."""


class Stride:
    """Walks the rows of a market, one stream a symbol, and takes the desk along where it is needed."""

    def __init__(self, rows: Rows, driver: Driver, scores: HistoryEvaluator, first: int) -> None:
        core = self._core = driver.core
        self._rows, self._driver, self._broker = rows, driver, driver.broker
        self._state = core.state
        known = [KnownSeries(s, core.series[s].base, scores.histories_of(s), *rows.closes(s)) for s in rows.symbols]
        traded = {series.symbol: core.series[series.symbol].traded for series in known}
        core.series |= {series.symbol: series for series in known}
        self._lanes = [Lane(series, *rows.lane(series.symbol), first) for series in known]
        self._lane = {lane.symbol: lane for lane in self._lanes}
        self._vigils = Vigils(core.plan.strategies, rows, scores)
        self._every = len(known) if all(traded.values()) else 0
        """Rows of a whole close; 0 where some symbols are not traded: those do not count."""
        self._last = first - 1
        """The newest row the desk knows of."""
        gate, instruments = core.desk.gate, core.desk.instruments.values()
        self._simple = not gate.watchful and all(each.tradable and not each.spot for each in instruments)
        """Whether no strategy is paused for its losses, and every symbol can be traded both ways."""
        self._due = 0
        self._hour, self._hour_row = -1, first
        self._sure = False
        """Whether a signal for a symbol that another strategy holds is refused for that, and for nothing else."""
        self._pressing = False
        """Whether the next row matters whatever its price: an order waits for its open, or equity is near a line."""
        self.exposed = 0
        """Rows at whose end a position was held."""
        self._aim()

    def through(self, start: int, stop: int) -> Iterator[int]:
        """Take the desk over rows start..stop-1; yields the row it has come to, now and then."""
        row, told = start, start
        while (row := self._next(row, stop)) < stop:
            if row == self._hour_row and self._quiet(row):
                self._strike(row)
            else:
                self._look(row)
            row += 1
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
        """The first row from this one on that must be looked at; `stop` when there is none before it."""
        state = self._state
        if self._sure is bool(state.breakers):
            self._aim()
        if self._pressing or state.flattening:
            return row
        if state.wakes != self._hour:
            self._hour, self._hour_row = state.wakes, max(row, self._rows.first(state.wakes))
        found = self._hour_row if self._hour_row < stop else stop
        if state.candidates:
            found = min(found, self._whole(row))
        for lane in self._lanes:
            if lane.quiet < found:
                found = lane.touched(row, found)
            if lane.call < found:
                found = min(found, lane.called(row))
        return found

    def _whole(self, row: int) -> int:
        """The first row from this one on at which candidates need not wait any longer for the others of their close."""
        if not self._every:
            return row
        state = self._state
        return min(row + self._every - state.closing_seen - 1, self._rows.first(state.closing_at + 1))

    def _quiet(self, row: int) -> bool:
        """Whether a row is looked at for the hour alone."""
        state = self._state
        if self._pressing or state.candidates or state.flattening:
            return False
        return all(
            (lane.quiet > row or lane.touched(row, row + 1) > row) and lane.called(row) > row for lane in self._lanes
        )

    def _strike(self, row: int) -> None:
        """An hour begins with a row that says nothing else."""
        self._catch_up(row + 1)
        breakers = self._core.breakers
        bands = breakers.bands
        self._driver.strike(self._state.now)
        if breakers.bands is not bands:
            self._aim()

    def _look(self, row: int) -> None:
        if row - 1 != self._last:
            self._catch_up(row)
        candle = self._rows.candle(row)
        if self._due:
            self._time(candle.at)
        driver, breakers, state = self._driver, self._core.breakers, self._state
        lane = self._lane[candle.symbol]
        bands, active = breakers.bands, driver.active
        driver.react(candle)
        if active != driver.active and self._over(row, candle, lane):
            self._aim()
            return
        driver.hand_on(candle)
        self._last = row
        lane.passed(row + 1)
        if lane.vigil is not None and lane.vigil.ahead <= row:
            lane.vigil.refused(row)
        if state.holdings:
            self.exposed += 1
        if driver.active != active or breakers.bands is not bands:
            self._aim()
        if state.candidates or state.flattening:
            self._due = candle.at + TIMER_DELAY_MS

    def _over(self, row: int, candle: CandleClosed, lane: Lane) -> bool:
        """Whether the venue's answers were all there is to a row: its close concerns the desk as little as others."""
        state = self._state
        if candle.at >= state.wakes or state.candidates or state.flattening:
            return False
        holding = state.holdings.get(lane.symbol)
        if holding is not lane.holding:
            self._follow(lane, holding)
        low, high = self._core.breakers.band(lane.symbol) if state.holdings else NO_PRICE
        return low < candle.close < high and lane.called(row) != row

    def _time(self, at: int) -> None:
        """The minute's Timer, when it is due and would do something."""
        if self._due and at >= self._due:
            timer = Timer(self._due, "minute")
            self._due = 0
            if not self._core.idle(timer):
                self._driver.take(timer)
                self._aim()

    def _follow(self, lane: Lane, holding: Holding | None) -> None:
        """Look after the position that a symbol has now."""
        sure = self._sure and not lane.series.minutely and self._simple
        lane.hold(holding, self._vigils.over(lane.series, holding, lane.newest(), sure))

    def _aim(self) -> None:
        """Between which prices each symbol cannot concern the desk or the venue."""
        bands, holdings, venue = self._core.bands(), self._state.holdings, self._broker.band
        self._pressing = False
        sure = not self._state.breakers
        changed, self._sure = sure is not self._sure, sure
        for lane in self._lanes:
            symbol = lane.symbol
            holding = holdings.get(symbol)
            if changed or holding is not lane.holding:
                self._follow(lane, holding)
            bounds = venue(symbol)
            low, high = limits = EVERY_PRICE if bands is None else bands.get(symbol, NO_PRICE)
            if bounds is lane.bounds and not lane.near and low < lane.least and lane.most < high:
                lane.limits = limits
            else:
                lane.aim(bounds, limits)
            # Of several symbols the next row is mostly another's: there each lane finds its own.
            if lane.alone and (low >= high or bounds[0] >= bounds[1]):
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
        seen = 0
        for lane in self._lanes:
            series = lane.series
            if lane.after < row:
                lane.passed(row)
                newest = lane.newest()
                opened, close = rows.end(newest)
                self._core.passed(series, at if newest == last else rows.closed(newest), opened, close)
                self._broker.passed(lane.symbol, close)
                vigil, holding = lane.vigil, lane.holding
                if vigil is not None and vigil.ahead <= newest and holding is not None:
                    self._driver.barred(holding, at, vigil.refused(newest))
            if series.closed_at == at:
                seen += series.traded
        state.closing_seen = seen
