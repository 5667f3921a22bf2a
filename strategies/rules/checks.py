"""What is wrong with the meaning of well-formed objects: names, words, parameters, look-back, mirrors."""

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from engine.model.errors import BadInput
from engine.model.market import SPAN_MS, Timeframe
from strategies.named import parameters
from strategies.params import listed, shown
from strategies.rules import lower, reach
from strategies.rules import nodes as n
from strategies.rules import schema as s
from strategies.rules.errors import RuleError, below
from strategies.rules.mirror import NotMirrorable, mirror, mirror_price
from strategies.rules.own import AVERAGES, OWN, Param
from strategies.rules.registry import as_params, trial
from strategies.rules.words import CROSSES, TRENDS, needs_value, taken_by, two_lines

MOST_RULES = 32
FARTHEST = 500
"""Bars an operand may look back."""
type Errors = Iterator[RuleError]


class Checks:
    """Judges the objects of one file; `base` is its timeframe where that is known."""

    def __init__(self, base: Timeframe | None, mirrored_rules: bool, mirrored_prices: bool) -> None:
        """Whether the conditions in `rules` stand for both sides, and whether operands of stop and target do."""
        self._base = base
        self._mirrored_rules = mirrored_rules
        self._mirrored_prices = mirrored_prices
        self._rules = 0

    def __call__(self, of: s.Node, pointer: str) -> list[RuleError]:
        """Every mistake in the meaning of one object; what stands in it has none."""
        return list(self._judge(of, pointer))

    def _judge(self, of: s.Node, pointer: str) -> Errors:
        match of:
            case s.IndicatorRule():
                found = [*self._timeframe(of, pointer), *_word(of, pointer), *_params(of, pointer)]
                yield from found
                yield from self._rule(of, pointer) if not found else ()
            case s.CompareRule() | s.CandleRule() | s.StateRule() | s.FlowRule():
                yield from self._rule(of, pointer)
            case s.LevelRule():
                if of.kind != "key" and isinstance(of.min_tier, int):
                    yield RuleError("dsl_unknown_key", below(pointer, "minTier"), "belongs to the kind key only.")
                yield from self._rule(of, pointer)
            case s.TimeRule():
                if of.zone not in _zones():
                    text = f"{shown(of.zone)} is no time zone; it takes an IANA name such as Europe/Berlin."
                    yield RuleError("dsl_type", below(pointer, "zone"), text)
                yield from self._rule(of, pointer)
            case s.PriceOperand():
                yield from self._timeframe(of, pointer)
            case s.IndicatorOperand():
                found = [*self._timeframe(of, pointer), *_params(of, pointer)]
                yield from found
                yield from _far(of, pointer) if not found else ()
            case s.Highest() | s.Lowest():
                yield from _far(of, pointer)
            case s.AtLeast() if of.at_least > len(of.of):
                text = f"is {of.at_least}, but `of` has {len(of.of)}; it takes at most that."
                yield RuleError("dsl_range", below(pointer, "atLeast"), text)
            case s.Sides() if of.long is None and of.short is None:
                yield RuleError("dsl_type", pointer, "takes a condition for long, for short or for both.")
            case s.BreakEven() if of.at_r is None and of.after is None:
                yield RuleError("dsl_type", pointer, 'takes atR (a number), after ("first_target") or both.')
            case s.OperandStop() | s.OperandTarget() if self._mirrored_prices:
                try:
                    mirror_price(lower.operand(of.value))
                except NotMirrorable as why:
                    yield _not_mirrorable(below(pointer, "value"), why)
            case _:
                return

    def _rule(self, of: s.Rule, pointer: str) -> Errors:
        self._rules += 1
        if self._rules == MOST_RULES + 1:
            yield RuleError("dsl_too_large", pointer, f"is one rule too many; a file has at most {MOST_RULES}.")
        condition = lower.rule(of)
        if _moves_with_history(condition):
            text = "has no fixed origin: it may rise or fall, or be compared with itself at an offset."
            yield RuleError("dsl_type", pointer, text)
        elif self._mirrored_rules and pointer.startswith("/rules/"):
            try:
                mirror(condition)
            except NotMirrorable as why:
                yield _not_mirrorable(pointer, why)

    def _timeframe(self, of: s.PriceOperand | s.IndicatorOperand | s.IndicatorRule, pointer: str) -> Errors:
        if of.timeframe is None or self._base is None or SPAN_MS[of.timeframe] % SPAN_MS[self._base] == 0:
            return
        takes = listed([one for one in SPAN_MS if SPAN_MS[one] % SPAN_MS[self._base] == 0], "or")
        text = f"is {of.timeframe}, but the strategy runs on {self._base}; it takes {takes}."
        yield RuleError("dsl_range", below(pointer, "timeframe"), text)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _not_mirrorable(pointer: str, why: NotMirrorable) -> RuleError:
    text = (
        f"has no mirror for the short side: {why}; set direction to long or short, or write entry.long and entry.short."
    )
    return RuleError("dsl_not_mirrorable", pointer, text)


def _moves_with_history(condition: n.Condition) -> bool:
    found = [reach.origin(one) for one in n.operands(condition)]
    if isinstance(condition, n.Trend):
        return found[0] != found[0]
    return bool(found) and found[0] != found[1]


def _far(of: s.IndicatorOperand | s.Highest | s.Lowest, pointer: str) -> Errors:
    operand = lower.operand(of)
    bars = reach.look_back(operand)
    if bars > FARTHEST and all(reach.look_back(one) <= FARTHEST for one in n.within(operand)):
        yield _too_far(pointer, bars)


def _too_far(pointer: str, bars: float) -> RuleError:
    return RuleError("dsl_too_large", pointer, f"looks back {bars:g} bars; at most {FARTHEST} are allowed.")


def _word(rule: s.IndicatorRule, pointer: str) -> Errors:
    words = taken_by(rule.indicator)
    if rule.condition not in words:
        if rule.indicator in OWN or "." in rule.indicator:  # else the name is the mistake
            text = f"{rule.condition} is not for {shown(rule.indicator)}; it takes {listed(words, 'or')}."
            yield RuleError("dsl_type", below(pointer, "condition"), text)
        return
    if isinstance(rule.bars, int) and rule.condition not in TRENDS:
        yield RuleError("dsl_unknown_key", below(pointer, "bars"), "belongs to rising and falling only.")
    if isinstance(rule.value, float) and rule.condition in (*CROSSES, *TRENDS):
        yield RuleError("dsl_unknown_key", below(pointer, "value"), f"has no meaning with {rule.condition}.")
    if needs_value(rule) and not isinstance(rule.value, float):
        yield RuleError("dsl_type", below(pointer, "value"), "is missing; it takes a number.")


def _params(of: s.IndicatorRule | s.IndicatorOperand, pointer: str) -> Errors:
    rule = of if isinstance(of, s.IndicatorRule) else None
    if of.indicator in OWN:
        found = list(_own_params(of, rule, below(pointer, "params")))
    else:
        found = list(_library_params(of, pointer))
    yield from found
    if found:
        return
    params = lower.complete(of.indicator, of.params, rule)
    each = [as_params({"period": value}) for _, value in params] if rule and two_lines(rule) else [params]
    for one in each:
        yield from _output(of, one, pointer)


def _own_params(of: s.IndicatorRule | s.IndicatorOperand, rule: s.IndicatorRule | None, at: str) -> Errors:
    takes = lower.accepts(of.indicator, rule)
    if rule and of.indicator in AVERAGES and "period" in of.params and of.params.keys() & {"fast", "slow"}:
        yield RuleError("dsl_type", at, "takes either period or fast and slow.")
        return
    for key, value in of.params.items():
        if key not in takes:
            text = f"{of.indicator} has no parameter {shown(key)} here; it has {listed(takes)}."
            yield RuleError("dsl_unknown_key", below(at, key), text)
        else:
            yield from _number(takes[key], value, below(at, key))
    for key, param in takes.items():
        if param.default is None and key not in of.params:
            yield RuleError("dsl_type", below(at, key), f"is missing; it takes {lower.bounds(param)}.")
    values = dict(lower.complete(of.indicator, of.params, rule))
    fast, slow = values.get("fast"), values.get("slow")
    if isinstance(fast, int | float) and isinstance(slow, int | float) and fast >= slow:
        yield RuleError("dsl_range", at, f"fast must be less than slow, but they are {fast} and {slow}.")


def _number(param: Param, value: object, pointer: str) -> Errors:
    if isinstance(value, bool) or not isinstance(value, int if param.whole else (int, float)):
        yield RuleError("dsl_type", pointer, f"takes {lower.bounds(param)}.")
    elif param.whole and value > FARTHEST:
        yield _too_far(pointer, value)
    elif not param.least <= value <= param.most:
        yield RuleError("dsl_range", pointer, f"is {value}, but it takes {lower.bounds(param)}.")


def _library_params(of: s.IndicatorRule | s.IndicatorOperand, pointer: str) -> Errors:
    named = below(pointer, "indicator")
    try:
        takes = parameters(of.indicator)
    except BadInput:
        text = f"is {shown(of.indicator)}; there are {listed(OWN)}, ta.x (TA-Lib) and pta.x (pandas-ta)."
        yield RuleError("dsl_unknown_indicator", named, text)
        return
    found = []
    for key, value in of.params.items():
        at = below(below(pointer, "params"), key)
        if key not in takes:
            text = f"{of.indicator} has no parameter {shown(key)}; it has {listed(takes)}."
            found.append(RuleError("dsl_unknown_key", at, text))
        elif isinstance(value, int | float) and abs(value) > FARTHEST:
            found.append(RuleError("dsl_too_large", at, f"is {value}, but it takes at most {FARTHEST}."))
    if found:
        yield from found
        return
    try:
        trial(of.indicator, as_params(of.params))
    except BadInput as error:
        if of.params:
            yield RuleError("dsl_range", below(pointer, "params"), str(error))
        else:
            yield RuleError("dsl_unknown_indicator", named, str(error))


def _output(
    of: s.IndicatorRule | s.IndicatorOperand, params: tuple[tuple[str, float | str | bool], ...], at: str
) -> Errors:
    found = trial(of.indicator, params)
    output = found.outputs[0]
    if isinstance(of, s.IndicatorOperand) and of.output is not None:
        output = of.output
    if output not in found.outputs:
        text = f"{of.indicator} has no output {shown(output)}; it has {listed(found.outputs)}."
        yield RuleError("dsl_type", below(at, "output"), text)
    elif output in found.ahead:
        text = f"{of.indicator} changes its {shown(output)} when later bars arrive, so it cannot be traded."
        yield RuleError("dsl_unknown_indicator", below(at, "indicator"), text)
    elif found.first[output] > FARTHEST:
        yield _too_far(at, found.first[output])
