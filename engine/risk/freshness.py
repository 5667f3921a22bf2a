"""Stale prices and clocks that disagree (risk.md R6.7)."""

from typing import Literal

import msgspec

from engine.risk.latch import Move, moved

FUTURE_MS = 1000

Stale = Literal["stale_price", "clock_skew"]


class Freshness(msgspec.Struct, frozen=True):
    """Breaker of one symbol: why its price cannot be used; None: it can."""

    code: Stale | None = None


def staleness(event_age: int, receive_age: int, max_age: int) -> Stale | None:
    """Ages in ms of a price by the exchange's time and since it came here; both limits are strict.

    The event's age is by the wall clock corrected by the server offset, that of receipt by the monotonic clock.
    """
    if event_age > max_age or receive_age > max_age:
        return "stale_price"
    return "clock_skew" if event_age < -FUTURE_MS else None


def look(state: Freshness, event_age: int, receive_age: int, max_age: int) -> tuple[Freshness, Move | None]:
    """The newest price by its ages now: the first fresh one resets."""
    now = Freshness(staleness(event_age, receive_age, max_age))
    return now, moved(state.code is not None, now.code is not None)
