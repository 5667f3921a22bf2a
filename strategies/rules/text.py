"""Conditions in a few words, as the names of checks."""

from typing import assert_never

from strategies.rules import schema as s


def worded(of: s.Condition) -> str:
    """`rsi above 50`, `all of 3`."""
    match of:
        case s.All():
            return f"all of {len(of.all)}"
        case s.AnyOf():
            return f"any of {len(of.any)}"
        case s.AtLeast():
            return f"{of.at_least} of {len(of.of)}"
        case s.Not():
            return f"not {worded(of.condition)}"
        case s.Within():
            return f"{worded(of.cond)} within {of.within}"
        case s.IndicatorRule():
            value = f" {of.value:g}" if isinstance(of.value, float) else ""
            return f"{of.indicator} {of.condition}{value}{_on(of.timeframe)}"
        case s.CompareRule():
            return f"{_operand(of.left)} {of.op} {_operand(of.right)}"
        case s.CandleRule():
            return of.pattern
        case s.StateRule():
            return f"state {' or '.join(of.states)}"
        case s.FlowRule():
            return f"{of.metric} {of.op} {of.value:g}"
        case s.LevelRule():
            return f"near {of.kind}"
        case s.TimeRule():
            return f"time {of.start} to {of.end}"
        case _:
            assert_never(of)


def _operand(of: s.Operand) -> str:
    match of:
        case int() | float():
            return f"{of:g}"
        case s.PriceOperand():
            return f"{of.price}{_ago(of.offset)}{_on(of.timeframe)}"
        case s.IndicatorOperand():
            output = f".{of.output}" if of.output else ""
            return f"{of.indicator}{output}{_ago(of.offset)}{_on(of.timeframe)}"
        case s.Abs():
            return "abs"
        case s.Highest():
            return f"highest {of.highest.bars}"
        case s.Lowest():
            return f"lowest {of.lowest.bars}"
        case _:
            return type(of).__name__.lower()


def _ago(offset: int) -> str:
    return f" {offset} ago" if offset else ""


def _on(timeframe: str | None) -> str:
    return f" on {timeframe}" if timeframe else ""
