"""Circuit breakers of the account: latched lines under equity, evaluated at every mark (risk.md section 6).

Equity is watched as a float; only when it comes within a millionth of a line is it computed exactly and compared.
"""

from decimal import Decimal
from math import inf

import msgspec

from engine import ledger
from engine.desk.desk import Desk
from engine.model.facts import BreakerMoved
from engine.model.money import ZERO, exact, shadow
from engine.risk import ladder, period_loss
from engine.risk.daily_loss import day_loss
from engine.risk.ladder import EXITS_ONLY, HALTED, HALVED, RELIEF, STEPS, Ladder
from engine.risk.latch import RESUMED
from engine.risk.period_loss import PeriodLoss
from engine.state import Breaker

NEAR = 1e-6
Bands = dict[str, tuple[float, float]]
ANYWHERE = (-inf, inf)
RUNGS = {
    HALVED: "entries are half as large until the fall is below {relief:.2%}, or an admin's /resume",
    EXITS_ONLY: "only exits; an admin's /resume allows entries again",
}
"""What a rung of the ladder does, and its way back."""


class Breakers:
    """Trips daily and weekly loss, the drawdown ladder and the emergency stop; rolls their bases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._line = 0.0
        self._peak = 0.0
        self._floor = self._top = ZERO
        self.cash, self._cash_float = ZERO, 0.0
        self.bands: Bands = {}
        """Of every holding the marks between which, at this `cash`, equity stays far from every line; or nothing."""
        self._follows = False
        """Whether every mark of what is held is shown (`calm`): a new peak is noted as it comes then, and no line."""
        self._equity = 0.0
        self._marks: dict[str, float] = {}
        """Those that it stands at, of what is held; none while peaks are not followed."""
        desk.gate.aloof = self.aloof
        state = desk.state
        if not state.week.key:
            state.week = PeriodLoss("", state.day_base)
        if self.tripped("max_drawdown"):
            state.rung = HALTED
        self.aim()

    def aim(self) -> None:
        """Recompute the float lines after base, peak or limits have changed."""
        state, limits = self._desk.state, self._desk.gate.limits
        lines, peak, fall = [0.0], state.hwm, limits.emergency_stop_loss
        if not self.tripped("daily_loss"):
            lines.append(float(state.day_base * (1 - limits.max_daily_loss)))
        if not state.week.tripped:
            lines.append(float(state.week.base * (1 - limits.max_weekly_loss)))
        if state.rung < HALTED:
            lines.append(float(state.hwm * (1 - STEPS[state.rung] * fall)))
        if state.rung == HALVED:
            peak *= 1 - RELIEF * fall
        self._line = max(lines) * (1 + NEAR)
        self._peak = float(peak) * (1 - NEAR)
        self._floor, self._top = exact(self._line), exact(self._peak)
        self._desk.gate.floor = self._floor
        self.bands = {}

    def tripped(self, name: str) -> bool:
        """Whether a breaker is tripped."""
        breaker = self._desk.state.breakers.get(name)
        return breaker is not None and breaker.tripped

    def watch(self, at: int) -> bool:
        """Look at equity after a mark or a fill; True when the emergency line was crossed by this event."""
        state = self._desk.state
        marks, cash = state.marks, state.cash
        if not state.holdings:
            self.bands = {}
            return not self._floor < cash < self._top and self._judge(at, cash)
        if cash is not self.cash:
            self.cash, self._cash_float = cash, shadow(cash)
        equity = self._cash_float
        for symbol, holding in state.holdings.items():
            mark = marks.get(symbol)
            if mark is not None:
                equity += holding.qty_f * (mark - holding.avg_f)
        known, self.bands = self.bands, {}
        calm = self._line < equity < self._peak
        emergency = not calm and self._judge(at, ledger.equity(state))
        if self._follows and state.rung != HALVED:
            self.bands = self._anchored(known, equity) if equity > self._line else {}
            return emergency
        self._marks = {}
        if calm:
            self.bands = self._banded(equity - self._line, self._peak - equity)
        return emergency

    def follow(self) -> bool:
        """From now on each mark of what is held is shown (`calm`), also those of bars that nobody looks at."""
        self._follows, self.bands = True, {}
        return True

    def aloof(self) -> bool:
        """Whether equity is known to be far from every line: no mark has left its band since it was looked at."""
        return bool(self.bands) and self.cash is self._desk.state.cash

    def calm(self, symbol: str, mark: float) -> bool:
        """Whether this mark of the symbol cannot bring equity near a line."""
        if not self.bands or self.cash is not self._desk.state.cash:
            return False
        band = self.bands.get(symbol)
        if band is None or not band[0] < mark < band[1]:
            return band is None
        known = self._marks
        if not known:
            return True
        self._equity += self._desk.state.holdings[symbol].qty_f * (mark - known[symbol])
        known[symbol] = mark
        return self._equity < self._peak

    def band(self, symbol: str) -> tuple[float, float]:
        """The marks of a symbol between which it cannot bring equity near a line."""
        if not self.bands or self.cash is not self._desk.state.cash:
            return inf, -inf
        return self.bands.get(symbol, ANYWHERE)

    def _banded(self, loss: float, gain: float) -> Bands:
        """The marks at which each holding has used its share of what may be lost and gained before a line is near."""
        state = self._desk.state
        share = len(state.holdings)
        bands: Bands = {}
        for symbol, holding in state.holdings.items():
            qty, mark = holding.qty_f, state.marks.get(symbol, holding.avg_f)
            if not qty:
                return {}
            sharing = share * abs(qty)
            down, up = loss / sharing, gain / sharing
            bands[symbol] = (mark - down, mark + up) if qty > 0 else (mark - up, mark + down)
        return bands

    def _anchored(self, known: Bands, equity: float) -> Bands:
        """The marks down to which every holding may lose at once, and equity is still above the lines.

        A band stays where it is until its holding has used it up, or all of them together are no longer certain.
        """
        state, shown, self._equity = self._desk.state, self._marks, equity
        share, least = (equity - self._line) / (4 * len(state.holdings)), equity
        for symbol, holding in state.holdings.items():
            qty, mark = holding.qty_f, state.marks.get(symbol, holding.avg_f)
            if not qty:
                return {}
            shown[symbol] = mark
            low, high = known.get(symbol, ANYWHERE)
            edge = low if qty > 0 else high
            if not low < mark < high or abs(edge) == inf:
                edge = mark - share / qty
                known[symbol] = (edge, inf) if qty > 0 else (-inf, edge)
            least -= qty * (mark - edge)
        for symbol in known.keys() - state.holdings.keys():
            del known[symbol]
        return known if least > self._line else self._anchored({}, equity)

    def _judge(self, at: int, equity: Decimal) -> bool:
        state, limits = self._desk.state, self._desk.gate.limits
        loss = day_loss(state.day_base, equity)
        if loss >= limits.max_daily_loss and not self.tripped("daily_loss"):
            text = f"entries are allowed again next day ({self._desk.plan.zone}), {RESUMED}"
            self._trip("daily_loss", at, loss, limits.max_daily_loss, text)
        emergency = self._fall(at, equity)
        state.week, move = period_loss.look(state.week, state.week.key, equity, limits.max_weekly_loss)
        if move is not None:
            lost = period_loss.lost(state.week, equity)
            text = f"entries are allowed again next week ({self._desk.plan.zone}), {RESUMED}"
            self._trip("weekly_loss", at, lost, limits.max_weekly_loss, text)
        self.aim()
        return emergency

    def _fall(self, at: int, equity: Decimal) -> bool:
        """The fall from the peak: rungs of the ladder, at last the emergency stop; True when that was reached now."""
        state, limit = self._desk.state, self._desk.gate.limits.emergency_stop_loss
        after, move = ladder.look(Ladder(state.hwm, state.rung), equity, limit)
        state.hwm, state.rung = after.hwm, after.rung
        if move is None:
            return False
        if move == "reset":
            self.reset("drawdown_ladder", at, f"the fall is below {RELIEF * limit:.2%}; entries are whole again")
            return False
        down = ladder.fall(after, equity)
        if after.rung == HALTED:
            text = "everything is closed; only an admin's /resume starts trading again, once that is done"
            self._trip("max_drawdown", at, down, limit, text)
            return True
        line = STEPS[after.rung - 1] * limit
        self._trip("drawdown_ladder", at, down, line, RUNGS[after.rung].format(relief=RELIEF * limit))
        return False

    def _trip(self, name: str, at: int, value: Decimal, limit: Decimal, text: str) -> None:
        self._desk.state.breakers[name] = Breaker(True, at, text)
        self._desk.tell(BreakerMoved(at, name, True, f"{value:.2%}", f"{limit:.2%}", text))

    def reset(self, name: str, at: int, text: str) -> None:
        """Arm a breaker again."""
        if self.tripped(name):
            self._desk.state.breakers[name] = Breaker()
            self._desk.tell(BreakerMoved(at, name, False, "", "", text))

    def new_day(self, at: int, week: str) -> None:
        """The first tick of the user's day: its base is equity now, the daily loss is forgotten; so with its week."""
        state = self._desk.state
        equity = state.day_base = ledger.equity(state)
        self.reset("daily_loss", at, "a new day")
        if week > state.week.key:
            state.week = PeriodLoss(week, equity)
            self.reset("weekly_loss", at, "a new week")
        self.aim()

    def paid_in(self, amount: Decimal) -> None:
        """Money was paid in or out (negative), and is in equity already: it is neither a loss nor a recovery.

        Day and week go on with the same loss in money, the peak with the same fall in percent: what is taken out of
        an account that has fallen must not look like a fall to the emergency stop.
        """
        state = self._desk.state
        after = ledger.equity(state)
        before = after - amount
        state.day_base += amount
        state.week = period_loss.paid_in(state.week, amount)
        state.hwm = state.hwm * after / before if before > ZERO and after > ZERO else state.hwm + amount
        self.aim()

    def resumed(self, at: int) -> None:
        """A person resumed: tripped breakers are reset, their bases start from equity now."""
        state = self._desk.state
        equity = ledger.equity(state)
        if self.tripped("daily_loss"):
            state.day_base = equity
            self.reset("daily_loss", at, "resumed")
        if state.week.tripped:
            state.week = msgspec.structs.replace(state.week, base=equity, tripped=False)
            self.reset("weekly_loss", at, "resumed")
        if state.rung:
            state.hwm, state.rung = equity, 0
            self.reset("drawdown_ladder", at, "resumed")
            self.reset("max_drawdown", at, "resumed")
        self.aim()
