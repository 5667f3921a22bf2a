"""Getting in: signals gather until the close is complete, are ranked, and ask the gate one after the other."""

import msgspec

from engine.desk.desk import Desk
from engine.model.facts import Signal
from engine.model.messages import CandleClosed
from engine.model.money import exact
from engine.model.orders import Direction, OrderRequest
from engine.plan import StrategyPlan
from engine.scoring.backdrop import Backdrop
from engine.scoring.evaluate import Evaluator
from engine.scoring.row import Row
from engine.signals import ranked
from engine.sizing.atr import atr_stop
from engine.state import Candidate, Holding, StrategyRecord

GATHER_MS = 1000
"""Candidates of one close wait at most this long for the other symbols (strategies.md section 14)."""


class EntryDesk:
    """Candidates of one close compete for what the gate allows: the best one asks first."""

    def __init__(self, desk: Desk, evaluator: Evaluator, backdrop: Backdrop) -> None:
        self._desk, self._evaluator, self.backdrop = desk, evaluator, backdrop
        self.traded = 0
        """Symbols whose bars a close is complete with."""

    def signalled(self, plan: StrategyPlan, bar: CandleClosed, row: Row, signal: Signal) -> None:
        """A strategy that is on wants to enter."""
        state = self._desk.state
        known = state.strategies.get(plan.id)
        if known is None:
            known = state.strategies[plan.id] = StrategyRecord()
        known.signals += 1
        if self._desk.journaled:
            known.last_signal = f"{signal.signal} {bar.symbol}"
        if known.on:
            atr = self._reach(plan, bar, row) if self._desk.gate.ranged else None
            if atr:
                signal = self._ranged(plan, signal, atr)
            if self._desk.journaled:
                signal = self.backdrop.behind(signal)
                self._desk.tell(signal)
            state.candidates.append(Candidate(plan.id, signal, signal.at, atr))

    def _reach(self, plan: StrategyPlan, bar: CandleClosed, row: Row) -> float | None:
        """What an entry is sized by in the mode atr, 0 where too few bars are known; None where that places no stop."""
        desk = self._desk
        if desk.gate.limits_of(plan.id).sizing_mode != "atr" or desk.plan.bracket.stop is not None:
            return None
        if row.reach is not None:
            return row.reach
        return self._evaluator.reach(plan, bar.symbol, bar.open_at) or 0.0

    def _ranged(self, plan: StrategyPlan, signal: Signal, atr: float) -> Signal:
        """The signal with its stop so many ranges away (risk.md R1.6), whatever its strategy said."""
        if signal.entry is None:
            return signal
        instrument, k = self._desk.instruments[signal.symbol], self._desk.gate.limits_of(plan.id).sizing_atr
        side: Direction = "long" if signal.signal == "Long" else "short"
        return msgspec.structs.replace(signal, stop_loss=atr_stop(instrument, side, signal.entry, exact(atr), k)[1])

    def overdue(self, at: int) -> bool:
        """Whether candidates have waited long enough for bars that do not come."""
        return at >= self._desk.state.closing_at + GATHER_MS

    def closed(self, closed_at: int, at: int) -> None:
        """A bar of a traded symbol has closed; with the last one of a close its candidates are asked for."""
        state = self._desk.state
        if closed_at != state.closing_at:
            state.closing_at, state.closing_seen = closed_at, 1
        else:
            state.closing_seen += 1
        if state.candidates and state.closing_seen >= self.traded:
            self.enter(at)

    def enter(self, at: int) -> None:
        """Ask for the candidates that wait, best first."""
        state = self._desk.state
        candidates = ranked(state.candidates)
        state.candidates = []
        for candidate in candidates:
            symbol = candidate.signal.symbol
            holding = state.holdings.get(symbol)
            if holding is None or holding.strategy != candidate.plan:
                self._request(candidate, max(at, candidate.closed_at))
            elif holding.exit_order is not None and turned(holding, candidate.signal):
                state.reversals[symbol] = candidate

    def reverse(self, holding: Holding, at: int) -> None:
        """A position is flat: the candidate that pointed against it enters now, if it was its own strategy's."""
        state = self._desk.state
        reversal = state.reversals.pop(holding.symbol, None)
        if reversal is not None and reversal.plan == holding.strategy:
            # In SIM an open is filled before the arrival of the price it was decided on.
            self._request(reversal, max(at, state.marked_at.get(holding.symbol, 0)))

    def _request(self, candidate: Candidate, at: int) -> None:
        signal = candidate.signal
        if signal.entry is None:
            return
        self._desk.ask(
            OrderRequest(
                at,
                signal.symbol,
                "buy" if signal.signal == "Long" else "sell",
                "entry",
                "market",
                candidate.plan,
                signal.entry,
                signal.reason,
                None,
                None,
                None,
                signal.stop_loss,
                signal.target,
                signal.valid_until,
                None,
                signal.score,
                signal.targets,
                signal.lead,
                candidate.atr,
            ),
            signal,
        )


def turned(holding: Holding, signal: Signal) -> bool:
    """Whether a signal points against the position."""
    return (holding.qty_f > 0.0) is not (signal.signal == "Long")
