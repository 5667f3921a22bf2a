"""Orders: what is asked of the gate, what leaves it, and the nine states an order can be in.

What is made for every order is `gc=False`, here and in the rooms it passes: it refers to nothing that could refer
back, so the cycle collector need not know of it, and making it costs a third less.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

import msgspec

Direction = Literal["long", "short"]
Side = Literal["buy", "sell"]
OrderType = Literal["market", "limit", "stop", "take_profit"]
"""`stop` and `take_profit` rest as triggers and fill as market orders."""
Leg = Literal["entry", "stop", "target", "exit", "cross"]
"""What an order is for. Every leg but `entry` is reduce-only; `cross` pays with one position for another
(`engine.model.crossing`)."""

LEG_LETTER: dict[Leg, str] = {"entry": "e", "stop": "s", "target": "t", "exit": "x", "cross": "c"}


class OrderState(StrEnum):
    """The life of an order (architecture.md section 5); the table of transitions is `engine.lifecycle`."""

    APPROVED = "approved"
    SUBMITTED = "submitted"
    OPEN = "open"
    PARTIAL = "partial"
    CANCELING = "canceling"
    FILLED = "filled"
    REJECTED = "rejected"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Portion(msgspec.Struct, frozen=True, gc=False):
    """A share (0..1) of a position and the price at which it leaves; without one it stays for the other exits."""

    share: Decimal
    price: Decimal | None


class OrderRequest(msgspec.Struct, frozen=True, gc=False):
    """What a strategy, an exit rule or a person wants; only the gate turns it into an order.

    Entries carry the reference price `entry` and the planned `stop` (and `target`), and no `qty` when the gate is to
    size them. Reducing legs carry `qty`; `price` is the limit of a limit order, `trigger` that of a stop or target.
    """

    at: int
    symbol: str
    side: Side
    leg: Leg
    type: OrderType
    strategy: str
    entry: Decimal
    reason: str
    qty: Decimal | None = None
    price: Decimal | None = None
    trigger: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    valid_until: int | None = None
    trade: str | None = None
    """Trade this order belongs to; None for an entry, which opens a new one."""
    score: float = 0.0
    targets: tuple[Portion, ...] = ()
    """Where the position leaves in parts; empty when all of it leaves at `target`."""
    lead: str = ""
    """Of an ensemble's entry the member whose exits apply."""
    atr: float | None = None
    """Average true range that an entry is sized by, and its stop placed with; 0: not known; None: not sized so."""

    @property
    def reduce_only(self) -> bool:
        """True for everything but entries."""
        return self.leg != "entry"

    @property
    def direction(self) -> Direction:
        """The side of the position this order opens or reduces."""
        return "long" if (self.side == "buy") == (self.leg == "entry") else "short"


class ApprovedOrder(msgspec.Struct, frozen=True, gc=False):
    """An order that passed the gate. Brokers accept nothing else; only `engine.risk.gate` constructs it."""

    id: str
    """Client order id: `engine.model.coid`."""
    at: int
    symbol: str
    side: Side
    leg: Leg
    type: OrderType
    qty: Decimal
    reduce_only: bool
    strategy: str
    trade: str
    """Trade this order belongs to (the number of its entry intent)."""
    reason: str
    price: Decimal | None = None
    trigger: Decimal | None = None
    stop: Decimal | None = None
    """Planned protective stop of an entry."""
    target: Decimal | None = None
    reserved_risk: Decimal = Decimal(0)
    """Quote amount that is lost if the stop is hit; reserved until the entry is filled or dead."""
    verdict: str = "approved"
    """`approved` or `approved_scaled`."""
    binding: str = "risk"
    """The cap that decided the quantity (risk.md R1.2)."""
    targets: tuple[Portion, ...] = ()
    """Where the position an entry opens leaves in parts."""
    lead: str = ""
    """Of an ensemble's entry the member whose exits apply."""


class Denial(msgspec.Struct, frozen=True):
    """A refusal of the gate: a stable code (risk.md section 8) and a sentence for the person who reads it."""

    code: str
    text: str
