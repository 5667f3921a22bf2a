"""Orders that the venue rejects one after the other stop entries (risk.md R6.9)."""

import msgspec

from engine.risk.latch import Move, moved, resting

PAUSE_MS = 15 * 60_000


class Rejects(msgspec.Struct, frozen=True):
    """Times of the rejects inside the window, oldest first, and the end of the pause that is on."""

    times: tuple[int, ...] = ()
    until: int | None = None


def paused(state: Rejects, at: int) -> bool:
    """Whether entries are refused at `at`."""
    return resting(state.until, at)


def rejected(state: Rejects, at: int, n: int, window_ms: int) -> tuple[Rejects, Move | None]:
    """A reject: the n-th inside (at - window, at] starts the pause. Rejects in the pause are not counted."""
    if paused(state, at):
        return state, None
    times = (*(time for time in state.times if time > at - window_ms), at)
    return (Rejects((), at + PAUSE_MS), "tripped") if len(times) >= n else (Rejects(times), None)


def look(state: Rejects, at: int) -> tuple[Rejects, Move | None]:
    """The clock: after the pause the window is empty."""
    if state.until is None or paused(state, at):
        return state, None
    return Rejects(), "reset"


def resume(state: Rejects) -> tuple[Rejects, Move | None]:
    """A person's confirmed reset; the window starts empty."""
    return Rejects(), moved(state.until is not None, False)
