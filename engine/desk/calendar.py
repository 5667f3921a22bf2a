"""What the desk does by the clock of its market: pauses end, hours are marked, days and weeks begin."""

from zoneinfo import ZoneInfo

from engine import ledger
from engine.desk.desk import Desk
from engine.model.days import day_end, day_of, hour_end
from engine.model.facts import EquityMarked
from engine.model.market import MINUTE_MS
from engine.model.money import shadow
from engine.risk.breakers import Breakers
from engine.risk.gross import gross_notional
from engine.risk.max_drawdown import drawdown
from engine.risk.past import note
from engine.risk.pauses import Pauses
from engine.risk.period_loss import week_of


class Calendar:
    """Minutes, hours, days and weeks of the desk's zone."""

    def __init__(self, desk: Desk, breakers: Breakers, pauses: Pauses, zone: ZoneInfo) -> None:
        self._desk = desk
        self._breakers = breakers
        self._pauses = pauses
        self._zone = zone
        self.hours: list[tuple[int, float]] = []
        """Equity at the end of each hour where no journal is written: nothing else of a mark is read there."""

    def wake(self, at: int) -> None:
        """Something is due: pauses end, an hour begins."""
        self._pauses.look(at)
        if at >= self._desk.state.hour_ends:
            self._hour(at)
            self._pauses.aim()

    def passed(self, hours: list[int]) -> None:
        """Hours have begun at these times with the marks of now, no day with them, and no pause has ended."""
        state = self._desk.state
        equity = shadow(ledger.equity(state))
        self.hours += [(at, equity) for at in hours]
        state.hour_ends = hour_end(hours[-1])
        self._pauses.aim()

    def _hour(self, at: int) -> None:
        """A new hour, perhaps a new day: a price belongs to it before it is looked at, so it is taken first."""
        state = self._desk.state
        if state.hour_ends:
            self._mark(at)
        state.hour_ends = hour_end(at)
        if at >= state.day_ends:
            if state.day_ends:
                note(state, state.day_ends, {symbol: state.marks[symbol] for symbol in state.marked_at})
            state.day = day_of(at, self._zone)
            state.day_ends = day_end(at, self._zone)
            self._breakers.new_day(at, week_of(at, self._zone))

    def minute(self, at: int) -> None:
        """A minute has ended: with a journal the account is marked while something is held."""
        state = self._desk.state
        if state.holdings and at >= state.mark_due and self._desk.journaled:
            self._mark(at)

    def _mark(self, at: int) -> None:
        state = self._desk.state
        if not self._desk.journaled:
            self.hours.append((at, shadow(ledger.equity(state))))
            return
        state.mark_due = at - at % MINUTE_MS + MINUTE_MS
        account, now = ledger.account(state), self._desk.gate.measure(state)
        down, gross = drawdown(state.hwm, account.equity), gross_notional(state, self._desk.inverse)
        book = (now.net, now.heat, now.stress_heat, now.correlated, now.var, now.es)
        self._desk.tell(EquityMarked(at, account, gross, down, len(state.holdings), *book))
