"""The words of indicator rules: which indicators take them, and the condition they stand for."""

from engine.model.market import Timeframe
from strategies.rules import nodes as n
from strategies.rules.own import AVERAGES
from strategies.rules.registry import Params, as_params
from strategies.rules.schema import IndicatorRule, Word

LIMITS: dict[str, tuple[float, float]] = {
    "rsi": (30.0, 70.0),
    "stoch": (20.0, 80.0),
    "mfi": (20.0, 80.0),
    "willr": (-80.0, -20.0),
    "cci": (-100.0, 100.0),
}
"""Where an oscillator is oversold and overbought unless the file says otherwise."""
CROSSES: tuple[Word, ...] = ("crossover", "crossunder")
EXTREMES: tuple[Word, ...] = ("oversold", "overbought")
SIDES: tuple[Word, ...] = ("above", "below")
TRENDS: tuple[Word, ...] = ("rising", "falling")
LINES = {"macd": ("line", "signal"), "stoch": ("k", "d")}
"""The two outputs whose crossing `crossover` means."""
FAST_SLOW = {"fast": 9, "slow": 21}
CLOSE = n.Price("close")


def taken_by(name: str) -> tuple[Word, ...]:
    """The words an indicator takes."""
    crosses = CROSSES if name in (*AVERAGES, *LINES) else ()
    return (*crosses, *(EXTREMES if name in LIMITS else ()), *SIDES, *TRENDS)


def two_lines(rule: IndicatorRule) -> bool:
    """Whether a rule is about a fast and a slow average, not about one line."""
    return rule.indicator in AVERAGES and rule.condition in CROSSES and "period" not in rule.params


def needs_value(rule: IndicatorRule) -> bool:
    """Whether `above` and `below` have no meaning without a number."""
    return rule.condition in SIDES and rule.indicator not in (*AVERAGES, "bbands")


def condition_of(rule: IndicatorRule, params: Params, outputs: tuple[str, ...]) -> n.Condition:
    """What a rule says; it has been checked, `params` are complete."""

    def line(output: str) -> n.Line:
        return n.Line(rule.indicator, params, output)

    up = rule.condition in ("crossover", "overbought", "above", "rising")
    timeframe: Timeframe | None = rule.timeframe
    value = None if not isinstance(rule.value, float) else n.Number(rule.value)
    if rule.condition in CROSSES:
        left, right = _crossing(rule, params)
        return n.Comparison(left, "crosses_above" if up else "crosses_below", right, timeframe)
    main: n.Operand = line(outputs[0])
    if rule.condition in TRENDS:
        return n.Trend(main, up, rule.bars if isinstance(rule.bars, int) else 1, timeframe)
    if rule.condition in EXTREMES:
        limit = value or n.Number(LIMITS[rule.indicator][up])
        return n.Comparison(main, ">" if up else "<", limit, timeframe)
    if value is not None:
        return n.Comparison(main, ">" if up else "<", value, timeframe)
    band = main if rule.indicator in AVERAGES else line("upper" if up else "lower")
    return n.Comparison(CLOSE, ">" if up else "<", band, timeframe)


def _crossing(rule: IndicatorRule, params: Params) -> tuple[n.Operand, n.Operand]:
    name = rule.indicator
    if name in LINES:
        first, second = LINES[name]
        return n.Line(name, params, first), n.Line(name, params, second)
    if not two_lines(rule):
        return CLOSE, n.Line(name, params, "value")
    lengths = dict(params)
    fast, slow = (as_params({"period": lengths[key]}) for key in FAST_SLOW)
    return n.Line(name, fast, "value"), n.Line(name, slow, "value")
