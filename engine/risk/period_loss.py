"""Loss of the day and of the week: latched lines under equity until the next one (risk.md R6.1, R6.2, R6.11)."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from engine.model.money import ONE, ZERO
from engine.risk.latch import Move, moved


class PeriodLoss(msgspec.Struct, frozen=True):
    """Breaker of one period: `base` is the equity of its first tick, moved by deposits and withdrawals."""

    key: str = ""
    """`engine.model.days.day_of` or `week_of`; keys of one kind sort by time."""
    base: Decimal = ZERO
    tripped: bool = False


def week_of(at: int, zone: ZoneInfo) -> str:
    """ISO week (2026-W19) of an instant in the user's zone."""
    year, week, _ = datetime.fromtimestamp(at / 1000, zone).isocalendar()
    return f"{year:04}-W{week:02}"


def lost(state: PeriodLoss, equity: Decimal) -> Decimal:
    """Fraction of the base that is lost; a base that is not above 0 counts as all of it."""
    return (state.base - equity) / state.base if state.base > 0 else ONE


def look(state: PeriodLoss, key: str, equity: Decimal, limit: Decimal) -> tuple[PeriodLoss, Move | None]:
    """A tick of the period `key`: the first one of a later period takes the base anew; trips at equality."""
    now = PeriodLoss(key, equity) if key > state.key else state
    if not now.tripped and lost(now, equity) >= limit:
        now = msgspec.structs.replace(now, tripped=True)
    return now, moved(state.tripped, now.tripped)


def paid_in(state: PeriodLoss, amount: Decimal) -> PeriodLoss:
    """A deposit (negative: a withdrawal) is neither profit nor loss."""
    return msgspec.structs.replace(state, base=state.base + amount)


def resume(state: PeriodLoss, equity: Decimal) -> tuple[PeriodLoss, Move | None]:
    """A person's confirmed reset: a tripped period goes on from the equity of now."""
    if not state.tripped:
        return state, None
    return PeriodLoss(state.key, equity), "reset"
