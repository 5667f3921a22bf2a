"""What the simulated venue remembers: orders that rest, positions, prices."""

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from engine.model.messages import OrderFact
from engine.model.orders import ApprovedOrder


class Resting(msgspec.Struct, gc=False):
    """An accepted order that is not done: what is left, from when it may fill, and the price it waits for."""

    order: ApprovedOrder
    leaves: Decimal
    since: int
    below: bool
    """Whether it waits for price to fall."""
    level: float | None
    """Where a bar may first touch it: its price or trigger, on the safe side. None: at once."""


class SimPosition(msgspec.Struct, gc=False):
    """The venue's own idea of a position: signed quantity, average cost, isolated wallet."""

    qty: Decimal
    avg: Decimal
    wallet: Decimal
    near: float = 0.0
    """Where a bar may first touch the liquidation price, on the safe side."""
    funded: bool = False
    """Whether funding has changed the wallet."""


class Unheard(msgspec.Struct):
    """What happened to an order of which the venue tells nothing before a moment (`engine.simulation.script`)."""

    until: int
    facts: list[OrderFact]


@dataclass(slots=True)
class SimState:
    """Everything the venue remembers; part of a snapshot."""

    orders: dict[str, dict[str, Resting]] = field(default_factory=dict)
    """By symbol and id, in the order of arrival."""
    positions: dict[str, SimPosition] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    """Last close by symbol: what funding is paid on when nothing better is known."""
    quoted_at: dict[str, int] = field(default_factory=dict)
    """Newest minute with quotes by symbol, where one could have filled something."""
    funded: dict[str, int] = field(default_factory=dict)
    """Newest funding time taken, by symbol."""
    fills: int = 0
    unheard: dict[str, Unheard] = field(default_factory=dict)
    """By order."""
