"""Losses in a row pause a strategy (risk.md R6.3)."""

from decimal import Decimal

import msgspec

from engine.risk.latch import Move, resting


class Streak(msgspec.Struct, frozen=True):
    """Losses counted since the last win or pause, and the end of the pause that is on."""

    losses: int = 0
    until: int | None = None


def paused(state: Streak, at: int) -> bool:
    """Whether entries are refused at `at`; at exactly the end of the pause they are allowed."""
    return resting(state.until, at)


def closed(state: Streak, at: int, pnl: Decimal, n: int, pause_ms: int) -> tuple[Streak, Move | None]:
    """A trade closed with this profit after fees: a loss counts, 0 changes nothing, a win starts over.

    The n-th loss starts the pause at its closing time and the count at 0; losses in the pause count for the next one.
    """
    if pnl > 0:
        return Streak(0, state.until), None
    losses = state.losses + (pnl < 0)
    if losses < n:
        return Streak(losses, state.until), None
    until = at + pause_ms if state.until is None else max(state.until, at + pause_ms)
    return Streak(0, until), None if paused(state, at) else "tripped"


def look(state: Streak, at: int) -> tuple[Streak, Move | None]:
    """The clock: a pause that has ended is forgotten."""
    if state.until is None or paused(state, at):
        return state, None
    return Streak(state.losses), "reset"


def resume(state: Streak) -> tuple[Streak, Move | None]:
    """A person's confirmed reset ends the pause."""
    return Streak(state.losses), None if state.until is None else "reset"
