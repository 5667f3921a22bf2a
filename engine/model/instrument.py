"""What a venue says of a symbol: rounding, minimums, margin tiers. The one place where float prices become money."""

from decimal import Decimal

import msgspec

from engine.model.inverse import Inverse
from engine.model.money import ZERO, floor_to
from engine.model.tick import Towards, price, rounded


class Tier(msgspec.Struct, frozen=True):
    """A maintenance-margin bracket (risk.md R2.1): up to `cap` of notional the rate is `mmr`; cap None = no end."""

    floor: Decimal
    cap: Decimal | None
    mmr: Decimal
    max_leverage: Decimal
    cum: Decimal = ZERO


DEFAULT_TIERS = (Tier(ZERO, None, Decimal("0.005"), Decimal(125)),)


class Instrument(msgspec.Struct, frozen=True):
    """A tradable symbol. Prices are multiples of `tick` (None: 12 significant digits), amounts of `step`."""

    symbol: str
    base: str
    quote: str
    tick: Decimal | None = None
    step: Decimal = Decimal("0.000001")
    min_qty: Decimal = ZERO
    min_notional: Decimal = ZERO
    tiers: tuple[Tier, ...] = DEFAULT_TIERS
    tradable: bool = True
    spot: bool = False
    """Owned, not borrowed: no leverage, no liquidation, no shorts."""
    inverse: Inverse | None = None
    """Of contracts settled in `base`: amounts are contracts, margin tiers and least notional are coin."""
    taker: Decimal | None = None
    """Fee that the venue lists for an order that takes, as a fraction of the notional; None: it does not say."""
    maker: Decimal | None = None
    """The same of an order that rests; below zero it is paid out."""

    @property
    def currency(self) -> str:
        """What its profits, fees and funding are paid in."""
        return self.quote if self.inverse is None else self.base

    def price(self, value: float, towards: Towards = "nearest") -> Decimal:
        """A computed price as a valid one, rounded the stated way."""
        return price(value, self.tick, towards)

    def round_price(self, value: Decimal, towards: Towards = "nearest") -> Decimal:
        """`value` on the tick (or to 12 significant digits), rounded the stated way."""
        return rounded(value, self.tick, towards)

    def amount(self, value: Decimal) -> Decimal:
        """`value` rounded down to the step."""
        return floor_to(value, self.step)

    def tier(self, notional: Decimal) -> Tier:
        """The first tier that holds this notional; above the last cap the last one."""
        for tier in self.tiers:
            if tier.cap is None or notional <= tier.cap:
                return tier
        return self.tiers[-1]
