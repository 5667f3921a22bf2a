"""One position, pending entry or reservation, as the portfolio rules see it (risk.md section 5)."""

from decimal import Decimal

import msgspec

from engine.model.money import ZERO
from engine.model.orders import Direction


class Stake(msgspec.Struct, frozen=True):
    """What is held or under way. `qty` is above 0 in base units; a pending entry counts as filled."""

    symbol: str
    base: str
    strategy: str
    direction: Direction
    qty: Decimal
    entry: Decimal
    mark: Decimal
    stop: Decimal | None
    """The live stop; None: there is none, and the whole notional is at stake."""

    @property
    def sign(self) -> int:
        """+1 for a long, -1 for a short."""
        return 1 if self.direction == "long" else -1

    @property
    def heat(self) -> Decimal:
        """Money lost from entry to stop (R5.1); 0 when the stop is beyond break-even."""
        return self._lost_from(self.entry)

    @property
    def to_stop(self) -> Decimal:
        """Money lost from the mark to the stop (R5.7)."""
        return self._lost_from(self.mark)

    @property
    def notional(self) -> Decimal:
        """Signed notional at the mark (R5.4)."""
        return self.sign * self.qty * self.mark

    def _lost_from(self, price: Decimal) -> Decimal:
        if self.stop is None:
            return self.qty * price
        low, high = (self.stop, price) if self.direction == "long" else (price, self.stop)
        return max(ZERO, self.qty * (high - low))
