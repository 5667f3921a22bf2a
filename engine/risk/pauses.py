"""Breakers that end by the clock: losses in a row, shocks of a symbol, rejected orders, and a market not heard of.

The gate reads their states and asks nobody whether a pause is over; what is done here is counting, and telling once
that a pause began or has ended. An end is told with its own time, however late the next event is that brings it.
"""

from collections.abc import Iterator

from engine.desk.desk import Desk
from engine.model.facts import BreakerMoved
from engine.model.market import NEVER
from engine.model.orders import OrderRequest
from engine.risk import reject_rate, streak, volatility_halt
from engine.risk.case import Verdict
from engine.risk.decision import Decision
from engine.risk.latch import RESUMED, Move
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak
from engine.risk.volatility_halt import CALM_MS, VolatilityHalt
from engine.state import Breaker, DeskState, Holding

STREAM, EXCHANGE = "feed", "exchange"
"""Links that are down while nothing is heard of the market."""
NONE = Streak()


class Pauses:
    """Counts what pauses entries, and wakes the desk when a pause ends."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.ends = NEVER
        """When the next pause ends, as far as is known."""

    def closed(self, holding: Holding, at: int) -> None:
        """A trade is over: its strategy's losses in a row."""
        state, limits, name = self._desk.state, self._desk.gate.limits, holding.strategy
        if limits.consecutive_losses is None:
            return
        pnl = holding.realised - holding.fees + holding.funding
        before = state.streaks.get(name, NONE)
        after, move = streak.closed(before, at, pnl, limits.consecutive_losses, limits.loss_pause_min * 60_000)
        if after != before:
            state.streaks[name] = after
            back = f"its entries are allowed again after {limits.loss_pause_min} min, {RESUMED}"
            lost = f"{limits.consecutive_losses} losses"
            self._moved(f"consecutive_losses {name}", at, move, back, lost, f"{limits.consecutive_losses}")

    def rejected(self, at: int) -> None:
        """The venue rejected an order."""
        state, limits = self._desk.state, self._desk.gate.limits
        window = limits.reject_window_s * 1000
        state.rejects, move = reject_rate.rejected(state.rejects, at, limits.max_rejects, window)
        back = f"entries are allowed again after {reject_rate.PAUSE_MS // 60_000} min, {RESUMED}"
        most, seconds = limits.max_rejects, limits.reject_window_s
        self._moved("reject_rate", at, move, back, f"{most} orders", f"{most} in {seconds} s")

    def refused(self, request: OrderRequest, decision: Decision) -> None:
        """The gate has refused an entry; when its symbol moves like never before, that is told once."""
        state, until, symbol = self._desk.state, decision.halt, request.symbol
        if not until:
            return
        before = state.halts.get(symbol)
        state.halts[symbol] = VolatilityHalt(until)
        value, limit = self._unusual(decision.verdicts[-1])
        back = f"entries of {symbol} are allowed again after {CALM_MS // 60_000} calm minutes, {RESUMED}"
        self._moved(f"volatility_halt {symbol}", request.at, None if before else "tripped", back, value, limit)
        self.aim()

    def _unusual(self, verdict: Verdict) -> tuple[str, str]:
        """What was beyond its limit: a minute's return, or else the unrest of 15 minutes."""
        moved, line = verdict.value, verdict.limit
        if isinstance(moved, float) and isinstance(line, float) and moved > line:
            return f"{moved:.2%}", f"{line:.2%}"
        times = self._desk.gate.limits.volatility_halt_m
        return f"over {times}x", f"{times} times the deviation of 4 hours"

    def heard(self, link: str, at: int, up: bool) -> None:
        """A link moved; blindness begins `BLIND_S` after the stream broke and ends when it is back."""
        state = self._desk.state
        if link not in (STREAM, EXCHANGE):
            return
        if not up:
            state.unheard = at if state.unheard is None else state.unheard
        elif all(state.links.get(name, True) for name in (STREAM, EXCHANGE)):
            state.unheard = None
            if self._on("blind"):
                self._moved("blind", at, "reset", "the market is heard again")
        self.aim()

    def look(self, at: int) -> None:
        """The clock: pauses that have ended are told and forgotten, in the order of their ends."""
        state = self._desk.state
        if not pausing(state):
            return
        for until, name, kind in sorted(self._ends()):
            if until > at:
                break
            if kind == "streak":
                state.streaks[name], move = streak.look(state.streaks[name], at)
                self._moved(f"consecutive_losses {name}", until, move, "the pause is over")
            elif kind == "halt":
                if (unrest := self._desk.gate.unrest(name, state)) > at:
                    state.halts[name] = VolatilityHalt(unrest)
                    continue
                del state.halts[name]
                self._moved(f"volatility_halt {name}", until, "reset", "calm for 15 minutes")
            elif kind == "rejects":
                state.rejects, move = reject_rate.look(state.rejects, at)
                self._moved("reject_rate", until, move, "the pause is over")
            else:
                seconds = self._desk.gate.limits.blind_s
                text = "entries wait until the market is heard again"
                self._moved("blind", until, "tripped", text, f"{seconds} s", f"{seconds} s")
        self.aim()

    def aim(self) -> None:
        """When the clock next has something to do."""
        state = self._desk.state
        self.ends = min([NEVER, *(until for until, _, _ in self._ends())]) if pausing(state) else NEVER
        state.wakes = min(state.hour_ends, self.ends)

    def resumed(self, at: int) -> None:
        """A person resumed: every pause is over. Blindness is not: only the market ends it."""
        state = self._desk.state
        for name, each in state.streaks.items():
            state.streaks[name], move = streak.resume(each)
            self._moved(f"consecutive_losses {name}", at, move, "resumed")
        for name, halt in state.halts.items():
            self._moved(f"volatility_halt {name}", at, volatility_halt.resume(halt)[1], "resumed")
        state.halts.clear()
        if state.rejects != Rejects():
            state.rejects, move = reject_rate.resume(state.rejects)
            self._moved("reject_rate", at, move, "resumed")
        self.aim()

    def _ends(self) -> Iterator[tuple[int, str, str]]:
        """What the clock will bring: when, of whom, and of which kind."""
        state = self._desk.state
        for name, each in state.streaks.items():
            if each.until is not None:
                yield each.until, name, "streak"
        for name, halt in state.halts.items():
            if halt.until is not None:
                yield halt.until, name, "halt"
        if state.rejects.until is not None:
            yield state.rejects.until, "", "rejects"
        if state.unheard is not None and not self._on("blind"):
            yield state.unheard + self._desk.gate.limits.blind_s * 1000, "", "blind"

    def _on(self, name: str) -> bool:
        breaker = self._desk.state.breakers.get(name)
        return breaker is not None and breaker.tripped

    def _moved(self, name: str, at: int, move: Move | None, text: str, value: str = "", limit: str = "") -> None:
        """Latch or release, and say so; nothing when nothing moved."""
        if move is None:
            return
        tripped = move == "tripped"
        self._desk.state.breakers[name] = Breaker(tripped, at if tripped else None, text if tripped else "")
        self._desk.tell(BreakerMoved(at, name, tripped, value, limit, text))
        self.aim()


def pausing(state: DeskState) -> bool:
    """Whether anything pauses, or may yet come to."""
    return bool(state.streaks or state.halts) or state.rejects.until is not None or state.unheard is not None
