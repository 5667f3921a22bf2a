"""Windows kept bar by bar and histories evaluated at once say the same of every bar, bit for bit."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.candles import Series
from engine.evaluate import BLOCK, HistoryEvaluator, WindowEvaluator, anchor
from engine.histories import aggregated, clean
from engine.model.market import SPAN_MS, TIMEFRAMES, Bars, Timeframe
from engine.model.messages import CandleClosed
from engine.plan import StrategyPlan
from strategies.base import AnyStrategy, catalogue
from tests.property.test_strategies import OTHER
from tests.series import random_bars

EVERY = pytest.mark.parametrize("strategy", catalogue().values(), ids=catalogue())


def candles(bars: Bars, timeframe: Timeframe) -> list[CandleClosed]:
    span = SPAN_MS[timeframe]
    taker = [None if np.isnan(t) else float(t) for t in bars.taker_buy]
    prices = zip(
        *(c.tolist() for c in (bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume)), taker, strict=True
    )
    return [CandleClosed(ts + span, "X", timeframe, ts, *rest) for ts, *rest in prices]


def without(bars: Bars, gone: list[int]) -> Bars:
    kept = np.ones(len(bars), bool)
    kept[gone] = False
    return Bars(
        bars.ts[kept],
        bars.open[kept],
        bars.high[kept],
        bars.low[kept],
        bars.close[kept],
        bars.volume[kept],
        bars.taker_buy[kept],
    )


@EVERY
@pytest.mark.parametrize("other", [False, True], ids=["defaults", "other"])
@pytest.mark.parametrize("start", [0, 1, 137, 600])
def test_window_and_history_agree_bit_for_bit_from_any_start_and_across_holes(
    strategy: AnyStrategy, other: bool, start: int
) -> None:
    params = strategy.params_type(**(OTHER[strategy.name] if other else {}))
    bars = without(random_bars(17 + start, 2700), [900, 901, *range(1300, 1320), 2200])
    bars = bars.slice(start, len(bars))
    plan = StrategyPlan("p", strategy, params, "5m", ("X",))
    window, history = WindowEvaluator((plan,)), HistoryEvaluator((plan,), {("X", "5m"): bars})
    signals = 0
    for candle in candles(bars, "5m"):
        window.push(candle)
        history.push(candle)
        seen, known = window.row(plan, "X", candle.open_at), history.row(plan, "X", candle.open_at)
        assert msgspec.json.encode(seen) == msgspec.json.encode(known), candle.open_at
        signals += seen is not None
    assert signals > 0
    assert msgspec.json.encode(window.latest(plan, "X")) == msgspec.json.encode(history.latest(plan, "X"))


def test_a_window_never_holds_less_than_a_block_and_its_warmup() -> None:
    strategy = catalogue()["ma_cross"]
    plan = StrategyPlan("p", strategy, strategy.params_type(), "5m", ("X",))
    window = WindowEvaluator((plan,))
    assert window.latest(plan, "X") is None
    assert window.row(plan, "X", 0) is None
    for candle in candles(random_bars(1, 6000), "5m"):
        window.push(candle)
    held = window.windows()["X", "5m"]
    bars = held.unbroken(anchor(int(held.ts[-1]), "5m", 500))
    assert bars is not None
    assert 500 <= len(bars) <= 500 + BLOCK


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 400),
    st.lists(st.integers(0, 1999), max_size=12),
    st.sampled_from([t for t in TIMEFRAMES if t != "1m"]),
    st.booleans(),
)
@settings(max_examples=40)
def test_longer_bars_made_as_they_come_and_made_at_once_are_the_same_bits(
    seed: int, start: int, gone: list[int], wanted: Timeframe, known: bool
) -> None:
    bars = random_bars(seed, 2000, "1m")
    if not known:
        bars.taker_buy[1000] = np.nan
    bars = without(bars, gone)
    bars = bars.slice(start, len(bars))
    series = Series("X", "1m", frozenset({wanted}))
    found = []
    for candle in candles(bars, "1m"):
        assert series.refuse(candle) is None
        found += series.longer(candle)
    assert clean(bars, "1m")
    at_once = [
        msgspec.structs.replace(candle, at=candle.open_at + SPAN_MS[wanted])
        for candle in candles(aggregated(bars, "1m", wanted), wanted)
    ]
    assert found == at_once


def test_aggregating_nothing_or_to_itself_gives_it_back() -> None:
    bars = random_bars(1, 10, "1m")
    assert aggregated(bars, "1m", "1m") is bars
    empty = bars.slice(0, 0)
    assert len(aggregated(empty, "1m", "5m")) == 0
    assert len(aggregated(bars.slice(0, 3), "1m", "5m")) == 0
