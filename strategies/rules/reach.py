"""How far back an operand or a condition looks, and how many bars a window must hold for it."""

from collections.abc import Iterator
from math import nan

from engine.model.market import DAY_MS, SPAN_MS, Timeframe
from strategies.rules import nodes as n
from strategies.rules.registry import trial


def look_back(operand: n.Operand) -> int:
    """First bar on which an operand is defined, counted in bars of its own timeframe."""
    match operand:
        case n.Price():
            return operand.offset
        case n.Line():
            return trial(operand.name, operand.params).first[operand.output] + operand.offset
        case n.Extreme():
            return look_back(operand.of) + operand.bars
        case _:
            return max(map(look_back, n.within(operand)), default=0)


def first_bar(condition: n.Condition) -> int:
    """First bar of the base timeframe on which a condition can be defined, by its operands of that timeframe."""
    match condition:
        case n.Every() | n.Some():
            return max(map(first_bar, condition.of))
        case n.Negation() | n.Recent():
            return first_bar(condition.of)
        case n.Comparison() | n.Trend() if condition.timeframe is not None:
            return 0
        case n.Comparison():
            return max(map(_base, n.operands(condition))) + condition.op.startswith("crosses")
        case n.Trend():
            return _base(condition.of) + condition.bars
        case n.Candle():
            return int(condition.pattern != "doji")
        case _:
            return 0


def windows(condition: n.Condition, base: Timeframe) -> Iterator[tuple[Timeframe, int]]:
    """Bars a window of each timeframe must hold so that the last row is that of the whole history."""
    match condition:
        case n.Every() | n.Some():
            for one in condition.of:
                yield from windows(one, base)
        case n.Negation():
            yield from windows(condition.of, base)
        case n.Recent():
            yield base, condition.bars
            for timeframe, bars in windows(condition.of, base):
                yield timeframe, bars + condition.bars
        case n.Comparison() | n.Trend():
            grid = condition.timeframe or base
            more = condition.bars if isinstance(condition, n.Trend) else 1
            for operand in n.operands(condition):
                for timeframe, bars in operand_windows(operand, grid):
                    yield timeframe, bars + more
        case n.InState() | n.NearLevel():
            yield base, 2 * DAY_MS // SPAN_MS[base]
        case _:
            yield base, 2


def operand_windows(operand: n.Operand, grid: Timeframe) -> Iterator[tuple[Timeframe, int]]:
    """The same for an operand; `grid` is the timeframe of the condition it stands in."""
    match operand:
        case n.Price():
            yield operand.timeframe or grid, operand.offset + 1
        case n.Line():
            found, own = trial(operand.name, operand.params), operand.timeframe or grid
            days = 2 * DAY_MS // SPAN_MS[own] if found.daily else 0
            yield own, max(found.settle, days) + operand.offset
        case n.Extreme():
            yield grid, operand.bars + 1
            for timeframe, bars in operand_windows(operand.of, grid):
                yield timeframe, bars + operand.bars
        case n.FlowValue():
            yield grid, 1 if operand.metric == "imbalance" else 2 * DAY_MS // SPAN_MS[grid]
        case _:
            for one in n.within(operand):
                yield from operand_windows(one, grid)


def origin(operand: n.Operand) -> float:
    """How often a constant that depends on where the history begins is contained; NaN when no number says it."""
    match operand:
        case n.Line():
            return float(trial(operand.name, operand.params).origin)
        case n.Extreme():
            return origin(operand.of)
        case n.Arithmetic():
            left, right = origin(operand.left), origin(operand.right)
            match operand.kind:
                case "add":
                    return left + right
                case "sub":
                    return left - right
                case "min" | "max":
                    return left if left == right else nan
                case "mul" | "div":
                    return 0.0 if left == right == 0.0 else nan
        case _:
            found = [origin(one) for one in n.within(operand)]
            return nan if any(found) else 0.0


def _base(operand: n.Operand) -> int:
    match operand:
        case n.Price() | n.Line() if operand.timeframe is not None:
            return 0
        case n.Extreme():
            return _base(operand.of) + operand.bars
        case n.Price() | n.Line():
            return look_back(operand)
        case _:
            return max(map(_base, n.within(operand)), default=0)
