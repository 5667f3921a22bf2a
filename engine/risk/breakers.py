"""Circuit breakers of the account: latched lines under equity, evaluated at every mark (risk.md section 6).

Equity is watched as a float; only when it comes within a millionth of a line is it computed exactly and compared.
"""

from decimal import Decimal
from math import inf

from engine.desk import Desk
from engine.model.facts import BreakerMoved
from engine.model.money import ZERO, exact, shadow
from engine.risk.daily_loss import day_loss
from engine.risk.max_drawdown import drawdown
from engine.state import Breaker

NEAR = 1e-6
Bands = dict[str, tuple[float, float]]


class Breakers:
    """Trips daily loss and the emergency stop, raises the high-water mark, rolls the day's base."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._line = 0.0
        self._peak = 0.0
        self._floor = self._top = ZERO
        self.cash, self._cash_float = ZERO, 0.0
        self.bands: Bands = {}
        """Of every holding the marks between which, at this `cash`, equity stays far from every line; or nothing."""
        self.aim()

    def aim(self) -> None:
        """Recompute the float lines after base, peak or limits have changed."""
        state, limits = self._desk.state, self._desk.gate.limits
        lines = [0.0]
        if not self.tripped("daily_loss"):
            lines.append(float(state.day_base * (1 - limits.max_daily_loss)))
        if not self.tripped("max_drawdown"):
            lines.append(float(state.hwm * (1 - limits.emergency_stop_loss)))
        self._line = max(lines) * (1 + NEAR)
        self._peak = float(state.hwm) * (1 - NEAR)
        self._floor, self._top = exact(self._line), exact(self._peak)
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
        if self._line < equity < self._peak:
            self.bands = self._banded(equity - self._line, self._peak - equity)
            return False
        self.bands = {}
        return self._judge(at, state.equity())

    def calm(self, symbol: str, mark: float) -> bool:
        """Whether this mark of the symbol cannot bring equity near a line."""
        if not self.bands or self.cash is not self._desk.state.cash:
            return False
        band = self.bands.get(symbol)
        return band is None or band[0] < mark < band[1]

    def band(self, symbol: str) -> tuple[float, float]:
        """The marks of a symbol between which it cannot bring equity near a line."""
        if not self.bands or self.cash is not self._desk.state.cash:
            return inf, -inf
        return self.bands.get(symbol, (-inf, inf))

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

    def _judge(self, at: int, equity: Decimal) -> bool:
        state, limits = self._desk.state, self._desk.gate.limits
        emergency = False
        if equity > state.hwm and not self.tripped("max_drawdown"):
            state.hwm = equity
        loss = day_loss(state.day_base, equity)
        if loss >= limits.max_daily_loss and not self.tripped("daily_loss"):
            self._trip("daily_loss", at, loss, limits.max_daily_loss, "entries are allowed again next day")
        down = drawdown(state.hwm, equity)
        if down >= limits.emergency_stop_loss and not self.tripped("max_drawdown"):
            text = "everything is closed; only /resume starts trading again"
            self._trip("max_drawdown", at, down, limits.emergency_stop_loss, text)
            emergency = True
        self.aim()
        return emergency

    def _trip(self, name: str, at: int, value: Decimal, limit: Decimal, text: str) -> None:
        self._desk.state.breakers[name] = Breaker(True, at, text)
        self._desk.tell(BreakerMoved(at, name, True, f"{value:.2%}", f"{limit:.2%}", text))

    def reset(self, name: str, at: int, text: str) -> None:
        """Arm a breaker again."""
        if self.tripped(name):
            self._desk.state.breakers[name] = Breaker(False, None, "")
            self._desk.tell(BreakerMoved(at, name, False, "", "", text))

    def new_day(self, at: int) -> None:
        """The first tick of the user's day: its base is equity now, the daily loss is forgotten."""
        self._desk.state.day_base = self._desk.state.equity()
        self.reset("daily_loss", at, "a new day")
        self.aim()

    def resumed(self, at: int) -> None:
        """A person resumed: tripped breakers are reset, their bases start from equity now."""
        state = self._desk.state
        equity = state.equity()
        if self.tripped("daily_loss"):
            state.day_base = equity
            self.reset("daily_loss", at, "resumed")
        if self.tripped("max_drawdown"):
            state.hwm = equity
            self.reset("max_drawdown", at, "resumed")
        self.aim()
