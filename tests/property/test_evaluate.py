"""Windows kept bar by bar and histories evaluated at once say the same of every bar, bit for bit."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.candles import Series
from engine.model.market import (
    SPAN_MS,
    TIMEFRAMES,
    Bars,
    Flow,
    FlowBars,
    Footprint,
    FootprintRow,
    Timeframe,
    with_flow,
)
from engine.model.messages import CandleClosed
from engine.plan import StrategyPlan
from engine.scoring.blocks import BLOCK, anchor, blocks
from engine.scoring.evaluate import WindowEvaluator, others
from engine.scoring.histories import aggregated, clean
from engine.scoring.known import HistoryEvaluator
from engine.scoring.row import numbers, rows_of
from strategies.base import AnyStrategy, catalogue
from strategies.rules.folder import library
from tests.auctions import generated
from tests.markets import base_of, flowing, market, several, signals_of
from tests.property.test_strategies import OTHER
from tests.series import random_bars

FADE, TRAIL = "value-area-fade", "donchian-breakout"
"""Strategy files: one whose rules ask for market state and levels, one whose stop follows by ATR at every bar."""
ALL: dict[str, AnyStrategy] = {**catalogue(), FADE: library()[FADE], TRAIL: library()[TRAIL]}
EVERY = pytest.mark.parametrize("strategy", ALL.values(), ids=ALL)


def candles(bars: Bars, timeframe: Timeframe) -> list[CandleClosed]:
    """The events that make these bars, with a footprint and a book where their order flow is known."""
    span, flow = SPAN_MS[timeframe], bars.flow()
    columns = (bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume)
    prints = map(stacking, flow.stacked_buy.tolist(), flow.stacked_sell.tolist())
    late, books = [False] * len(bars), numbers(flow.obi)
    rows = zip(*(c.tolist() for c in columns), numbers(bars.taker_buy), prints, late, books, strict=True)
    return [CandleClosed(ts + span, "X", timeframe, ts, *rest) for ts, *rest in rows]


def stacking(buy: float, sell: float) -> Footprint | None:
    """A footprint whose longest runs of imbalances are these; None for unknown ones."""
    if buy != buy:
        return None
    bid = [30.0] * int(sell) + [0.0] * (int(buy) + 2)
    ask = [0.0] * (int(sell) + 2) + [30.0] * int(buy)
    return Footprint(tuple(FootprintRow(float(row), *sides) for row, sides in enumerate(zip(bid, ask, strict=True))))


def without(bars: Bars, gone: list[int]) -> Bars:
    kept = np.ones(len(bars), bool)
    kept[gone] = False
    left = Bars(*(getattr(bars, name)[kept] for name in Bars.__struct_fields__))
    if not isinstance(bars, FlowBars):
        return left
    return with_flow(left, Flow(*(getattr(bars.recorded, name)[kept] for name in Flow.__struct_fields__)))


def played(plan: StrategyPlan, source: Bars, finest: Timeframe) -> Iterator[tuple[CandleClosed, list[CandleClosed]]]:
    """The candles of a market with the bars of the plan's timeframe that close with each."""
    series = Series("X", finest, frozenset({plan.timeframe, *others(plan)}))
    for candle in candles(source, finest):
        assert series.refuse(candle) is None
        yield candle, series.longer(candle)


@EVERY
@pytest.mark.parametrize(("other", "start"), [(False, 137), (True, 0)], ids=["defaults", "other"])
def test_window_and_history_agree_bit_for_bit_from_any_start_and_across_holes(
    strategy: AnyStrategy, other: bool, start: int
) -> None:
    params = strategy.params_type(**(OTHER.get(strategy.name, {}) if other else {}))
    finest: Timeframe = "1m" if several(strategy) else base_of(strategy)
    if several(strategy):
        holes, source = [5_003, *range(8_000, 8_040)], flowing(generated(17, 9), 17)
    else:
        holes, source = [900, 901, *range(1300, 1320), 2200], market(strategy, 17 + start, 2700)[finest]
    source = without(source, holes)
    source = source.slice(start, len(source))
    plan = StrategyPlan("p", strategy, params, base_of(strategy), ("X",))
    frames = (plan.timeframe, *others(plan))
    histories = {("X", timeframe): aggregated(source, finest, timeframe) for timeframe in frames}
    window, history = WindowEvaluator((plan,)), HistoryEvaluator((plan,), histories)
    signals = 0
    for candle, longer in played(plan, source, finest):
        window.push(candle)
        for bar in longer:
            window.push(bar)
        for bar in (candle, *longer):
            if bar.timeframe != plan.timeframe:
                continue
            known = history.row(plan, "X", bar.open_at)
            if known is None and several(strategy) and bar.open_at // SPAN_MS[plan.timeframe] % 17:
                continue
            seen = window.row(plan, "X", bar.open_at)
            assert msgspec.json.encode(seen) == msgspec.json.encode(known), bar.open_at
            signals += seen is not None
    assert signals >= signals_of(strategy, 1)
    assert msgspec.json.encode(window.latest(plan, "X")) == msgspec.json.encode(history.latest(plan, "X"))


@pytest.mark.parametrize("start", [0, 300])
def test_a_history_of_many_blocks_says_what_each_block_says_alone(start: int) -> None:
    strategy = catalogue()["ma_cross"]
    params = strategy.params_type(kind="ema", fast=9, slow=21)
    source = without(random_bars(3, 40_000), [2_700, 21_000, 21_001]).slice(start, 39_990)
    plan, warmup = StrategyPlan("p", strategy, params, "5m", ("X",)), strategy.warmup(params)
    history = HistoryEvaluator((plan,), {("X", "5m"): source})
    seen = 0
    for block in blocks(source, "5m", warmup):
        alone = strategy.evaluate({"5m": source.slice(block.start, block.stop)}, params)
        opened = source.ts[block.begin : block.stop].tolist()
        every = rows_of(alone, np.arange(block.stop - block.start))[block.begin - block.start :]
        for open_at, row in zip(opened, every, strict=True):
            assert history.row(plan, "X", open_at) == (row if row.asks else None)
            seen += row.asks
    assert seen > 500


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


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 1299), max_size=3))
def test_a_range_is_the_same_whether_bars_came_one_by_one_or_at_once(seed: int, gone: list[int]) -> None:
    bars = without(random_bars(seed, 1300, "1m"), gone)
    strategy = ALL["ma_cross"]
    plan = StrategyPlan("ma_cross", strategy, strategy.params_type(), "1m", ("X",))
    known, live = HistoryEvaluator((plan,), {("X", "1m"): bars}), WindowEvaluator((plan,))
    for candle in candles(bars, "1m"):
        live.push(candle)
        if candle.open_at // 60_000 % 37 == 0:
            assert live.reach(plan, "X", candle.open_at) == known.reach(plan, "X", candle.open_at)
