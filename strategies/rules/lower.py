"""From the objects of a file to what they mean. `strategies.rules.checks` has passed each object."""

from math import inf
from typing import assert_never

from strategies.rules import nodes as n
from strategies.rules import schema as s
from strategies.rules.own import OWN, Param
from strategies.rules.registry import Params, as_params, trial
from strategies.rules.words import FAST_SLOW, condition_of, two_lines

ARITHMETIC: dict[type[s.Nest], n.ArithmeticKind] = {
    s.Add: "add",
    s.Sub: "sub",
    s.Mul: "mul",
    s.Div: "div",
    s.Min: "min",
    s.Max: "max",
}


def accepts(name: str, rule: s.IndicatorRule | None = None) -> dict[str, Param]:
    """The parameters one of our indicators takes in an operand, or in a rule that is about two averages."""
    if rule is not None and two_lines(rule):
        return {key: Param(OWN[name].params["period"].least, default) for key, default in FAST_SLOW.items()}
    return OWN[name].params


def complete(name: str, given: s.Params, rule: s.IndicatorRule | None = None) -> Params:
    """Parameters with the defaults in the place of those not given; a library fills in its own."""
    if name not in OWN:
        return as_params(given)
    defaults = {key: param.default for key, param in accepts(name, rule).items() if param.default is not None}
    return as_params({**defaults, **given})


def operand(of: s.Operand) -> n.Operand:
    """The meaning of an operand."""
    match of:
        case int() | float():
            return n.Number(float(of))
        case s.PriceOperand():
            return n.Price(of.price, of.offset, of.timeframe)
        case s.IndicatorOperand():
            params = complete(of.indicator, of.params)
            output = of.output or trial(of.indicator, params).outputs[0]
            return n.Line(of.indicator, params, output, of.offset, of.timeframe)
        case s.Add(add=pair) | s.Sub(sub=pair) | s.Mul(mul=pair) | s.Div(div=pair) | s.Min(min=pair) | s.Max(max=pair):
            return n.Arithmetic(ARITHMETIC[type(of)], operand(pair[0]), operand(pair[1]))
        case s.Abs():
            return n.Absolute(operand(of.abs))
        case s.Highest(highest=span):
            return n.Extreme("highest", operand(span.of), span.bars)
        case s.Lowest(lowest=span):
            return n.Extreme("lowest", operand(span.of), span.bars)
        case _:
            assert_never(of)


def condition(of: s.Condition) -> n.Condition:
    """The meaning of a condition."""
    match of:
        case s.All():
            return n.Every(tuple(map(condition, of.all)))
        case s.AnyOf():
            return n.Some(1, tuple(map(condition, of.any)))
        case s.AtLeast():
            return n.Some(of.at_least, tuple(map(condition, of.of)))
        case s.Not():
            return n.Negation(condition(of.condition))
        case s.Within():
            return n.Recent(of.within, condition(of.cond))
        case _:
            return rule(of)


def rule(of: s.Rule) -> n.Condition:
    """The meaning of a single rule."""
    match of:
        case s.IndicatorRule():
            params = complete(of.indicator, of.params, of)
            return condition_of(of, params, () if two_lines(of) else trial(of.indicator, params).outputs)
        case s.CompareRule():
            return n.Comparison(operand(of.left), of.op, operand(of.right))
        case s.CandleRule():
            return n.Candle(of.pattern)
        case s.StateRule():
            return n.InState(of.states)
        case s.FlowRule():
            left = n.Line("cvd", (), "value") if of.metric == "cvd" else n.FlowValue(of.metric)
            return n.Comparison(left, of.op, n.Number(of.value))
        case s.LevelRule():
            tier = of.min_tier if isinstance(of.min_tier, int) else 3
            return n.NearLevel(of.kind, of.within_pct / 100.0, tier)
        case s.TimeRule():
            return n.Hours(minute(of.start), minute(of.end), of.days or tuple(range(1, 8)), of.zone)
        case _:
            assert_never(of)


def minute(clock: str) -> int:
    """Minute of the day of `HH:MM`."""
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def bounds(param: Param) -> str:
    """What a parameter takes, in words."""
    kind = "a whole number" if param.whole else "a number"
    return (
        f"{kind} from {param.least:g} to {param.most:g}" if param.most < inf else f"{kind} of at least {param.least:g}"
    )
