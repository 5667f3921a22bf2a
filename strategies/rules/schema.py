"""The shape of a strategy file (strategies.md section 15): every object is a frozen Struct, its fields are the keys.

A union of objects is told apart by `type` where there is one, else by the key of the first field. A field named
`*` takes the object without the other keys: a rule with its weight, a target with its portion.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from engine.model.market import Timeframe

type Direction = Literal["long", "short", "both"]
type Op = Literal[">", ">=", "<", "<=", "crosses_above", "crosses_below"]
type Word = Literal["crossover", "crossunder", "oversold", "overbought", "above", "below", "rising", "falling"]
type PriceName = Literal["open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4"]
type Pattern = Literal["bullish_engulfing", "bearish_engulfing", "inside_bar", "doji"]
type State = Literal["BALANCED", "IMBALANCED_UP", "IMBALANCED_DOWN", "TRANSITION"]
type Metric = Literal["imbalance", "cvd", "stacked_buy", "stacked_sell", "divergence"]
type LevelKind = Literal["poc", "vah", "val", "hvn", "lvn", "key"]
type RiskMode = Literal["percent", "fixed", "amount", "percent_equity", "atr", "kelly", "vol_target"]

type Ident = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,31}\\Z", description="1 to 32 of a-z 0-9 _ -")]
type Symbol = Annotated[str, Meta(pattern="^[A-Za-z0-9/:._-]{1,40}\\Z", description="a symbol such as BTC/USDT:USDT")]
type Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]\\Z", description="a time from 00:00 to 23:59")]
type Offset = Annotated[int, Meta(ge=0, le=500)]
type Positive = Annotated[float, Meta(gt=0)]
type Text = Annotated[str, Meta(max_length=60)]
type Params = dict[str, int | float | str | bool]


class Node(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An object of the file."""


class Nest(Node, frozen=True):
    """An object that holds others of its own kind; at most five may stand in one another."""


# Operands


class PriceOperand(Node, frozen=True):
    """A price or the volume of a bar."""

    price: PriceName
    offset: Offset = 0
    timeframe: Timeframe | None = None


class IndicatorOperand(Node, frozen=True):
    """An output of an indicator."""

    indicator: str
    output: str | None = None
    params: Params = {}
    offset: Offset = 0
    timeframe: Timeframe | None = None


class Add(Nest, frozen=True):
    """Sum."""

    add: "Pair"


class Sub(Nest, frozen=True):
    """Difference."""

    sub: "Pair"


class Mul(Nest, frozen=True):
    """Product."""

    mul: "Pair"


class Div(Nest, frozen=True):
    """Quotient; undefined where the divisor is 0."""

    div: "Pair"


class Min(Nest, frozen=True):
    """The smaller one."""

    min: "Pair"


class Max(Nest, frozen=True):
    """The larger one."""

    max: "Pair"


class Abs(Nest, frozen=True):
    """Absolute value."""

    abs: "Operand"


class Span(Node, frozen=True):
    """The bars before this one."""

    of: "Operand"
    bars: Annotated[int, Meta(ge=1, le=500)]


class Highest(Nest, frozen=True):
    """Largest value of the bars before this one."""

    highest: Span


class Lowest(Nest, frozen=True):
    """Smallest value of the bars before this one."""

    lowest: Span


type Operand = float | PriceOperand | IndicatorOperand | Add | Sub | Mul | Div | Min | Max | Abs | Highest | Lowest
type Pair = Annotated[tuple[Operand, ...], Meta(min_length=2, max_length=2)]


# Conditions


class All(Nest, frozen=True):
    """Every one holds."""

    all: "Conditions"


class AnyOf(Nest, frozen=True):
    """At least one holds."""

    any: "Conditions"


class Not(Nest, frozen=True):
    """It does not hold."""

    condition: "Condition" = field(name="not")


class AtLeast(Nest, frozen=True):
    """This many of them hold."""

    at_least: Annotated[int, Meta(ge=1, le=32)]
    of: "Conditions"


class Within(Nest, frozen=True):
    """It held at one of the last bars, this one included."""

    within: Annotated[int, Meta(ge=1, le=100)]
    cond: "Condition"


class IndicatorRule(Node, frozen=True, tag="indicator", tag_field="type"):
    """An indicator and a word."""

    indicator: str
    condition: Word
    value: float | UnsetType = UNSET
    params: Params = {}
    timeframe: Timeframe | None = None
    bars: Annotated[int, Meta(ge=1, le=500)] | UnsetType = UNSET


class CompareRule(Node, frozen=True, tag="compare", tag_field="type"):
    """Two operands."""

    left: Operand
    op: Op
    right: Operand


class CandleRule(Node, frozen=True, tag="candle", tag_field="type"):
    """A shape of the last candles."""

    pattern: Pattern


class StateRule(Node, frozen=True, tag="market_state", tag_field="type"):
    """The market state is one of these."""

    states: Annotated[tuple[State, ...], Meta(min_length=1)] = field(name="in")


class FlowRule(Node, frozen=True, tag="flow", tag_field="type"):
    """Order flow against a number."""

    metric: Metric
    op: Op
    value: float


class LevelRule(Node, frozen=True, tag="level", tag_field="type"):
    """The close is near a level."""

    kind: LevelKind
    within_pct: Annotated[float, Meta(ge=0, le=5)]
    min_tier: Annotated[int, Meta(ge=1, le=3)] | UnsetType = UNSET


class TimeRule(Node, frozen=True, tag="time", tag_field="type"):
    """The bar closes inside a window of the day."""

    start: Clock = field(name="from")
    end: Clock = field(name="to")
    days: Annotated[tuple[Annotated[int, Meta(ge=1, le=7)], ...], Meta(min_length=1)] | None = None
    zone: str = "UTC"


type Rule = IndicatorRule | CompareRule | CandleRule | StateRule | FlowRule | LevelRule | TimeRule
type Condition = All | AnyOf | Not | AtLeast | Within | Rule
type Conditions = Annotated[tuple[Condition, ...], Meta(min_length=1)]


class Weighed(Node, frozen=True):
    """A condition standing directly in `rules`."""

    condition: Condition = field(name="*")
    weight: Annotated[float, Meta(ge=0, le=10)] = 1.0
    required: bool = True


class Sides(Node, frozen=True):
    """One condition for each side."""

    long: Condition | None = None
    short: Condition | None = None


# Risk, stop, targets


class Risk(Node, frozen=True):
    """How large a position is, within the limits of the desk."""

    mode: RiskMode
    value: Positive
    max_leverage: Annotated[float, Meta(ge=1, le=50)] | None = None


class PercentStop(Node, frozen=True, tag="percent", tag_field="type"):
    """Percent of the entry."""

    value: Annotated[float, Meta(ge=0.05, le=50)]


class AtrStop(Node, frozen=True, tag="atr", tag_field="type"):
    """A multiple of the average true range."""

    value: Annotated[float, Meta(ge=0.1, le=20)]
    period: Annotated[int, Meta(ge=2, le=100)] = 14


class PriceStop(Node, frozen=True, tag="price", tag_field="type"):
    """A price."""

    value: float


class SwingStop(Node, frozen=True, tag="swing", tag_field="type"):
    """The lowest low (highest high) of the last bars, this one included."""

    bars: Annotated[int, Meta(ge=2, le=200)]
    buffer_ticks: Annotated[int, Meta(ge=0, le=100)] = 0


class OperandStop(Node, frozen=True, tag="operand", tag_field="type"):
    """An operand at the bar of the signal."""

    value: Operand


class PercentTarget(Node, frozen=True, tag="percent", tag_field="type"):
    """Percent of the entry."""

    value: Positive


class RewardTarget(Node, frozen=True, tag="risk_reward", tag_field="type"):
    """A multiple of the distance to the stop."""

    value: Positive


class AtrTarget(Node, frozen=True, tag="atr", tag_field="type"):
    """A multiple of the average true range of 14 bars."""

    value: Positive


class PriceTarget(Node, frozen=True, tag="price", tag_field="type"):
    """A price."""

    value: Positive


class OperandTarget(Node, frozen=True, tag="operand", tag_field="type"):
    """An operand at the bar of the signal."""

    value: Operand


class NoTarget(Node, frozen=True, tag="none", tag_field="type"):
    """No target."""


type Stop = PercentStop | AtrStop | PriceStop | SwingStop | OperandStop
type Target = PercentTarget | RewardTarget | AtrTarget | PriceTarget | OperandTarget | NoTarget


class Part(Node, frozen=True):
    """A target for a share of the position."""

    target: Target = field(name="*")
    portion: Annotated[float, Meta(ge=0, le=1)]


class PercentTrail(Node, frozen=True, tag="percent", tag_field="type"):
    """Percent of the best close since entry."""

    value: Positive
    activate_r: Annotated[float, Meta(ge=0, le=20)] = field(name="activateR", default=0.0)


class AtrTrail(Node, frozen=True, tag="atr", tag_field="type"):
    """A multiple of the average true range."""

    value: Positive
    activate_r: Annotated[float, Meta(ge=0, le=20)] = field(name="activateR", default=0.0)


class BreakEven(Node, frozen=True):
    """The stop goes to the entry once the best close has earned this many R, or after the first of several targets."""

    at_r: Annotated[float, Meta(ge=0, le=20)] | None = field(name="atR", default=None)
    after: Literal["first_target"] | None = None
    offset_ticks: Annotated[int, Meta(ge=0, le=100)] = 0


class TimeStop(Node, frozen=True):
    """Bars after which a position is closed."""

    bars: Annotated[int, Meta(ge=1, le=1000)]


class Document(Node, frozen=True):
    """A strategy file."""

    id: Ident
    timeframe: Timeframe
    risk: Risk
    stop_loss: Stop
    name: Text | None = None
    version: Literal[1] = 1
    instrument: Symbol | None = None
    instruments: Annotated[tuple[Symbol, ...], Meta(min_length=1, max_length=20)] | None = None
    direction: Direction = "both"
    rules: Annotated[tuple[Weighed, ...], Meta(min_length=1)] | None = None
    entry: Sides | None = None
    exit: Sides | None = None
    filters: tuple[Condition, ...] = ()
    take_profit: Target | Annotated[tuple[Part, ...], Meta(min_length=1)] | None = None
    trailing: PercentTrail | AtrTrail | None = None
    break_even: BreakEven | None = None
    time_stop: TimeStop | None = None
    min_score: Annotated[float, Meta(ge=0, le=100)] = 0.0
    cooldown_bars: Annotated[int, Meta(ge=0, le=1000)] = 0
    max_trades_per_day: Annotated[int, Meta(ge=1, le=1000)] | None = None
