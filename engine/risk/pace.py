"""When a strategy last left a symbol and how often it entered it today: what its cooldown and its day allow."""

import msgspec

from engine.model.market import DAY_MS


class Pace(msgspec.Struct):
    """One strategy on one symbol."""

    ready_at: int = 0
    """Close time of the first bar whose signal may enter again."""
    day: int = -1
    """UTC day of the newest entry, since 1970-01-01."""
    entries: int = 0
    """Of that day."""


def key(strategy: str, symbol: str) -> str:
    """A version that only manages its position is the strategy it was a version of."""
    return f"{strategy.partition('~')[0]} {symbol}"


def entered(paces: dict[str, Pace], strategy: str, symbol: str, at: int) -> None:
    """A position came into being."""
    pace = paces.setdefault(key(strategy, symbol), Pace())
    day = at // DAY_MS
    if pace.day != day:
        pace.day, pace.entries = day, 0
    pace.entries += 1


def left(paces: dict[str, Pace], strategy: str, symbol: str, at: int, span: int, bars: int) -> None:
    """A position is flat. `bars` whole bars of `span` ms have to pass after it."""
    pace = paces.setdefault(key(strategy, symbol), Pace())
    pace.ready_at = (-(-at // span) + bars) * span
