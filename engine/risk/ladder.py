"""Drawdown from the high-water mark, in steps: half size, exits only, halt (risk.md R6.4, R6.12)."""

from decimal import Decimal

import msgspec

from engine.model.money import ONE, ZERO
from engine.risk.latch import Move, moved

HALVED, EXITS_ONLY, HALTED = 1, 2, 3
"""Rungs: sizes are halved; entries are refused (`drawdown_ladder`); the emergency stop (`max_drawdown`)."""

STEPS = (Decimal("0.5"), Decimal("0.75"), ONE)
"""Shares of the limit at which the rungs begin."""

RELIEF = Decimal("0.25")
"""Share of the limit below which the first rung is left again."""

SCALES = (ONE, Decimal("0.5"), ZERO, ZERO)


class Ladder(msgspec.Struct, frozen=True):
    """The highest equity seen and the rung reached. It is not raised while halted."""

    hwm: Decimal
    rung: int = 0

    @property
    def scale(self) -> Decimal:
        """Share of the sizing quantity that entries may have, before caps."""
        return SCALES[self.rung]


def fall(state: Ladder, equity: Decimal) -> Decimal:
    """Fraction below the high-water mark; without one that is above 0, all of it."""
    return ONE - equity / state.hwm if state.hwm > 0 else ONE


def look(state: Ladder, equity: Decimal, limit: Decimal) -> tuple[Ladder, Move | None]:
    """A tick of equity. Rungs trip at equality and only rise, but the first is left below a quarter of the limit."""
    hwm = state.hwm if state.rung == HALTED else max(state.hwm, equity)
    now = Ladder(hwm, state.rung)
    down = fall(now, equity)
    reached = sum(down >= step * limit for step in STEPS)
    if reached > now.rung:
        return Ladder(hwm, reached), "tripped"
    if now.rung == HALVED and down < RELIEF * limit:
        return Ladder(hwm), "reset"
    return now, None


def resume(state: Ladder, equity: Decimal) -> tuple[Ladder, Move | None]:
    """A person's confirmed reset: the mark is the equity of now."""
    return Ladder(equity), moved(state.rung > 0, False)
