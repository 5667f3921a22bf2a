"""Every mistake is found, each with its code and its place, whatever else is wrong."""

import pytest

from strategies.rules.parse import parse
from strategies.rules.schema import Document
from tests.unit.strategies.rules.documents import LOW, Json, file, mistakes, places


def rule(**keys: object) -> Json:
    return {"type": "indicator", "indicator": "rsi", "condition": "above", "value": 50} | keys


def compare(left: object, right: object, op: str = ">") -> Json:
    return {"type": "compare", "left": left, "op": op, "right": right}


CLOSE = {"price": "close"}


def test_the_small_file_of_these_tests_is_valid() -> None:
    assert isinstance(parse(file()), Document)


def test_a_file_with_ten_mistakes_yields_ten_errors() -> None:
    found = mistakes(
        rule(condition="crossover", value=None) | {"value": 1},
        rule(indicator="nothing"),
        rule(period=3),
        compare(CLOSE, {"price": "middle"}),
        compare(CLOSE, {"indicator": "sma", "params": {"period": 600}}),
        compare(CLOSE, 1600),
        {"type": "candle", "pattern": "hammer"},
        id="Upper",
        direction="both",
        stopLoss=None,
        minScore=101,
    )
    assert sorted(found) == sorted(
        [
            ("dsl_type", "/rules/0/condition"),
            ("dsl_unknown_indicator", "/rules/1/indicator"),
            ("dsl_unknown_key", "/rules/2/period"),
            ("dsl_type", "/rules/3/right/price"),
            ("dsl_too_large", "/rules/4/right/params/period"),
            ("dsl_not_mirrorable", "/rules/5"),
            ("dsl_type", "/rules/6/pattern"),
            ("dsl_type", "/id"),
            ("dsl_no_stop", "/stopLoss"),
            ("dsl_range", "/minScore"),
        ]
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "dsl_syntax"),
        (b"{", "dsl_syntax"),
        (b"\xff\xfe", "dsl_syntax"),
        (b'{"a": NaN}', "dsl_syntax"),
        (b'{"id": "a", "id": "b"}', "dsl_syntax"),
        (b"[]", "dsl_type"),
        (b"7", "dsl_type"),
        (b"[" * 50_000, "dsl_too_large"),
        (b" " * 65_537, "dsl_too_large"),
        (b"1" * 5_000, "dsl_syntax"),
    ],
)
def test_bytes_that_are_no_strategy_are_refused_at_the_root(data: bytes, code: str) -> None:
    found = parse(data)
    assert isinstance(found, tuple)
    assert places(found) == [(code, "")]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "x" * 61}, [("dsl_range", "/name")]),
        ({"id": "a" * 33}, [("dsl_type", "/id")]),
        ({"id": "a\n"}, [("dsl_type", "/id")]),
        ({"version": 2}, [("dsl_type", "/version")]),
        ({"instrument": None}, [("dsl_type", "/instrument")]),
        ({"instruments": ["A"]}, [("dsl_type", "/instruments")]),
        ({"instrument": None, "instruments": ["A"] * 2}, [("dsl_range", "/instruments")]),
        ({"instrument": None, "instruments": [f"A{i}" for i in range(21)]}, [("dsl_range", "/instruments")]),
        ({"instrument": "A B"}, [("dsl_type", "/instrument")]),
        ({"timeframe": "7m"}, [("dsl_type", "/timeframe")]),
        ({"direction": 3}, [("dsl_type", "/direction")]),
        ({"rules": []}, [("dsl_range", "/rules")]),
        ({"rules": None}, [("dsl_type", "/rules")]),
        ({"rules": [LOW | {"weight": 0}]}, [("dsl_range", "/rules")]),
        ({"rules": [LOW | {"required": False}]}, [("dsl_range", "/rules")]),
        ({"rules": [LOW | {"weight": 11}]}, [("dsl_range", "/rules/0/weight")]),
        ({"entry": {"long": LOW}}, [("dsl_type", "/entry")]),
        ({"rules": None, "entry": {}}, [("dsl_type", "/entry")]),
        ({"rules": None, "entry": {"short": LOW}}, [("dsl_type", "/entry/short")]),
        ({"exit": {"short": LOW}}, [("dsl_type", "/exit/short")]),
        ({"filters": [LOW | {"weight": 1}]}, [("dsl_unknown_key", "/filters/0/weight")]),
        ({"risk": {"mode": "percent", "value": 0}}, [("dsl_range", "/risk/value")]),
        ({"risk": {"mode": "all-in", "value": 1}}, [("dsl_type", "/risk/mode")]),
        ({"risk": {"mode": "fixed", "value": 1, "maxLeverage": 51}}, [("dsl_range", "/risk/maxLeverage")]),
        ({"risk": {"mode": "atr", "value": 1}}, [("dsl_type", "/stopLoss/type")]),
        ({"stopLoss": {"type": "percent", "value": 0.01}}, [("dsl_range", "/stopLoss/value")]),
        ({"stopLoss": {"type": "atr", "value": 2, "period": 1}}, [("dsl_range", "/stopLoss/period")]),
        ({"stopLoss": {"type": "swing", "bars": 201}}, [("dsl_range", "/stopLoss/bars")]),
        ({"stopLoss": {"type": "chance", "value": 1}}, [("dsl_type", "/stopLoss/type")]),
        ({"stopLoss": {"value": 1}}, [("dsl_type", "/stopLoss")]),
        ({"takeProfit": {"type": "risk_reward", "value": "2"}}, [("dsl_type", "/takeProfit/value")]),
        ({"takeProfit": {"type": "none", "value": 1}}, [("dsl_unknown_key", "/takeProfit/value")]),
        ({"takeProfit": {"type": "none", "portion": 1}}, [("dsl_unknown_key", "/takeProfit/portion")]),
        ({"takeProfit": [{"type": "none"}]}, [("dsl_type", "/takeProfit/0/portion")]),
        (
            {"takeProfit": [{"type": "percent", "value": 1, "portion": 0.5}, {"type": "none", "portion": 0.4}]},
            [("dsl_range", "/takeProfit")],
        ),
        ({"trailing": {"type": "atr", "value": 1, "activateR": 21}}, [("dsl_range", "/trailing/activateR")]),
        ({"breakEven": {}}, [("dsl_type", "/breakEven")]),
        ({"breakEven": {"offsetTicks": 2}}, [("dsl_type", "/breakEven")]),
        ({"breakEven": {"after": "target"}}, [("dsl_type", "/breakEven/after")]),
        ({"breakEven": {"after": "first_target"}}, [("dsl_type", "/breakEven/after")]),
        (
            {
                "breakEven": {"after": "first_target"},
                "takeProfit": [{"type": "none", "portion": 0.5}, {"type": "none", "portion": 0.5}],
            },
            [("dsl_type", "/breakEven/after")],
        ),
        ({"breakEven": {"atR": 1, "offsetTicks": 101}}, [("dsl_range", "/breakEven/offsetTicks")]),
        ({"timeStop": {"bars": 0}}, [("dsl_range", "/timeStop/bars")]),
        ({"cooldownBars": 1.5}, [("dsl_type", "/cooldownBars")]),
        ({"maxTradesPerDay": 0}, [("dsl_range", "/maxTradesPerDay")]),
        ({"a/b~c": 1}, [("dsl_unknown_key", "/a~1b~0c")]),
        ({"minScore": True}, [("dsl_type", "/minScore")]),
        (
            {"direction": "both", "rules": [rule()], "stopLoss": {"type": "operand", "value": 1600}},
            [("dsl_not_mirrorable", "/stopLoss/value")],
        ),
        ({"takeProfit": True}, [("dsl_type", "/takeProfit")]),
        ({"takeProfit": {}}, [("dsl_type", "/takeProfit")]),
        ({"name": None, "filters": "none"}, [("dsl_type", "/filters")]),
    ],
)
def test_a_mistake_outside_the_rules_is_named_with_its_place(changes: Json, errors: list[tuple[str, str]]) -> None:
    assert mistakes(**changes) == errors


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        (rule(condition="oversold", indicator="ema", value=1, params={"period": 9}), [("dsl_type", "/condition")]),
        (rule(condition="crossover", indicator="ta.cmo"), [("dsl_type", "/condition")]),
        (rule(condition="sideways"), [("dsl_type", "/condition")]),
        (rule(value="high"), [("dsl_type", "/value")]),
        ({"type": "indicator", "indicator": "atr", "condition": "above"}, [("dsl_type", "/value")]),
        ({"type": "indicator", "indicator": "ema", "condition": "above"}, [("dsl_type", "/params/period")]),
        (rule(bars=3), [("dsl_unknown_key", "/bars")]),
        (rule(condition="rising"), [("dsl_unknown_key", "/value")]),
        (rule(params={"period": 1}), [("dsl_range", "/params/period")]),
        (rule(params={"period": 14.5}), [("dsl_type", "/params/period")]),
        (rule(params={"length": 14}), [("dsl_unknown_key", "/params/length")]),
        (rule(params={"period": 501}), [("dsl_too_large", "/params/period")]),
        (rule(indicator="adx", params={"period": 300}), [("dsl_too_large", "")]),
        (rule(indicator="macd", params={"fast": 26, "slow": 12}), [("dsl_range", "/params")]),
        (rule(params=[14]), [("dsl_type", "/params")]),
        (rule(timeframe="1m"), [("dsl_range", "/timeframe")]),
        (rule(timeframe="2h"), [("dsl_type", "/timeframe")]),
        (rule(indicator="ta.nothing"), [("dsl_unknown_indicator", "/indicator")]),
        (rule(indicator="ta.mavp"), [("dsl_unknown_indicator", "/indicator")]),
        (rule(indicator="ta.vwap"), [("dsl_unknown_indicator", "/indicator")]),
        (rule(indicator="pta.nothing"), [("dsl_unknown_indicator", "/indicator")]),
        (rule(indicator="pta.dpo"), [("dsl_unknown_indicator", "/indicator")]),
        (rule(indicator="ta.cmo", params={"length": 5}), [("dsl_unknown_key", "/params/length")]),
        (rule(indicator="ta.cmo", params={"timeperiod": 900}), [("dsl_too_large", "/params/timeperiod")]),
        (rule(indicator="ta.cmo", params={"timeperiod": -5}), [("dsl_range", "/params")]),
        (rule(indicator="obv"), [("dsl_type", "")]),
        (
            {"type": "indicator", "indicator": "ema", "condition": "crossover", "params": {"period": 9, "fast": 3}},
            [("dsl_type", "/params")],
        ),
        (
            {"type": "indicator", "indicator": "ema", "condition": "crossover", "params": {"fast": 30}},
            [("dsl_range", "/params")],
        ),
        (compare(CLOSE, CLOSE, "=="), [("dsl_type", "/op")]),
        (compare(CLOSE, "close"), [("dsl_type", "/right")]),
        (compare(CLOSE, True), [("dsl_type", "/right")]),
        (compare(CLOSE, {"price": "close", "offset": 501}), [("dsl_range", "/right/offset")]),
        (compare(CLOSE, {"indicator": "rsi", "output": "k"}), [("dsl_type", "/right/output")]),
        (compare(CLOSE, {"add": [1, 2, 3]}), [("dsl_range", "/right/add")]),
        (compare(CLOSE, {"abs": {"price": "x"}}), [("dsl_type", "/right/abs/price")]),
        (
            compare(CLOSE, {"highest": {"of": {"price": "high", "offset": 300}, "bars": 300}}),
            [("dsl_too_large", "/right")],
        ),
        (compare(CLOSE, {"lowest": {"of": CLOSE, "bars": 0}}), [("dsl_range", "/right/lowest/bars")]),
        ({"all": []}, [("dsl_range", "/all")]),
        ({"atLeast": 2, "of": [LOW]}, [("dsl_range", "/atLeast")]),
        ({"atLeast": 0, "of": [LOW]}, [("dsl_range", "/atLeast")]),
        ({"within": 101, "cond": LOW}, [("dsl_range", "/within")]),
        ({"within": 10}, [("dsl_type", "/cond")]),
        ({"any": [LOW], "all": [LOW]}, [("dsl_unknown_key", "/any")]),
        ({"type": "magic"}, [("dsl_type", "/type")]),
        ({}, [("dsl_type", "")]),
        ({"type": "market_state", "in": ["UNKNOWN"]}, [("dsl_type", "/in/0")]),
        ({"type": "flow", "metric": "delta", "op": ">", "value": 1}, [("dsl_type", "/metric")]),
        ({"type": "level", "kind": "poc", "withinPct": 6}, [("dsl_range", "/withinPct")]),
        ({"type": "level", "kind": "poc", "withinPct": 1, "minTier": 1}, [("dsl_unknown_key", "/minTier")]),
        ({"type": "time", "from": "24:00", "to": "01:00"}, [("dsl_type", "/from")]),
        ({"type": "time", "from": "22:00", "to": "01:00", "days": [8]}, [("dsl_range", "/days/0")]),
        ({"type": "time", "from": "22:00", "to": "01:00", "zone": "Mars"}, [("dsl_type", "/zone")]),
    ],
)
def test_a_mistake_in_a_rule_is_named_with_its_place(wrong: Json, errors: list[tuple[str, str]]) -> None:
    assert mistakes(wrong) == [(code, f"/rules/0{pointer}") for code, pointer in errors]


def nested(condition: Json, times: int) -> Json:
    return nested({"not": condition}, times - 1) if times else condition


def test_five_conditions_may_stand_in_one_another_and_six_may_not() -> None:
    assert isinstance(parse(file(nested(LOW, 5))), Document)
    assert mistakes(nested(LOW, 6)) == [("dsl_too_large", "/rules/0" + "/not" * 5)]


def test_a_file_has_at_most_32_rules_wherever_they_stand() -> None:
    assert isinstance(parse(file(*[LOW] * 30, {"all": [LOW, LOW]})), Document)
    assert mistakes(*[LOW] * 30, {"all": [LOW, LOW, LOW]}) == [("dsl_too_large", "/rules/30/all/2")]


def test_obv_may_be_compared_with_itself() -> None:
    assert isinstance(parse(file(compare({"indicator": "obv"}, {"indicator": "obv", "offset": 5}))), Document)


def test_a_number_too_large_for_a_float_is_refused() -> None:
    data = file(compare(CLOSE, 1)).replace(b'"right": 1', b'"right": 1e999')
    found = parse(data)
    assert isinstance(found, tuple)
    assert places(found) == [("dsl_range", "/rules/0/right")]
    found = parse(data.replace(b"1e999", b"1" * 400))
    assert isinstance(found, tuple)
    assert [error.pointer for error in found] == ["/rules/0/right"]


def test_an_error_says_what_is_allowed() -> None:
    found = parse(file(direction="up", risk={"mode": "percent", "value": 1, "maxLeverage": 80}))
    assert isinstance(found, tuple)
    assert [error.text for error in found] == [
        "is '80', but it takes a number from 1 to 50.",
        "is 'up', but it takes long, short or both.",
    ]
