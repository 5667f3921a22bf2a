"""Everything the desk remembers. Plain structs that encode to a snapshot; changed only by the core's own rooms.

What is changed with every event is a dataclass: to set a field of a `msgspec.Struct` takes four times as long.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from engine.desk.votes import Evidence
from engine.model.account import PartExit, Position
from engine.model.facts import Signal, TradingState
from engine.model.instrument import Tier
from engine.model.inverse import Inverse
from engine.model.member import Member
from engine.model.messages import FundingSettled, Quote
from engine.model.money import ZERO
from engine.model.orders import ApprovedOrder, Direction, OrderState, Portion, Side
from engine.risk.order_rate import Bucket
from engine.risk.pace import Pace
from engine.risk.period_loss import PeriodLoss
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak
from engine.risk.volatility_halt import VolatilityHalt
from engine.simulation.venue import SimState


class LiveOrder(msgspec.Struct, gc=False):
    """An approved order and where it stands."""

    order: ApprovedOrder
    state: OrderState = OrderState.APPROVED
    filled: Decimal = ZERO
    unknown: bool = False
    """Whether the venue has yet to say if it has the order at all."""


class Target(msgspec.Struct, gc=False):
    """One of several targets that are still ahead: its share of the whole, what is to leave there, its order."""

    share: Decimal
    price: Decimal | None
    qty: Decimal = ZERO
    order: str | None = None


@dataclass(slots=True)
class Holding:
    """An open position with the sums its trade record is made of. `qty` is signed (short negative)."""

    symbol: str
    strategy: str
    trade: str
    opened_at: int
    qty: Decimal
    avg: Decimal
    stop: Decimal | None
    target: Decimal | None
    first_stop: Decimal | None = None
    """Where the stop was planned at entry: R counts from it, wherever the stop is now."""
    initial_risk: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    entry_qty: Decimal = ZERO
    entry_cost: Decimal = ZERO
    exit_qty: Decimal = ZERO
    exit_cost: Decimal = ZERO
    bars_held: int = 0
    best: float = 0.0
    """Best close since entry."""
    stop_order: str | None = None
    target_order: str | None = None
    exit_order: str | None = None
    exit_reason: str = ""
    qty_f: float = 0.0
    avg_f: float = 0.0
    renewals: int = 0
    """Protective orders the venue has dropped."""
    targets: tuple[Target, ...] = ()
    """Of a position that leaves in parts: what is ahead, the next one first."""
    hit: int = 0
    """How many of them have been reached."""
    parts: tuple[PartExit, ...] = ()
    """What has left so far, before the last of it goes."""
    lead: str = ""
    """Of an ensemble's position the member whose exits apply."""
    inverse: Inverse | None = None
    """Of inverse contracts: `qty` counts them, money is coin; the costs are contracts times their harmonic mean."""

    @property
    def direction(self) -> Direction:
        """Which way it earns."""
        return "long" if self.qty > ZERO else "short"

    @property
    def closing_side(self) -> Side:
        """The side of an order that reduces it."""
        return "sell" if self.qty > ZERO else "buy"

    def frozen(self) -> Position:
        """As a fact."""
        return Position(
            self.symbol,
            self.direction,
            abs(self.qty),
            self.avg,
            self.strategy,
            self.trade,
            self.opened_at,
            self.stop,
            self.target,
            self.realised,
            self.fees,
            self.funding,
            self.initial_risk,
            self.entry_qty,
            self.bars_held,
            tuple(Portion(target.qty / abs(self.qty), target.price) for target in self.targets) if self.qty else (),
            self.inverse,
        )


class Candidate(msgspec.Struct, frozen=True, gc=False):
    """A signal that wants to become an entry, as ranked."""

    plan: str
    signal: Signal
    closed_at: int
    atr: float | None = None
    """Average true range that its entry is sized by; 0: not known; None: it is not sized so."""


class Breaker(msgspec.Struct):
    """A latched circuit breaker."""

    tripped: bool = False
    since: int | None = None
    text: str = ""


@dataclass(slots=True)
class StrategyRecord:
    """Switch and evidence of one strategy."""

    on: bool = True
    trades: int = 0
    wins: int = 0
    pnl: Decimal = ZERO
    losses: int = 0
    gained: Decimal = ZERO
    """Profit of the trades that won."""
    lost: Decimal = ZERO
    """Loss of those that lost, above 0."""
    last_signal: str = ""
    signals: int = 0
    """Bars that signalled, whatever became of them."""
    recent: Evidence = ()
    """Its trades of the last 30 days, where steady losses pause it."""
    paused: str = ""
    """Why it was turned off by its own losses; empty otherwise."""


class Grant(msgspec.Struct, frozen=True):
    """What the gate allowed a strategy to hold of a symbol, to be asked for in parts."""

    strategy: str
    qty: Decimal
    hedged: bool = False
    """Whether it is one leg of several, whose parts have no stop of their own."""
    loss_per_unit: Decimal = ZERO
    """What the gate reckoned with, in the account's currency."""
    sold: Decimal | None = None
    """What it may be short instead, where the gate was asked for either side: `qty` is then for buys."""

    def most(self, side: Side | None) -> Decimal:
        """The most that may be held on a side, base units."""
        return self.sold if side == "sell" and self.sold is not None else self.qty


class Kept(msgspec.Struct):
    """What a quoting strategy remembers of one group of symbols."""

    code: str
    """Name of the strategy whose memory it is."""
    memory: bytes = b""
    """Its Struct as msgpack, empty when there is nothing."""
    reason: str = ""
    """Why it does nothing, when it said so last."""
    quiet_until: int = 0
    """After a refusal it asks for nothing new before then."""


class Shadowed(msgspec.Struct):
    """A new version that is scored on paper beside a running strategy."""

    member: Member
    wanted: int
    """Bars it is to be scored for."""
    began: int
    before: StrategyRecord
    """Evidence of the running version when it began: what both did since then is compared."""
    paper: "DeskState"
    venue: SimState
    scored: int = 0
    told: bool = False
    """Whether people know that it is over."""


@dataclass(slots=True)
class DeskState:
    """The whole desk between two events."""

    start: Decimal
    """What was put in, at the beginning and since."""
    cash: Decimal
    day_base: Decimal
    hwm: Decimal
    now: int = 0
    began: int = 0
    """Market time at which this desk began."""
    seq: int = 0
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    intents: int = 0
    """Order intents numbered so far."""
    day: str = ""
    day_ends: int = 0
    hour_ends: int = 0
    mark_due: int = 0
    """From when on the account may be marked again: once a minute."""
    wakes: int = 0
    """When the clock next has something to do: an hour ends, or a pause."""
    trading: TradingState = "ACTIVE"
    """What people and emergencies have set; breakers add to it (`engine.risk.breakers`)."""
    trading_reason: str = ""
    flattening: str = ""
    """Reason of a stored close-all that is not finished."""
    denials: int = 0
    marks: dict[str, float] = field(default_factory=dict)
    marked_at: dict[str, int] = field(default_factory=dict)
    holdings: dict[str, Holding] = field(default_factory=dict)
    orders: dict[str, LiveOrder] = field(default_factory=dict)
    done: dict[str, LiveOrder] = field(default_factory=dict)
    """The newest finished orders, for fills that come late."""
    brackets: dict[str, tuple[Tier, ...]] = field(default_factory=dict)
    """Maintenance brackets of symbols whose venue has changed them since the start."""
    transfers: dict[str, None] = field(default_factory=dict)
    """The newest ids of money paid in and out: each is booked once."""
    trade_ids: dict[str, None] = field(default_factory=dict)
    """The newest venue trade ids: a fill is booked once."""
    funded: dict[str, int] = field(default_factory=dict)
    """Newest funding time booked, by symbol."""
    closing_at: int = 0
    """Close time whose candidates are being gathered."""
    closing_seen: int = 0
    candidates: list[Candidate] = field(default_factory=list)
    reversals: dict[str, Candidate] = field(default_factory=dict)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    """Those that have tripped, by name; one of a strategy or symbol has that after its own name."""
    week: PeriodLoss = field(default_factory=PeriodLoss)
    rung: int = 0
    """Of the drawdown ladder (`engine.risk.ladder`); `hwm` is its mark."""
    streaks: dict[str, Streak] = field(default_factory=dict)
    """Losses in a row, by strategy."""
    halts: dict[str, VolatilityHalt] = field(default_factory=dict)
    """Symbols that move like never before."""
    rejects: Rejects = field(default_factory=Rejects)
    bucket: Bucket = field(default_factory=Bucket)
    unheard: int | None = None
    """Since when nothing has come from the market; None: it is heard."""
    entered: dict[str, int] = field(default_factory=dict)
    """Of each strategy and symbol the signal of its newest entry, by the end of its validity."""
    days: list[int] = field(default_factory=list)
    """Ends of the past days of the desk's zone (UTC ms), oldest first."""
    closes: dict[str, list[float]] = field(default_factory=dict)
    """Of each symbol the last price of each of `days`; 0 where there was none."""
    paces: dict[str, Pace] = field(default_factory=dict)
    """Of each strategy and symbol when it left and how often it entered, where that is limited."""
    strategies: dict[str, StrategyRecord] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    """Risk settings changed by people, by name."""
    refused: dict[str, dict[str, int]] = field(default_factory=dict)
    """Refused candles by symbol and code."""
    links: dict[str, bool] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    """Strategies that people started or changed, by id: they stand in for those of the plan."""
    removed: list[str] = field(default_factory=list)
    """Strategies of the plan that people took off the desk."""
    retired: dict[str, Member] = field(default_factory=dict)
    """Versions that are gone but for an open position, which they manage to its exit."""
    retirements: int = 0
    shadows: dict[str, Shadowed] = field(default_factory=dict)
    """By the strategy each is the new version of."""
    kept: dict[str, Kept] = field(default_factory=dict)
    """Memories of quoting strategies, by strategy and symbols."""
    grants: dict[str, Grant] = field(default_factory=dict)
    """By symbol."""
    quotes: dict[str, Quote] = field(default_factory=dict)
    """The newest of each symbol: as its last candle was given, or since then where a quoting strategy watches."""
    paid: dict[str, list[FundingSettled]] = field(default_factory=dict)
    """The newest fundings of the same symbols."""
    widest: dict[str, int] = field(default_factory=dict)
    """Bars held of each timeframe: the most a strategy has needed so far."""

    def pending(self, symbol: str) -> bool:
        """True while an entry order of this symbol is alive."""
        return bool(self.orders) and any(
            o.order.symbol == symbol and not o.order.reduce_only for o in self.orders.values()
        )


def fresh(cash: Decimal) -> DeskState:
    """A desk that has never traded."""
    return DeskState(start=cash, cash=cash, day_base=cash, hwm=cash, week=PeriodLoss("", cash))


def endow(state: DeskState, cash: Decimal) -> None:
    """Give a desk that has never traded other money than it was made with."""
    state.start = state.cash = state.day_base = state.hwm = cash
    state.week = PeriodLoss("", cash)
