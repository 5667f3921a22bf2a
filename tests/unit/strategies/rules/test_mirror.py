"""The short side of a rule: every line of the mirror table, and what has no mirror."""

import numpy as np
import pytest

from engine.model.market import Bars
from strategies.rules import lower
from strategies.rules import nodes as n
from strategies.rules.mirror import NotMirrorable, mirror, mirror_price
from strategies.rules.reader import Reader
from strategies.rules.schema import Condition, Operand
from strategies.rules.structured import Structure
from strategies.rules.view import View
from tests.series import bars_of
from tests.unit.strategies.rules.documents import Json


def condition(of: Json) -> n.Condition:
    reader = Reader(lambda node, pointer: (), {})
    found: Condition = reader.read(Condition, of, "")  # type: ignore[assignment]
    assert not reader.errors
    return lower.condition(found)


def operand(of: Json | float) -> n.Operand:
    reader = Reader(lambda node, pointer: (), {})
    found: Operand = reader.read(Operand, of, "")  # type: ignore[assignment]
    assert not reader.errors
    return lower.operand(found)


def word(indicator: str, condition: str, **keys: object) -> Json:
    return {"type": "indicator", "indicator": indicator, "condition": condition} | keys


def compare(left: object, op: str, right: object) -> Json:
    return {"type": "compare", "left": left, "op": op, "right": right}


def price(name: str) -> Json:
    return {"price": name}


def ind(name: str, output: str | None = None, **params: float) -> Json:
    return {"indicator": name} | ({"output": output} if output else {}) | ({"params": params} if params else {})


def extreme(kind: str, of: Json) -> Json:
    return {kind: {"of": of, "bars": 20}}


P20 = {"period": 20}
SMA = ind("sma", period=20)
PAIRS = [
    (word("ema", "crossover"), word("ema", "crossunder")),
    (word("macd", "crossover"), word("macd", "crossunder")),
    (word("stoch", "crossover"), word("stoch", "crossunder")),
    (word("rsi", "oversold"), word("rsi", "overbought")),
    (word("rsi", "oversold", value=25), word("rsi", "overbought", value=75)),
    (word("stoch", "oversold", value=10), word("stoch", "overbought", value=90)),
    (word("mfi", "overbought"), word("mfi", "oversold")),
    (word("willr", "oversold"), word("willr", "overbought")),
    (word("willr", "oversold", value=-90), word("willr", "overbought", value=-10)),
    (word("cci", "oversold"), word("cci", "overbought")),
    (word("rsi", "above", value=50), word("rsi", "below", value=50)),
    (word("rsi", "above", value=60), word("rsi", "below", value=40)),
    (word("cci", "above", value=50), word("cci", "below", value=-50)),
    (word("roc", "below", value=1), word("roc", "above", value=-1)),
    (word("mom", "above", value=2), word("mom", "below", value=-2)),
    (word("macd", "above", value=0), word("macd", "below", value=0)),
    (word("ema", "above", params=P20), word("ema", "below", params=P20)),
    (word("bbands", "above"), word("bbands", "below")),
    (word("rsi", "rising", bars=3), word("rsi", "falling", bars=3)),
    (word("obv", "rising"), word("obv", "falling")),
    (compare(price("close"), ">", SMA), compare(price("close"), "<", SMA)),
    (compare(price("close"), ">=", SMA), compare(price("close"), "<=", SMA)),
    (compare(price("high"), "crosses_above", SMA), compare(price("low"), "crosses_below", SMA)),
    (
        compare(price("close"), ">", extreme("highest", price("high"))),
        compare(price("close"), "<", extreme("lowest", price("low"))),
    ),
    (
        compare(price("close"), "<", ind("donchian", "lower")),
        compare(price("close"), ">", ind("donchian", "upper")),
    ),
    (compare(ind("plus_di"), ">", ind("minus_di")), compare(ind("minus_di"), ">", ind("plus_di"))),
    (word("plus_di", "above", value=25), word("minus_di", "above", value=25)),
    (compare(50, "<", ind("rsi")), compare(50, ">", ind("rsi"))),
    (compare(ind("rsi"), ">", ind("stoch")), compare(ind("rsi"), "<", ind("stoch"))),
    (
        compare(price("close"), ">", {"max": [SMA, ind("vwap")]}),
        compare(price("close"), "<", {"min": [SMA, ind("vwap")]}),
    ),
    (
        compare(price("close"), ">", ind("ta.kc", "upperband")),
        compare(price("close"), "<", ind("ta.kc", "lowerband")),
    ),
    (
        compare(ind("ta.supertrend", "trend"), ">", 0),
        compare(ind("ta.supertrend", "trend"), "<", 0),
    ),
    (
        compare({"sub": [price("close"), price("open")]}, ">", 3),
        compare({"sub": [price("close"), price("open")]}, "<", -3),
    ),
    (
        {"type": "flow", "metric": "imbalance", "op": ">", "value": 0.2},
        {"type": "flow", "metric": "imbalance", "op": "<", "value": -0.2},
    ),
    (
        {"type": "flow", "metric": "cvd", "op": ">=", "value": 5},
        {"type": "flow", "metric": "cvd", "op": "<=", "value": -5},
    ),
    (
        {"type": "flow", "metric": "stacked_buy", "op": ">=", "value": 3},
        {"type": "flow", "metric": "stacked_sell", "op": ">=", "value": 3},
    ),
    (
        {"type": "flow", "metric": "divergence", "op": ">=", "value": 1},
        {"type": "flow", "metric": "divergence", "op": "<=", "value": -1},
    ),
    (
        {"type": "market_state", "in": ["IMBALANCED_UP", "BALANCED"]},
        {"type": "market_state", "in": ["IMBALANCED_DOWN", "BALANCED"]},
    ),
    ({"type": "level", "kind": "vah", "withinPct": 0.1}, {"type": "level", "kind": "val", "withinPct": 0.1}),
    ({"type": "candle", "pattern": "bullish_engulfing"}, {"type": "candle", "pattern": "bearish_engulfing"}),
]


@pytest.mark.parametrize(("long", "short"), PAIRS)
def test_a_rule_and_its_mirror_are_each_other(long: Json, short: Json) -> None:
    assert mirror(condition(long)) == condition(short)
    assert mirror(condition(short)) == condition(long)


@pytest.mark.parametrize(
    "same",
    [
        word("atr", "above", value=5),
        word("adx", "rising"),
        word("stddev", "below", value=3, params=P20),
        compare(price("volume"), ">", {"mul": [ind("vol_sma"), 1.5]}),
        {"type": "time", "from": "08:00", "to": "16:00"},
        {"type": "level", "kind": "poc", "withinPct": 0.1},
        {"type": "candle", "pattern": "inside_bar"},
        {"type": "market_state", "in": ["BALANCED"]},
    ],
)
def test_what_has_no_side_is_its_own_mirror(same: Json) -> None:
    assert mirror(condition(same)) == condition(same)


@pytest.mark.parametrize(
    "of",
    [
        compare(price("close"), ">", 1600),
        word("ema", "above", value=1600, params=P20),
        compare(price("close"), ">", {"mul": [SMA, 1.01]}),
        compare({"div": [price("close"), SMA]}, ">", 1),
        compare({"abs": price("close")}, ">", SMA),
        compare(price("close"), ">", ind("atr")),
        compare({"mul": [price("close"), price("open")]}, ">", 0),
        compare({"mul": [ind("mom"), price("close")]}, ">", 0),
        compare({"div": [1, price("close")]}, ">", 0),
        compare({"max": [price("close"), 5]}, ">", SMA),
        compare(ind("pta.fisher"), ">", 0),
    ],
)
def test_a_rule_that_depends_on_the_zero_of_the_chart_has_no_mirror(of: Json) -> None:
    with pytest.raises(NotMirrorable):
        mirror(condition(of))


def test_an_offset_of_a_price_turns_with_it() -> None:
    """close > sma + 2 atr is close < sma - 2 atr for a short, whatever form it has."""
    turned = mirror(condition(compare(price("close"), ">", {"add": [SMA, {"mul": [2, ind("atr")]}]})))
    assert isinstance(turned, n.Comparison)
    twice = n.Arithmetic("mul", n.Number(2.0), operand(ind("atr")))
    away = n.Arithmetic("add", operand(SMA), n.Arithmetic("mul", n.Number(-1.0), twice))
    assert turned == n.Comparison(n.Price("close"), "<", away)


def test_oscillators_of_other_ranges_keep_their_distance() -> None:
    """100 - rsi > -100 - willr is rsi < willr + 200."""
    turned = mirror(condition(compare(ind("rsi"), ">", ind("willr"))))
    assert turned == n.Comparison(operand(ind("rsi")), "<", n.Arithmetic("add", operand(ind("willr")), n.Number(200.0)))


def test_a_product_of_signed_quantities_stays() -> None:
    body = {"sub": [price("close"), price("open")]}
    same = compare({"mul": [body, ind("mom")]}, ">", {"abs": body})
    assert mirror(condition(same)) == condition(same)


def test_a_quotient_by_a_signed_quantity_turns() -> None:
    rule = compare({"div": [1, ind("mom")]}, ">", 0.5)
    assert mirror(condition(rule)) == condition(compare({"div": [1, ind("mom")]}, "<", -0.5))


def test_a_mean_of_prices_is_a_price() -> None:
    middle = {"div": [{"add": [price("high"), price("close")]}, 2]}
    turned = {"div": [{"add": [price("low"), price("close")]}, 2]}
    assert mirror(condition(compare(middle, ">", SMA))) == condition(compare(turned, "<", SMA))


def test_combinations_are_mirrored_inside() -> None:
    inner, turned = word("rsi", "oversold"), word("rsi", "overbought")
    many: list[Json] = [
        {"all": [inner, {"not": inner}]},
        {"any": [inner, {"within": 3, "cond": inner}]},
        {"atLeast": 1, "of": [inner]},
    ]
    other: list[Json] = [
        {"all": [turned, {"not": turned}]},
        {"any": [turned, {"within": 3, "cond": turned}]},
        {"atLeast": 1, "of": [turned]},
    ]
    assert [mirror(condition(one)) for one in many] == [condition(one) for one in other]


def test_a_stop_price_turns_with_the_chart() -> None:
    assert mirror_price(operand(ind("bbands", "lower"))) == operand(ind("bbands", "upper"))
    assert mirror_price(operand(extreme("lowest", price("low")))) == operand(extreme("highest", price("high")))
    with pytest.raises(NotMirrorable):
        mirror_price(operand(1600))


def upside_down(bars: Bars, middle: float) -> Bars:
    """Prices p -> 2 middle - p; who bought, sold."""
    o, h, low, c = (2.0 * middle - x for x in (bars.open, bars.high, bars.low, bars.close))
    return Bars(bars.ts, o, low, h, c, bars.volume, bars.volume - bars.taker_buy)


UNEVEN = ("roc", "mfi", "supertrend", "market_state", "stacked", "divergence", "level")
"""Ratios of prices turn only nearly, a supertrend always begins on one side, and evidence is not made of these bars."""


@pytest.mark.parametrize("long", [long for long, _ in PAIRS if not any(word in str(long) for word in UNEVEN)])
def test_a_mirror_says_of_a_chart_what_the_rule_says_of_it_upside_down(long: Json) -> None:
    i = np.arange(600.0)
    close = 1000.0 + np.round(8 * (30 * np.sin(i / 17) + 12 * np.sin(i / 3.1) + 9 * np.sin(i * i / 700))) / 8
    opened = np.concatenate([close[:1], close[:-1]])
    volume = 64.0 + np.round(40 * np.sin(i * 1.3))
    bars = bars_of(
        close,
        open=opened,
        high=np.maximum(opened, close) + np.round(8 * (1 + np.sin(i * 2.2))) / 8,
        low=np.minimum(opened, close) - np.round(8 * (1 + np.cos(i * 1.7))) / 8,
        volume=volume,
        taker_buy=np.round(volume * (0.5 + 0.4 * np.sin(i * 0.7))),
    )
    rule = condition(long)
    turned = View({"5m": upside_down(bars, 1000.0)}, Structure()).truth(rule)
    mirrored = View({"5m": bars}, Structure()).truth(mirror(rule))
    np.testing.assert_array_equal(turned.known, mirrored.known)
    np.testing.assert_array_equal(turned.yes, mirrored.yes)
    assert mirrored.yes.any()
