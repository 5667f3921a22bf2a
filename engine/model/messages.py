"""The closed unions the desk is made of: events go in, effects come out, a step is what the journal keeps."""

from decimal import Decimal

import msgspec

from engine.model.account import VenueOrder, VenuePosition
from engine.model.commands import Action
from engine.model.facts import Fact
from engine.model.instrument import Tier
from engine.model.market import Footprint, Timeframe
from engine.model.orders import ApprovedOrder, Side

SCHEMA = 1
"""Version of the messages; a journal of a newer one is refused."""


class Depth(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What stands within 0.1 % of the mid price on each side of a book (risk.md R5.7): two sums, base units."""

    at: int
    """When the book was last heard of."""
    bid: float
    ask: float


class Quote(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Best bid and ask (floats: a statistic until an order is made of them), quantities in base units."""

    at: int
    symbol: str
    bid: float
    ask: float
    bid_qty: float = 0.0
    ask_qty: float = 0.0
    flow: float | None = None
    """Imbalance of the takers of the last 10 s, -1 (all sold) to 1; None when some of the trades are not known."""
    depth: Depth | None = None
    """How deep the book was; None where nobody watches more than its top."""


class CandleClosed(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A closed candle. `at` is its close in simulation, its arrival live; `open_at` names the bar. Base volumes."""

    at: int
    symbol: str
    timeframe: Timeframe
    open_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    taker_buy: float | None = None
    footprint: Footprint | None = None
    backfilled: bool = False
    """Fetched after the fact: updates windows and fills, but is too old to signal on."""
    obi: float | None = None
    """Imbalance of the best bid and ask at the close, -1..1; None when nobody watched the book."""
    quote: Quote | None = None
    """The newest top of the book as the candle was given: what its decisions would meet; None where there is none."""


class FundingSettled(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Funding at its time. Positive `rate`: longs pay. `mark` None: the last price."""

    at: int
    symbol: str
    rate: Decimal
    mark: Decimal | None = None


class Transferred(msgspec.Struct, frozen=True, tag=True):
    """Money was paid into the account (`amount` above 0) or taken out of it, in its currency. Booked once by its id."""

    at: int
    transfer_id: str
    amount: Decimal


class BracketsChanged(msgspec.Struct, frozen=True, tag=True):
    """The venue has other maintenance brackets for a symbol from now on (risk.md R2.1, R2.7)."""

    at: int
    symbol: str
    tiers: tuple[Tier, ...]


class OrderAccepted(msgspec.Struct, frozen=True, tag=True):
    """The venue has the order."""

    at: int
    order_id: str
    venue_id: str = ""


class OrderRejected(msgspec.Struct, frozen=True, tag=True):
    """The venue proved that it did not accept the order."""

    at: int
    order_id: str
    code: str
    text: str = ""


class OrderFilled(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A fill as the venue reported it. `trade_id` makes it applicable once; `fee` in the quote currency of its
    market, positive when paid."""

    at: int
    order_id: str
    trade_id: str
    symbol: str
    side: Side
    qty: Decimal
    price: Decimal
    fee: Decimal
    maker: bool = False


class OrderCanceled(msgspec.Struct, frozen=True, tag=True):
    """The order is gone without (further) fills."""

    at: int
    order_id: str
    reason: str = ""


class OrderExpired(msgspec.Struct, frozen=True, tag=True):
    """The order ran out of time at the venue."""

    at: int
    order_id: str


class OutcomeUnknown(msgspec.Struct, frozen=True, tag=True):
    """A request may or may not have reached the venue; it stays unknown until the venue says."""

    at: int
    order_id: str
    text: str = ""


class VenueSnapshot(msgspec.Struct, frozen=True, tag=True):
    """Everything the venue says of the account at one instant."""

    at: int
    positions: tuple[VenuePosition, ...]
    orders: tuple[VenueOrder, ...]
    wallet: Decimal


class Command(msgspec.Struct, frozen=True, tag=True):
    """A person's wish: who, through which one-shot intent, answering which inbox row."""

    at: int
    actor: int
    intent: str
    action: Action
    inbox: int | None = None


class Timer(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Time has passed: `minute` once a market minute, a second after its close."""

    at: int
    name: str


class LinkDown(msgspec.Struct, frozen=True, tag=True):
    """A link (feed, broker, telegram) broke."""

    at: int
    link: str
    text: str = ""


class LinkUp(msgspec.Struct, frozen=True, tag=True):
    """A link works (again)."""

    at: int
    link: str


OrderFact = OrderAccepted | OrderRejected | OrderFilled | OrderCanceled | OrderExpired | OutcomeUnknown
MarketEvent = CandleClosed | Quote | FundingSettled
Event = MarketEvent | OrderFact | BracketsChanged | Transferred | VenueSnapshot | Command | Timer | LinkDown | LinkUp


class Submit(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Send this order."""

    order: ApprovedOrder


class Cancel(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Cancel this order."""

    order_id: str
    symbol: str


class Query(msgspec.Struct, frozen=True, tag=True):
    """Ask the venue what became of this order."""

    order_id: str
    symbol: str


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Ask the venue for a `VenueSnapshot`."""

    reason: str


class Report(msgspec.Struct, frozen=True, tag=True, gc=False):
    """Tell the observers."""

    fact: Fact


Effect = Submit | Cancel | Query | Ask | Report


class Step(msgspec.Struct, frozen=True):
    """One turn of the desk as the journal keeps it: the event and everything that came of it."""

    seq: int
    event: Event
    effects: tuple[Effect, ...]
