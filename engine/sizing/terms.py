"""What sizing is told, and what it answers."""

from decimal import Decimal

import msgspec

from engine.model.inverse import Inverse, worth
from engine.model.money import ZERO
from engine.model.orders import Direction


class Terms(msgspec.Struct, frozen=True, gc=False):
    """What sizing needs. Fractions for rates; caps of None or 0 are off; `step` in base units.

    For inverse contracts (`engine.sizing.inverse`) equity is in coin, `step`, `min_qty`, `max_qty` are contracts, and
    `max_notional` and `min_notional` are quote units.
    """

    equity: Decimal
    risk_fraction: Decimal
    direction: Direction
    entry: Decimal
    stop: Decimal
    step: Decimal
    fee_in: Decimal = ZERO
    fee_out: Decimal = ZERO
    slip: Decimal = ZERO
    max_notional: Decimal | None = None
    max_position: Decimal | None = None
    max_leverage: Decimal | None = None
    max_qty: Decimal | None = None
    min_qty: Decimal = ZERO
    min_notional: Decimal = ZERO
    inverse: Inverse | None = None

    @property
    def unit(self) -> Decimal:
        """Notional of one unit at the entry, in the currency of `equity`."""
        return worth(self.inverse, self.entry)


class Size(msgspec.Struct, frozen=True, gc=False):
    """The answer: quantity in base units (or contracts), what one unit loses at the stop, and which cap decided."""

    qty: Decimal
    qty_raw: Decimal
    """What the mode asked for, before caps and rounding."""
    loss_per_unit: Decimal
    binding: str

    @property
    def risk(self) -> Decimal:
        """Amount lost when the stop is hit, fees and slippage included: quote currency, coin for inverse contracts."""
        return self.qty * self.loss_per_unit
