"""Triangular arbitrage: from one asset over two others and back, all at the top of three books (strategies.md 12.3).

The cycle quote -> A -> B -> quote buys A with quote, buys B with A and sells B for quote; the reverse one buys B with
quote, sells B for A and sells A for quote. Fees are taken in the asset received.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from engine.model.errors import BadInput
from engine.model.money import ONE, ZERO, floor_to
from engine.model.orders import Side
from strategies.arbitrage.score import score

MIN_EDGE = Decimal("0.0005")
MOST_SCORED = Decimal("0.0045")
FRESH_MS = 500
Refusal = Literal["not_executable", "edge_too_small", "stale_book"]


class Leg(msgspec.Struct, frozen=True):
    """One market of the cycle: the side taken, at the best price of the other side of its book."""

    side: Side
    price: Decimal
    step: Decimal
    """Of the base quantity."""
    size: Decimal | None = None
    """Base quantity at that price; None: not looked at."""
    age_ms: int = 0
    """Of the book."""


class Fill(msgspec.Struct, frozen=True):
    """What a leg trades."""

    qty: Decimal
    """Base quantity."""
    spent: Decimal
    received: Decimal
    """After the fee."""
    dust: Decimal
    """What is left of the asset spent."""


class Cycle(msgspec.Struct, frozen=True):
    """Three fills and what they leave, in the quote asset unless stated otherwise."""

    fills: tuple[Fill, Fill, Fill]
    gross: Decimal
    """What one unit becomes without fees and steps."""

    @property
    def spent(self) -> Decimal:
        """What the first leg costs."""
        return self.fills[0].spent

    @property
    def proceeds(self) -> Decimal:
        """What the last leg brings."""
        return self.fills[2].received

    @property
    def profit(self) -> Decimal:
        """Proceeds less what was spent; dust is not counted."""
        return self.proceeds - self.spent

    @property
    def edge(self) -> Decimal:
        """Profit as a fraction of what was spent; 0 when nothing is."""
        return self.profit / self.spent if self.spent else ZERO

    @property
    def dust(self) -> tuple[Decimal, Decimal, Decimal]:
        """What is left unspent before each leg, in the asset that the leg spends."""
        first, second, third = self.fills
        return first.dust, second.dust, third.dust

    @property
    def executable(self) -> bool:
        """True when it brings more than it costs."""
        return self.proceeds > self.spent

    @property
    def score(self) -> Decimal:
        """0..100"""
        return score(self.edge, MIN_EDGE, MOST_SCORED)


def cycle(start: Decimal, legs: Sequence[Leg], fee: Decimal) -> Cycle:
    """What `start` of the quote asset becomes; the start is cut until each leg is at most what its book holds.

    BadInput (`bad_input`) for anything but three legs of positive prices and a positive start.
    """
    if len(legs) != 3 or min(min(leg.price, leg.step) for leg in legs) <= 0 or start <= 0:
        raise BadInput("bad_input: a cycle takes a positive amount and three legs with positive prices and steps.")
    first = _fill(min(start, _most(legs, fee, start)), legs[0], fee)
    second = _fill(first.received, legs[1], fee)
    third = _fill(second.received, legs[2], fee)
    gross = ONE
    for leg in legs:
        gross = gross / leg.price if leg.side == "buy" else gross * leg.price
    return Cycle((first, second, third), gross)


def _fill(held: Decimal, leg: Leg, fee: Decimal) -> Fill:
    """All of `held` that the step allows, traded on one leg."""
    if leg.side == "buy":
        qty = floor_to(held / leg.price, leg.step)
        spent, received = qty * leg.price, qty
    else:
        qty = floor_to(held, leg.step)
        spent, received = qty, qty * leg.price
    return Fill(qty, spent, received * (1 - fee), held - spent)


def _most(legs: Sequence[Leg], fee: Decimal, start: Decimal) -> Decimal:
    """The largest start at which no leg wants more than its book holds, reckoned from the last leg back."""
    most: Decimal | None = None
    for leg in reversed(legs):
        unit = leg.price if leg.side == "sell" else ONE
        wanted = [] if most is None else [most / (unit * (1 - fee))]
        caps = [floor_to(cap, leg.step) for cap in (*wanted, *([] if leg.size is None else [leg.size]))]
        if caps:
            most = min(caps) * (leg.price if leg.side == "buy" else ONE)
    return start if most is None else most


def refusal(seen: Cycle, legs: Sequence[Leg], min_edge: Decimal = MIN_EDGE) -> Refusal | None:
    """Why the cycle is not traded, None when it is."""
    if any(leg.age_ms >= FRESH_MS for leg in legs):
        return "stale_book"
    if not seen.executable:
        return "not_executable"
    return "edge_too_small" if seen.edge < min_edge else None
