"""The one place where the shell reads time."""

import time


def wall_ms() -> int:
    """UTC ms by the wall clock: for stamps, never for durations."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds by a clock that never jumps: for durations."""
    return time.monotonic()
