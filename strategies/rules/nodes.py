"""What a strategy file means: operands and conditions as closed unions, the words of indicator rules worked out.

An operand without a timeframe is on the bars of the condition it stands in. `Comparison` and `Trend` with a timeframe
are decided on the bars of that one; the base bars then see the last of its bars that has closed.
"""

from typing import Literal

from msgspec import Struct

from engine.model.market import Timeframe
from strategies.rules.registry import Params

Op = Literal[">", ">=", "<", "<=", "crosses_above", "crosses_below"]
ArithmeticKind = Literal["add", "sub", "mul", "div", "min", "max"]
ExtremeKind = Literal["highest", "lowest"]
FlowMetric = Literal["imbalance", "stacked_buy", "stacked_sell", "divergence"]
FLIPPED: dict[Op, Op] = {
    ">": "<",
    ">=": "<=",
    "<": ">",
    "<=": ">=",
    "crosses_above": "crosses_below",
    "crosses_below": "crosses_above",
}


class Number(Struct, frozen=True):
    """A constant."""

    value: float


class Price(Struct, frozen=True):
    """A price, a mean of prices or the volume, `offset` bars ago."""

    name: str
    offset: int = 0
    timeframe: Timeframe | None = None


class Line(Struct, frozen=True):
    """An output of an indicator, `offset` bars ago."""

    name: str
    params: Params
    output: str
    offset: int = 0
    timeframe: Timeframe | None = None


class Arithmetic(Struct, frozen=True):
    """Two operands joined."""

    kind: ArithmeticKind
    left: "Operand"
    right: "Operand"


class Absolute(Struct, frozen=True):
    """An operand without its sign."""

    of: "Operand"


class Extreme(Struct, frozen=True):
    """Largest or smallest value of the bars before this one."""

    kind: ExtremeKind
    of: "Operand"
    bars: int


class FlowValue(Struct, frozen=True):
    """Order flow of the bar."""

    metric: FlowMetric


type Operand = Number | Price | Line | Arithmetic | Absolute | Extreme | FlowValue


class Every(Struct, frozen=True):
    """All hold."""

    of: tuple["Condition", ...]


class Some(Struct, frozen=True):
    """At least `count` hold."""

    count: int
    of: tuple["Condition", ...]


class Negation(Struct, frozen=True):
    """It does not hold."""

    of: "Condition"


class Recent(Struct, frozen=True):
    """It held at one of the last bars."""

    bars: int
    of: "Condition"


class Comparison(Struct, frozen=True):
    """Two operands compared."""

    left: Operand
    op: Op
    right: Operand
    timeframe: Timeframe | None = None


class Trend(Struct, frozen=True):
    """An operand rises (falls) strictly, this many bars in a row."""

    of: Operand
    rises: bool
    bars: int = 1
    timeframe: Timeframe | None = None


class Candle(Struct, frozen=True):
    """A shape of the last candles."""

    pattern: str


class InState(Struct, frozen=True):
    """The market state is one of these."""

    states: tuple[str, ...]


class NearLevel(Struct, frozen=True):
    """The close lies within a fraction of a level."""

    kind: str
    within: float
    tier: int


class Hours(Struct, frozen=True):
    """The bar closes from `start` to before `end` (minutes of the day), on one of the days (1 Monday)."""

    start: int
    end: int
    days: tuple[int, ...]
    zone: str


type Condition = Every | Some | Negation | Recent | Comparison | Trend | Candle | InState | NearLevel | Hours


def operands(condition: Condition) -> tuple[Operand, ...]:
    """The operands standing directly in a condition that holds no other."""
    match condition:
        case Comparison():
            return condition.left, condition.right
        case Trend():
            return (condition.of,)
        case _:
            return ()


def within(operand: Operand) -> tuple[Operand, ...]:
    """The operands an operand is made of."""
    match operand:
        case Arithmetic():
            return operand.left, operand.right
        case Absolute() | Extreme():
            return (operand.of,)
        case _:
            return ()
