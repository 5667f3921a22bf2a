"""Random strategy files: valid ones never crash and never look ahead, wrong ones are refused, not raised."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Floats, Scores, Timeframe
from strategies.rules.compiled import RulesStrategy
from strategies.rules.folder import read
from strategies.rules.own import OWN
from strategies.rules.parse import parse
from strategies.rules.schema import Document
from tests.series import random_bars

Json = dict[str, Any]
PERIODS = st.integers(2, 30)
FRAMES: st.SearchStrategy[Json] = st.sampled_from([{}, {}, {"timeframe": "15m"}, {"timeframe": "1h"}])
NUMBERS = st.sampled_from([-50.0, 0.0, 0.5, 30.0, 50.0, 70.0, 400.0])
OPS = st.sampled_from([">", ">=", "<", "<=", "crosses_above", "crosses_below"])
LIBRARY = ("ta.kama", "ta.cmo", "ta.sar", "ta.cdlengulfing", "ta.linearreg_slope", "ta.aroonosc")


@st.composite
def lines(draw: st.DrawFn) -> Json:
    name = draw(st.sampled_from([*OWN, *LIBRARY]))
    own = OWN.get(name)
    params = {"period": draw(PERIODS)} if own and "period" in own.params else {}
    output = {"output": draw(st.sampled_from(own.outputs))} if own else {}
    offset = {"offset": draw(st.integers(0, 9))} if draw(st.booleans()) else {}
    return {"indicator": name, "params": params} | output | offset | draw(FRAMES)


prices = st.builds(
    lambda name, frame: {"price": name} | frame,
    st.sampled_from(["open", "high", "low", "close", "volume", "hl2", "hlc3", "ohlc4"]),
    FRAMES,
)
operands: st.SearchStrategy[Any] = st.recursive(
    NUMBERS | prices | lines(),
    lambda inner: (
        st.builds(
            lambda kind, a, b: {kind: [a, b]},
            st.sampled_from(["add", "sub", "mul", "div", "min", "max"]),
            inner,
            inner,
        )
        | st.builds(lambda of: {"abs": of}, inner)
        | st.builds(
            lambda kind, of, bars: {kind: {"of": of, "bars": bars}},
            st.sampled_from(["highest", "lowest"]),
            inner,
            st.integers(1, 30),
        )
    ),
    max_leaves=3,
)


@st.composite
def worded(draw: st.DrawFn) -> Json:
    name, words = draw(
        st.sampled_from(
            [
                ("ema", ["crossover", "crossunder"]),
                ("macd", ["crossover", "rising"]),
                ("stoch", ["crossunder", "oversold"]),
                ("rsi", ["oversold", "overbought", "falling"]),
                ("bbands", ["above", "below"]),
                ("obv", ["rising", "falling"]),
            ]
        )
    )
    return {"type": "indicator", "indicator": name, "condition": draw(st.sampled_from(words))} | draw(FRAMES)


leaves: st.SearchStrategy[Json] = (
    st.builds(lambda a, op, b: {"type": "compare", "left": a, "op": op, "right": b}, operands, OPS, operands)
    | worded()
    | st.sampled_from(["bullish_engulfing", "bearish_engulfing", "inside_bar", "doji"]).map(
        lambda pattern: {"type": "candle", "pattern": pattern}
    )
    | st.just({"type": "time", "from": "22:00", "to": "07:30", "zone": "Europe/Berlin"})
    | st.just({"type": "flow", "metric": "imbalance", "op": ">=", "value": 0})
    | st.just({"type": "market_state", "in": ["BALANCED"]})
)
conditions: st.SearchStrategy[Json] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda of: {"all": of})
        | st.lists(inner, min_size=1, max_size=3).map(lambda of: {"any": of})
        | st.lists(inner, min_size=2, max_size=3).map(lambda of: {"atLeast": 2, "of": of})
        | inner.map(lambda of: {"not": of})
        | st.builds(lambda n, of: {"within": n, "cond": of}, st.integers(1, 20), inner)
    ),
    max_leaves=4,
)
stops = st.sampled_from(
    [
        {"type": "percent", "value": 1},
        {"type": "atr", "value": 2},
        {"type": "swing", "bars": 5},
        {"type": "operand", "value": {"indicator": "bbands", "output": "lower"}},
    ]
)
targets = st.sampled_from([{"type": "none"}, {"type": "risk_reward", "value": 2}, {"type": "atr", "value": 3}])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    short = draw(st.booleans())
    entry: Json = {"long": draw(conditions)} | ({"short": draw(conditions)} if short else {})
    whole = {
        "id": "random",
        "instrument": "BTC/USDT:USDT",
        "timeframe": "5m",
        "entry": entry,
        "exit": {"long": draw(conditions)},
        "filters": draw(st.lists(conditions, max_size=1)),
        "risk": {"mode": "percent", "value": 1},
        "stopLoss": draw(stops),
        "takeProfit": draw(targets),
    }
    return json.dumps(whole).encode()


def market(seed: int, size: int) -> dict[Timeframe, Bars]:
    """Five-minute bars and the hours and quarters made of them, known as the base has come to them."""
    base = random_bars(seed, size)
    return {"5m": base, "15m": joined(base, "15m"), "1h": joined(base, "1h")}


def joined(base: Bars, timeframe: Timeframe) -> Bars:
    n = SPAN_MS[timeframe] // SPAN_MS["5m"]
    rows = len(base) // n * n

    def part(x: Floats) -> Floats:
        return x[:rows].reshape(-1, n)

    return Bars(
        ts=base.ts[:rows:n],
        open=part(base.open)[:, 0],
        high=part(base.high).max(axis=1),
        low=part(base.low).min(axis=1),
        close=np.ascontiguousarray(part(base.close)[:, -1]),
        volume=part(base.volume).sum(axis=1),
        taker_buy=part(base.taker_buy).sum(axis=1),
    )


def contiguous(bars: dict[Timeframe, Bars]) -> BarsByTimeframe:
    return {
        frame: Bars(*(np.ascontiguousarray(getattr(one, name)) for name in Bars.__struct_fields__))
        for frame, one in bars.items()
    }


def bytes_of(scores: Scores, rows: int) -> list[bytes]:
    columns: list[npt.NDArray[Any]] = [
        scores.score,
        scores.stop,
        scores.target,
        scores.reason,
        scores.exit_long,
        scores.exit_short,
    ]
    columns += [part for check in scores.checks for part in (check.value, check.met)]
    return [column[:rows].tobytes() for column in columns]


@settings(max_examples=120, deadline=None)
@given(data=files(), seed=st.integers(0, 2**32 - 1), cut=st.integers(0, 239))
def test_a_prefix_of_a_market_says_the_same_bit_for_bit_whatever_the_rules(data: bytes, seed: int, cut: int) -> None:
    strategy = read(data)
    if not isinstance(strategy, RulesStrategy):  # a sum that holds obv on one side only
        assert {error.code for error in strategy} <= {"dsl_type"}
        return
    params = strategy.params_type()
    whole = strategy.evaluate(contiguous(market(seed, 240)), params)
    base = random_bars(seed, 240).slice(0, cut)
    part = strategy.evaluate(contiguous({**market(seed, 240), "5m": base}), params)
    assert bytes_of(part, cut) == bytes_of(whole, cut)
    part = strategy.evaluate(contiguous({"5m": base, "15m": joined(base, "15m"), "1h": joined(base, "1h")}), params)
    assert bytes_of(part, cut) == bytes_of(whole, cut)


@settings(max_examples=25, deadline=None)
@given(data=files(), seed=st.integers(0, 2**32 - 1))
def test_a_window_of_warmup_bars_says_what_the_whole_history_says(data: bytes, seed: int) -> None:
    strategy = read(data)
    if not isinstance(strategy, RulesStrategy) or len(strategy.timeframes) > 1:
        return
    params = strategy.params_type()
    window = strategy.warmup(params)
    bars = random_bars(seed, window + 300)
    whole = strategy.evaluate({"5m": bars}, params)
    for row in range(window, window + 300, 60):
        last = strategy.evaluate({"5m": bars.slice(row + 1 - window, row + 1)}, params)
        assert (np.sign(last.score[-1]), bool(last.exit_long[-1])) == (np.sign(whole.score[row]), whole.exit_long[row])
        np.testing.assert_allclose(last.stop[-1], whole.stop[row], rtol=1e-9)
        np.testing.assert_allclose(last.target[-1], whole.target[row], rtol=1e-9)


@given(data=st.binary(max_size=300))
def test_bytes_that_are_no_file_give_errors_and_no_exception(data: bytes) -> None:
    assert isinstance(parse(data), tuple)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(data=files(), key=st.integers(0, 10**6), junk=JSON)
def test_a_valid_file_with_junk_in_one_place_is_refused_or_valid_and_never_raises(
    data: bytes, key: int, junk: object
) -> None:
    """The junk goes where a walk through the file ends, so every kind of object meets it."""
    whole = json.loads(data)
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        chosen = keys[key % len(keys)]
        key //= len(keys)
        if key and isinstance(place[chosen], dict | list) and place[chosen]:
            place = place[chosen]
        else:
            place[chosen] = junk
            break
    found = parse(json.dumps(whole).encode())
    assert isinstance(found, Document) or (found and all(error.pointer.startswith(("/", "")) for error in found))
