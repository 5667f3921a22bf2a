"""Nothing heard of the exchange: entries stop until what stands there is known again (risk.md R6.10)."""

import msgspec

from engine.risk.latch import Move, moved


class Blind(msgspec.Struct, frozen=True):
    """When the exchange last answered or streamed anything, and whether that is too long ago."""

    heard_at: int
    tripped: bool = False


def heard(state: Blind, at: int) -> Blind:
    """A successful answer or a stream message. It does not end blindness: a reconciliation does."""
    return Blind(max(at, state.heard_at), state.tripped)


def look(state: Blind, at: int, limit_ms: int) -> tuple[Blind, Move | None]:
    """The clock; trips at equality."""
    tripped = state.tripped or at - state.heard_at >= limit_ms
    return Blind(state.heard_at, tripped), moved(state.tripped, tripped)


def reconciled(state: Blind, at: int) -> tuple[Blind, Move | None]:
    """Orders, positions and balance have been compared with the exchange's: it is heard, and trusted again."""
    return Blind(max(at, state.heard_at)), moved(state.tripped, False)
