"""Frozen pictures of the desk for people: what screens, reports, the terminal render. Money in its own currency."""

from decimal import Decimal

import msgspec

from engine.model.account import Account, ClosedTrade, Fill
from engine.model.facts import Decided, MarketState, Signal, TradingState
from engine.model.inverse import Inverse
from engine.model.orders import ApprovedOrder, Direction, OrderState, Side


class TargetView(msgspec.Struct, frozen=True):
    """One of several targets: what leaves there, in base units. Without a price it stays for the other exits."""

    qty: Decimal
    price: Decimal | None


class PositionView(msgspec.Struct, frozen=True):
    """One open position at its last mark."""

    symbol: str
    base: str
    direction: Direction
    qty: Decimal
    avg: Decimal
    mark: Decimal
    notional: Decimal
    leverage: Decimal
    """Notional over equity."""
    unrealised: Decimal
    pnl: Decimal
    """Unrealised + realised - fees + funding of this trade."""
    pnl_percent: Decimal
    """Price move in favour since the average entry, fraction."""
    stop: Decimal | None
    target: Decimal | None
    risk: Decimal | None
    """Lost from the mark if the stop is hit, None without a stop."""
    fees: Decimal
    funding: Decimal
    strategy: str
    trade: str
    opened_at: int
    targets: tuple[TargetView, ...] = ()
    """Of a position that leaves in parts: what is ahead, the next one first."""
    hit: int = 0
    """How many parts have left at their target."""
    version: str = ""
    """Of a version that is gone but for this position: what is different from the one in its place."""
    inverse: Inverse | None = None
    """Of inverse contracts, whose money is coin."""


class OrderView(msgspec.Struct, frozen=True):
    """One live order."""

    id: str
    symbol: str
    side: Side
    leg: str
    type: str
    qty: Decimal
    filled: Decimal
    price: Decimal | None
    state: str


class PartView(msgspec.Struct, frozen=True):
    """Something that counts against a limit: `value` in `unit` (percent, count, quote); quote is signed where sides
    matter."""

    label: str
    value: Decimal
    unit: str = "quote"


class LimitView(msgspec.Struct, frozen=True):
    """One limit and how much of it is used. `value` and `limit` in `unit` (percent, count, times, quote)."""

    name: str
    label: str
    value: Decimal | None
    """None: it cannot be measured yet."""
    limit: Decimal
    unit: str
    note: str = ""
    """Whose it is, or what comes next."""
    parts: tuple[PartView, ...] = ()
    """What counts, the largest first."""

    @property
    def used(self) -> Decimal:
        """Share of the limit in use, 0..1 and above."""
        return self.value / self.limit if self.value and self.limit else Decimal(0)


class BreakerView(msgspec.Struct, frozen=True):
    """A circuit breaker: armed or tripped, and how it resets."""

    name: str
    tripped: bool
    since: int | None
    text: str


class StatusView(msgspec.Struct, frozen=True):
    """The status screen."""

    at: int
    """Market time."""
    mode: str
    """SIM or LIVE."""
    venue: str
    state: TradingState
    state_reason: str
    ready: bool
    """False while reconciling."""
    account: Account
    day_pnl: Decimal
    """Equity now less equity at the first tick of the user's day."""
    day_base: Decimal
    exposure: Decimal
    exposure_limit: Decimal
    drawdown: Decimal
    drawdown_limit: Decimal
    positions: tuple[PositionView, ...]
    orders: tuple[OrderView, ...]
    pending_entries: int
    feed_age_ms: int | None
    """Wall age of the newest market event, None before the first."""
    links: tuple[tuple[str, bool], ...]
    candles_refused: int
    denials: int
    uptime_ms: int


class DayRow(msgspec.Struct, frozen=True):
    """One day of the result screen, in the desk's zone."""

    day: str
    pnl: Decimal
    trades: int


class PnlView(msgspec.Struct, frozen=True):
    """Results of a period. Money from closed trades, plus the equity change of the period."""

    at: int
    period: str
    since: int
    equity_start: Decimal
    equity_end: Decimal
    realised: Decimal
    """Net of fees and funding, closed trades of the period."""
    unrealised: Decimal
    """Net of fees and funding, the positions open now."""
    fees: Decimal
    funding: Decimal
    trades: int
    wins: int
    profit_factor: float | None
    expectancy: Decimal | None
    best: ClosedTrade | None
    worst: ClosedTrade | None
    days: tuple[DayRow, ...]
    by_symbol: tuple[tuple[str, Decimal, int], ...]
    equity_curve: tuple[tuple[int, Decimal], ...]
    closed: tuple[ClosedTrade, ...]


class RiskView(msgspec.Struct, frozen=True):
    """The risk screen."""

    at: int
    state: TradingState
    limits: tuple[LimitView, ...]
    breakers: tuple[BreakerView, ...]
    settings: tuple["SettingView", ...]
    pauses: tuple[BreakerView, ...] = ()
    """What people or steady losses have stopped, and its way back; breakers are not among them."""


class SettingView(msgspec.Struct, frozen=True):
    """One risk setting: its value in force, the environment's, and what it takes."""

    name: str
    value: str
    default: str
    """The environment's value (what a reset goes back to)."""
    takes: str
    changed: bool


class StrategyView(msgspec.Struct, frozen=True):
    """One strategy: switch, parameters, evidence."""

    id: str
    name: str
    timeframe: str
    on: bool
    params: tuple[tuple[str, str], ...]
    trades: int
    wins: int
    pnl: Decimal
    last_signal: str
    warming_up: bool
    symbols: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """Symbols that its file names and this market has not."""
    listed: bool = True
    """Whether it is on the desk; else it could be started."""
    leaving: bool = False
    """A version that is gone but for its open positions."""
    rules: bool = False
    """Whether it is a file of rules, which has no parameters."""
    newer: bool = False
    """Whether its file has changed since it was started."""
    held: tuple[str, ...] = ()
    """Symbols of its open positions."""
    shadow: "ShadowView | None" = None
    paused: str = ""
    """Why its own losses turned it off."""
    refusal: str | None = None
    """Why its checks refuse it for LIVE; empty when they passed, None before they were made."""


class ShadowView(msgspec.Struct, frozen=True):
    """A new version beside a running one: what each has done since the shadow began."""

    version: str
    """What is different: another id, or parameters."""
    bars: int
    """Bars of the new version scored so far."""
    wanted: int
    signals: int
    trades: int
    wins: int
    pnl: Decimal
    """Closed trades, net of fees and funding."""
    open_pnl: Decimal
    """Unrealised."""
    old_signals: int
    old_trades: int
    old_wins: int
    old_pnl: Decimal

    @property
    def over(self) -> bool:
        """Whether all bars have been scored."""
        return self.bars >= self.wanted


class ModeView(msgspec.Struct, frozen=True):
    """The mode screen: where we are, what the ceiling is, what is missing for LIVE."""

    mode: str
    ceiling: str
    demo: bool
    venue: str
    missing: tuple[str, ...]


class LogLine(msgspec.Struct, frozen=True):
    """One line of the log, already redacted."""

    at: int
    level: str
    text: str


class Answer(msgspec.Struct, frozen=True):
    """What became of a command: `code` is stable, `text` one sentence."""

    ok: bool
    code: str
    text: str
    durable: bool = True
    """Whether it is on disk: what is done while the disk takes nothing is answered, and not followed in chat."""


class SignalView(msgspec.Struct, frozen=True):
    """What one strategy says of the newest closed bar of a symbol."""

    strategy: str
    timeframe: str
    on: bool
    signal: Signal | None
    """None before its first bar."""
    strength: float = 0.0
    """0..100, also where it is not enough for a signal."""
    reward: float | None = None
    """Reward over risk (RR), None where there is no stop or no target."""


class AnalysisView(msgspec.Struct, frozen=True):
    """A symbol as the desk's strategies see it: the strongest signal first, then those that abstain."""

    at: int
    symbol: str
    price: Decimal | None
    """The last one, None before the first."""
    state: MarketState
    signals: tuple[SignalView, ...]
    position: PositionView | None
    """What is open there."""


class OrderLife(msgspec.Struct, frozen=True):
    """An order of a trade from its approval to where it stands, with what was executed."""

    order: ApprovedOrder
    state: OrderState
    filled: Decimal
    reason: str
    """Of its last move, where one was given."""
    at: int
    """Of its last move."""
    fills: tuple[Fill, ...] = ()


class DecisionView(msgspec.Struct, frozen=True):
    """A decision about an entry and the key it is asked for by: its trade, or for a refusal a key of its own."""

    key: str
    decided: Decided


class WhyView(msgspec.Struct, frozen=True):
    """A decision record with what followed."""

    decided: Decided
    trade: ClosedTrade | None
    orders: tuple[OrderLife, ...] = ()
    """Every order of the trade, the entry first."""
    version: "VersionView | None" = None
    """Of its strategy at the time of the decision; None: as it was configured."""


class VersionView(msgspec.Struct, frozen=True):
    """What a person has made of a strategy, and when."""

    at: int
    text: str
    """The sentence that answered the change, without its full stop."""
