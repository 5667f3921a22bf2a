"""Maintenance brackets (risk.md R2.1) and which of them a liquidation price belongs to (R2.3)."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import product

import msgspec

from engine.model.instrument import Instrument, Tier
from engine.model.money import ZERO

ROUNDS = 10
"""How often R2.3 follows the tier of the price it found."""

DIFFERS = Decimal("0.005")

Price = Decimal | None
Tiers = tuple[Tier, ...]


def maintenance(tier: Tier, notional: Decimal) -> Decimal:
    """Maintenance margin of a notional in its tier."""
    return notional * tier.mmr - tier.cum


def with_cum(tiers: Sequence[Tier]) -> Tiers:
    """The tiers with `cum` computed from floors and rates, which makes the margin continuous at each boundary.

    For venues that publish none; where one is published it is used, and a difference from this one is logged.
    """
    known: list[Tier] = []
    for tier in tiers:
        below = known[-1] if known else None
        cum = below.cum + tier.floor * (tier.mmr - below.mmr) if below else ZERO
        known.append(msgspec.structs.replace(tier, cum=cum))
    return tuple(known)


def disagrees(ours: Decimal | None, theirs: Decimal | None) -> bool:
    """Whether our liquidation price is more than 0.5 % from the venue's, or only one of the two exists."""
    if not ours or not theirs:
        return bool(ours) != bool(theirs)
    return abs(ours / theirs - 1) > DIFFERS


def settle(
    legs: Sequence[Instrument],
    start: Sequence[Decimal],
    price_of: Callable[[Tiers], Price],
    notionals: Callable[[Decimal], Sequence[Decimal]],
) -> Price:
    """The liquidation price whose own notionals lie in the tiers it was computed with (R2.3); None: there is none.

    `legs` names the table of each leg, `start` the notionals to begin with, `notionals` those at a price. A price
    that is missing or not above 0 counts as a notional of 0. Tiers that do not settle in ten rounds are all tried.
    """
    nothing = (ZERO,) * len(legs)

    def found(price: Price) -> Tiers:
        at = notionals(price) if price is not None and price > 0 else nothing
        return tuple(leg.tier(notional) for leg, notional in zip(legs, at, strict=True))

    tiers = tuple(leg.tier(notional) for leg, notional in zip(legs, start, strict=True))
    for _ in range(ROUNDS):
        price = price_of(tiers)
        after = found(price)
        if after == tiers:
            return _positive(price)
        tiers = after
    for tiers in product(*(leg.tiers for leg in legs)):
        price = price_of(tiers)
        if found(price) == tiers:
            break
    return _positive(price)


def _positive(price: Price) -> Price:
    return price if price is not None and price > 0 else None
