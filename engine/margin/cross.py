"""Liquidation of linear contracts in cross margin, one-way and hedge mode (risk.md R2.4, R2.5)."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from engine.margin.tiers import Price, Tiers, maintenance, settle
from engine.model.instrument import Instrument, Tier
from engine.model.money import ZERO


class CrossLeg(msgspec.Struct, frozen=True):
    """A position as margin sees it. `qty` is signed; tier and unrealised profit are those at `mark`."""

    instrument: Instrument
    qty: Decimal
    entry: Decimal
    mark: Decimal

    @property
    def tier(self) -> Tier:
        """The bracket of its notional at the mark."""
        return self.instrument.tier(abs(self.qty) * self.mark)

    @property
    def maintenance(self) -> Decimal:
        """Maintenance margin at the mark."""
        return maintenance(self.tier, abs(self.qty) * self.mark)

    @property
    def unrealised(self) -> Decimal:
        """Unrealised profit at the mark, with the leg's own side."""
        return self.qty * (self.mark - self.entry)


class MarginState(msgspec.Struct, frozen=True):
    """The whole cross account: what backs it and what the venue demands, in quote currency."""

    balance: Decimal
    maintenance: Decimal

    @property
    def ratio(self) -> Decimal | None:
        """Maintenance over balance; None (balance gone) counts as liquidating."""
        return self.maintenance / self.balance if self.balance > 0 else None


def margin_state(wallet: Decimal, legs: Sequence[CrossLeg]) -> MarginState:
    """Margin balance and maintenance of all legs at their marks."""
    balance = sum((leg.unrealised for leg in legs), wallet)
    return MarginState(balance, sum((leg.maintenance for leg in legs), ZERO))


def cross_liquidation(wallet: Decimal, legs: Sequence[CrossLeg], others: Sequence[CrossLeg] = ()) -> Price:
    """Price of one symbol at which the cross wallet is liquidated, every other mark standing still.

    `legs` are the symbol's own: one in one-way mode (R2.4), its long and its short in hedge mode (R2.5), which share
    one price. None: it cannot be liquidated by this symbol alone. Tiers are those at that price (R2.3).
    """
    free = margin_state(wallet, others)
    cost = sum(leg.qty * leg.entry for leg in legs)
    net = sum(leg.qty for leg in legs)

    def price_of(tiers: Tiers) -> Price:
        slope = sum(abs(leg.qty) * tier.mmr for leg, tier in zip(legs, tiers, strict=True)) - net
        cum = sum(tier.cum for tier in tiers)
        return (free.balance - free.maintenance + cum - cost) / slope if slope else None

    return settle(
        [leg.instrument for leg in legs],
        [abs(leg.qty) * leg.entry for leg in legs],
        price_of,
        lambda price: [abs(leg.qty) * price for leg in legs],
    )
