"""What the core reports: typed facts for observers (chat, storage, metrics). They change nothing."""

from decimal import Decimal
from typing import Literal

import msgspec

from engine.model.account import Account, ClosedTrade, Position
from engine.model.orders import ApprovedOrder, OrderState, Portion

TradingState = Literal["ACTIVE", "REDUCING", "HALTED"]
MarketState = Literal["BALANCED", "IMBALANCED_UP", "IMBALANCED_DOWN", "TRANSITION", "UNKNOWN"]


class SignalCheck(msgspec.Struct, frozen=True, gc=False):
    """One condition of a signal: its value (None = undefined) and whether it was met."""

    name: str
    value: float | None
    met: bool


class Signal(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The signal record of strategies.md section 0. `signal` is Neutral for an abstention."""

    signal_id: str
    at: int
    """Close time of the bar."""
    valid_until: int
    symbol: str
    timeframe: str
    strategy: str
    signal: Literal["Long", "Short", "Neutral"]
    score: float
    confidence: float
    """0..1"""
    entry: Decimal | None
    stop_loss: Decimal | None
    target: Decimal | None
    reason: str
    market_state: MarketState = "UNKNOWN"
    setup: str = ""
    checks: tuple[SignalCheck, ...] = ()
    targets: tuple[Portion, ...] = ()
    """All of them, `target` being the first, when there are several."""
    lead: str = ""
    """The member of an ensemble whose entry, stop, target and exits these are."""
    state_reason: str = ""
    """Why the market state is UNKNOWN: not_computed, no_minutes, too_few_minutes, no_previous_day, day_just_begun."""


class RuleResult(msgspec.Struct, frozen=True):
    """One rule of the gate in a decision record: what it saw, what it allows, what it said."""

    rule: str
    value: Decimal | None
    limit: Decimal | None
    passed: bool


class Decided(msgspec.Struct, frozen=True, tag=True):
    """The decision record of one request: the signal, each rule, and the order or the refusal that came of it."""

    at: int
    symbol: str
    strategy: str
    leg: str
    verdict: str
    """approved, approved_scaled or the reason code of the refusal."""
    text: str
    rules: tuple[RuleResult, ...]
    signal: Signal | None = None
    order_id: str | None = None
    trade: str | None = None


class Denied(msgspec.Struct, frozen=True, tag=True):
    """A refused request: a stable reason code (risk.md section 8) and one sentence."""

    at: int
    symbol: str
    strategy: str
    leg: str
    code: str
    text: str


class OrderMoved(msgspec.Struct, frozen=True, tag=True):
    """An order changed its state."""

    at: int
    order: ApprovedOrder
    before: OrderState
    after: OrderState
    filled: Decimal
    reason: str = ""


class TradeOpened(msgspec.Struct, frozen=True, tag=True):
    """A position came into being."""

    at: int
    position: Position
    reason: str


class TradeChanged(msgspec.Struct, frozen=True, tag=True):
    """An open position changed. `what` is size, stop or target, or says in a few words what else: another symbol, as it
    was paid for with what the trade held before, or dust that was written off."""

    at: int
    position: Position
    what: str


class TradeClosed(msgspec.Struct, frozen=True, tag=True, gc=False):
    """A position is flat again. `account`: that of now, where a journal is written."""

    at: int
    trade: ClosedTrade
    account: Account | None


class FundingBooked(msgspec.Struct, frozen=True, tag=True):
    """Funding was paid or received: `cash` is positive when received."""

    at: int
    symbol: str
    cash: Decimal
    rate: Decimal


class MoneyMoved(msgspec.Struct, frozen=True, tag=True):
    """Money was paid in or taken out: neither profit nor loss."""

    at: int
    amount: Decimal
    account: Account


class StateChanged(msgspec.Struct, frozen=True, tag=True):
    """The trading state changed, and why."""

    at: int
    before: TradingState
    after: TradingState
    reason: str
    actor: int | None = None


class BreakerMoved(msgspec.Struct, frozen=True, tag=True):
    """A circuit breaker tripped or was reset; `text` says when and how it resets."""

    at: int
    breaker: str
    tripped: bool
    value: str
    limit: str
    text: str


class CommandDone(msgspec.Struct, frozen=True, tag=True):
    """The answer to a command: done or refused, with a stable code and one sentence."""

    at: int
    intent: str
    ok: bool
    code: str
    text: str


class SettingChanged(msgspec.Struct, frozen=True, tag=True):
    """A stored setting has a new value (None: back to the environment's)."""

    at: int
    name: str
    before: str | None
    after: str | None
    actor: int | None


class StrategyChanged(msgspec.Struct, frozen=True, tag=True):
    """Which strategies run has changed, or the shadow of one has scored all its bars."""

    at: int
    strategy: str
    change: str
    """added, changed, swapped, removed, shadowed, unshadowed, promoted, shadow_over or paused (by its losses)."""
    text: str
    actor: int | None


class CandleRefused(msgspec.Struct, frozen=True, tag=True):
    """A candle was refused before any indicator saw it (strategies.md 1.1), with the reason counted."""

    at: int
    symbol: str
    timeframe: str
    code: str
    count: int


class LinkMoved(msgspec.Struct, frozen=True, tag=True):
    """A link to the outside broke or healed."""

    at: int
    link: str
    up: bool
    text: str


class Trouble(msgspec.Struct, frozen=True, tag=True):
    """Something a person should know: an illegal transition, an unexplained fill, a liquidation."""

    at: int
    code: str
    text: str


class Flattened(msgspec.Struct, frozen=True, tag=True):
    """A close-all has come to its end: no position is left."""

    at: int
    reason: str
    account: Account


class EquityMarked(msgspec.Struct, frozen=True, tag=True, gc=False):
    """The account at the end of an hour of market time; days are made of these.

    With a journal also once a minute while something is held, and with what the book could lose. Money in quote
    currency, `var` and `es` fractions of equity.
    """

    at: int
    account: Account
    exposure: Decimal
    """Gross notional at mark."""
    drawdown: Decimal
    """Fraction below the high-water mark."""
    positions: int
    net: Decimal | None = None
    """Long less short notional. None, here and below: not measured."""
    heat: Decimal | None = None
    """Lost if every stop is hit."""
    stress_heat: Decimal | None = None
    """The same when what is on one side moves together."""
    correlated: Decimal | None = None
    """Notionals weighed the same way."""
    var: Decimal | None = None
    es: Decimal | None = None


Fact = (
    Signal
    | Decided
    | Denied
    | OrderMoved
    | TradeOpened
    | TradeChanged
    | TradeClosed
    | FundingBooked
    | MoneyMoved
    | StateChanged
    | BreakerMoved
    | CommandDone
    | SettingChanged
    | StrategyChanged
    | CandleRefused
    | LinkMoved
    | Trouble
    | Flattened
    | EquityMarked
)
