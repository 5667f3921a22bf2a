"""A backtest's short cut: rows of a clean market in which nothing can happen are passed over.

A row is looked at when its price may touch an order, a liquidation price or an equity line of its symbol, when a
strategy asks for something at its close that can come to something (an exit only from whoever holds the symbol), when
time is up for a position, when a day begins or a pause ends, and during a close-all. The others change nothing but
marks and counters (`engine.backtest.passage`), which are brought up to date before the next look; with the last one of
a close its candidates are asked for.
Looking at more rows than needed changes no result, so every bound here errs on the side of looking.
"""

from bisect import bisect_left
from collections.abc import Iterator

from engine.backtest.calls import calls, patience, refusing
from engine.backtest.lane import Lane
from engine.backtest.passage import Passage
from engine.candles import KnownSeries
from engine.feeds.replay import TIMER_DELAY_MS
from engine.feeds.rows import Rows
from engine.model.messages import CandleClosed, FundingSettled, Timer
from engine.risk.breakers import Bands
from engine.risk.gate import any_tripped
from engine.scoring.known import HistoryEvaluator
from engine.signals import record
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
        self._patience, self._restless = patience(core.plan, {s: series.base for s, series in core.series.items()})
        self._refusing = refusing(core)
        whose = bool(self._patience or self._refusing)
        self._lanes = [Lane(each, rows.lane(each.symbol), calls(each, rows, first, scores, whose)) for each in known]
        """One for each symbol, in the order of `Rows.label`."""
        self._lane = {lane.symbol: lane for lane in self._lanes}
        self._watchful = any(name not in self._patience for name in core.exits.watchful)
        """Whether exit rules of some strategy may look at every bar of a symbol."""
        self._bands: Bands = {}
        """Those of the breakers that lanes are aimed by."""
        self._deaf = False
        """Whether lanes of held symbols are deaf."""
        self._careful = len(known) > 1 or bool(self._refusing)
        follows = self._careful and core.breakers.follow()
        self._passage = Passage(rows, core, self._broker, self._lanes, first, follows)
        self._due = 0
        self._close = self._close_row = -1
        """The newest close that candidates waited for, and its last row."""
        self._alarm, self._alarm_row = (-1, -1), first
        """When a day begins and when a pause ends, and the first of their rows."""
        self._pressing = False
        """Whether the next row matters whatever its price: an order waits for its open, or equity is near a line."""
        self.denied = 0
        """Wishes at rows that were passed over to enter a symbol that was held, which the gate refuses for that."""
        self._aim(first)

    @property
    def exposed(self) -> int:
        """Rows so far at whose end a position was held."""
        return self._passage.exposed

    def through(self, start: int, stop: int) -> Iterator[int]:
        """Take the desk over rows start..stop-1; yields the row it has come to, now and then."""
        row, told, passage = start, start, self._passage
        while True:
            found = self._next(row, stop)
            alarm = self._rings(row)
            until = alarm if alarm < found else found
            if until - 1 != passage.last and not passage.to(until):
                row = passage.last + 1
                self._aim(row - 1)
            elif alarm < found:
                self._strike(alarm)
                row = alarm + 1
            elif found < stop:
                if found != alarm and self._completes(found):
                    self._gather(found)
                else:
                    self._look(found)
                row = found + 1
            else:
                break
            if row - told >= EVERY:
                told = row
                yield row
        yield stop

    def fund(self, event: FundingSettled) -> None:
        """Take a settlement that comes after the rows so far."""
        self._time(event.at)
        self._driver.take(event)
        self._aim(self._passage.last)
        minute = self._state.closing_at + TIMER_DELAY_MS
        self._due = minute if minute > event.at else 0

    def end(self) -> None:
        """Nothing comes after the rows so far."""
        self._time(self._due)
        for lane in self._lanes:
            self._count(lane, self._passage.last + 1)

    def _next(self, row: int, stop: int) -> int:
        """The first row from this one on that must be looked at for more than an hour that begins; `stop` for none."""
        state = self._state
        if self._pressing or state.flattening:
            return row
        found = stop
        if state.candidates:
            found = min(found, self._complete())
            if found <= row:
                return row
        if self._restless:
            found = min(found, self._watched(row))
        for lane in self._lanes:
            if lane.due < found:
                found = lane.due if lane.sure and lane.due >= row else lane.upcoming(row, found)
        return found

    def _complete(self) -> int:
        """The last row of the newest close: with it the candidates are all there, unless a symbol has no bar."""
        at = self._state.closing_at
        if at != self._close:
            row = self._rows.first(at + 1) - 1
            while not self._lanes[self._rows.label(row)].series.traded:
                row -= 1
            self._close, self._close_row = at, row
        return self._close_row

    def _rings(self, row: int) -> int:
        """The first row from this one on at which the clock does more than mark an hour: a day begins, a pause ends."""
        alarm = self._state.day_ends, self._core.pauses.ends
        if alarm != self._alarm:
            rows, at = self._rows.hours()
            self._alarm, day = alarm, rows[bisect_left(at, alarm[0])]
            self._alarm_row = min(day, self._rows.first(alarm[1]))
        return self._alarm_row if self._alarm_row > row else row

    def _watched(self, row: int) -> int:
        """The first row from this one on at whose close an open position is looked after by its exit rules."""
        spans = {self._restless.get(holding.strategy, 0) for holding in self._state.holdings.values()} - {0}
        return min((max(row, self._rows.first_close(row, span)) for span in spans), default=len(self._rows))

    def _strike(self, row: int) -> None:
        """The clock has something to do with this row, and nothing else happens."""
        breakers = self._core.breakers
        bands = breakers.bands
        self._passage.rows_to(row + 1)
        self._driver.strike(self._state.now)
        if breakers.bands is not bands:
            self._aim(row)

    def _look(self, row: int) -> None:
        candle = self._rows.candle(row)
        if self._due:
            self._time(candle.at)
        driver, breakers, state, lane = self._driver, self._core.breakers, self._state, self._lane[candle.symbol]
        bands, active = breakers.bands, driver.active
        around = bands.get(lane.symbol)
        driver.react(candle)
        if active != driver.active:
            if lane.minds:
                self._hold(lane)
                if self._deaf and self._deafens(lane, self._calm()) and not lane.series.deaf:
                    lane.listen(True, row)
            if self._over(row, candle, lane):
                self._aim(row)
                return
        if self._asked(row, lane):
            if lane.series.deaf:
                lane.parted = row
        else:
            self._core.aged(lane.series, candle.open_at)
            lane.series.silent = True
        driver.hand_on(candle)
        lane.series.silent = False
        self._passage.looked(row)
        if driver.active != active or breakers.bands is not bands or bands.get(lane.symbol) != around:
            self._aim(row)
        if state.candidates or state.flattening:
            self._due = candle.at + TIMER_DELAY_MS

    def _completes(self, row: int) -> bool:
        """Whether there is no more to a row than that with it all candidates of its close are there."""
        if not self._state.candidates or row != self._close_row or self._pressing or self._restless:
            return False
        return not self._state.flattening and self._lanes[self._rows.label(row)].upcoming(row, row + 1) > row

    def _gather(self, row: int) -> None:
        """Candidates of a close are asked for, with its last row; where a symbol has no bar they wait for the Timer."""
        self._passage.to(row + 1)
        if self._state.closing_seen >= self._core.entries.traded:
            self._driver.enter(self._state.now)
        self._aim(row)

    def _over(self, row: int, candle: CandleClosed, lane: Lane) -> bool:
        """Whether the venue's answers were all there was to a row: its close concerns the desk as little as others."""
        state = self._state
        if candle.at >= state.wakes or state.candidates or state.flattening or self._asked(row, lane):
            return False
        low, high = self._core.breakers.band(lane.symbol) if lane.patient else self._core.band(lane.symbol)
        return low < candle.close < high

    def _asked(self, row: int, lane: Lane) -> bool:
        """Whether somebody asks at this row for what can come to something, or exit rules look at its bar.

        Whoever is on the way out may want to turn round.
        """
        if (lane.wanted if lane.wanted >= row else lane.asked(row)) == row or self._restless:
            return True
        holding = self._state.holdings.get(lane.symbol)
        return holding is not None and (holding.exit_order is not None or (self._watchful and not lane.patient))

    def _hold(self, lane: Lane) -> None:
        """Tell a lane of its symbol's position, if that is another one now."""
        holding = self._state.holdings.get(lane.symbol)
        if holding is not lane.holding:
            known = self._passage.last + 1
            self._count(lane, known)
            lane.hold(holding, known, None if holding is None else self._patience.get(holding.strategy))

    def _time(self, at: int) -> None:
        """The minute's Timer, when it is due and would do something."""
        if self._due and at >= self._due:
            timer = Timer(self._due, "minute")
            self._due = 0
            if not self._core.idle(timer):
                self._driver.take(timer)
                self._aim(self._passage.last)

    def _aim(self, row: int) -> None:
        """Between which prices each symbol cannot concern the desk or the venue; `row` is the one in hand."""
        if self._careful:
            self._survey(row)
            return
        (lane,) = self._lanes
        if lane.minds:
            self._hold(lane)
        floor, ceiling = self._broker.band(lane.symbol)
        if floor < ceiling:
            low, high = self._core.breakers.band(lane.symbol) if lane.patient else self._core.band(lane.symbol)
            floor, ceiling = low if low > floor else floor, high if high < ceiling else ceiling
        if floor != lane.floor or ceiling != lane.ceiling:
            lane.aim(floor, ceiling)
        self._pressing = floor >= ceiling

    def _survey(self, row: int) -> None:
        """The same where several symbols or strategies take turns: only the symbol in hand has another position."""
        core, band, breakers = self._core, self._broker.band, self._core.breakers
        lane = self._lanes[self._rows.label(row)]
        self._hold(lane)
        if self._refusing:
            self._listen(row)
        touched = self._broker.touched
        touched.add(lane.symbol)
        self._pressing = bool(self._state.holdings) and not breakers.aloof()
        if self._pressing:
            return
        bands = breakers.bands
        if bands is not self._bands:
            self._bands = bands
            touched.update(self._lane)
        for lane in map(self._lane.__getitem__, touched):
            floor, ceiling = band(lane.symbol)
            around = bands.get(lane.symbol) if lane.patient or not self._watchful else core.band(lane.symbol)
            if around is not None:
                low, high = around
                floor, ceiling = low if low > floor else floor, high if high < ceiling else ceiling
            if floor != lane.floor or ceiling != lane.ceiling:
                lane.aim(floor, ceiling)
        touched.clear()

    def _listen(self, row: int) -> None:
        """Which lanes are deaf: wishes of a close before trouble began in it are asked for after all."""
        calm, missed = self._calm(), False
        for lane in self._lanes if calm != self._deaf else (self._lanes[self._rows.label(row)],):
            deaf = self._deafens(lane, calm)
            if deaf != lane.series.deaf:
                if lane.series.deaf and self._heed(lane, row):
                    missed = True
                lane.listen(deaf, self._passage.last + 1)
        self._deaf = calm
        if missed:
            at = self._rows.closed(row)
            self._due = at + TIMER_DELAY_MS
            if self._state.closing_seen >= self._core.entries.traded:
                self._driver.enter(at)

    def _deafens(self, lane: Lane, calm: bool) -> bool:
        """Whether wishes to enter a lane's symbol come to nothing."""
        return calm and lane.holding is not None and lane.symbol in self._refusing

    def _calm(self) -> bool:
        """Whether the gate refuses to enter a symbol that is held for that, and for nothing else."""
        state, gate = self._state, self._core.desk.gate
        quiet = not (state.links or state.grants) and state.unheard is None and state.trading == "ACTIVE"
        return quiet and gate.aloof() and not any_tripped(state)

    def _count(self, lane: Lane, row: int) -> None:
        """Count the wishes that came to nothing before this row."""
        vain = lane.vain(row)
        self.denied += vain
        self._state.denials += vain

    def _heed(self, lane: Lane, row: int) -> bool:
        """Trouble began with this row: what was wished for at the same close before is asked for after all."""
        self._count(lane, self._rows.first(self._rows.closed(row)))
        own, core, series = lane.newest(self._passage.last + 1), self._core, lane.series
        if own is None or own <= lane.heard:
            return False
        if own != row and self._state.trading != "ACTIVE":
            return False  # whoever stopped trading took the candidates with it
        candle, heard = self._rows.candle(own), lane.holding.strategy if lane.holding and own == lane.parted else ""
        for bar in (candle, *series.longer(candle)):
            for plan in core.plan.strategies:
                if plan.timeframe == bar.timeframe and series.symbol in plan.symbols and plan.id != heard:
                    said = core.evaluator.row(plan, series.symbol, bar.open_at)
                    if said is not None and said.score:
                        signal = record(plan, said, bar, core.desk.instruments[series.symbol], core.plan.bracket)
                        core.entries.signalled(plan, bar, said, signal)
        return True
