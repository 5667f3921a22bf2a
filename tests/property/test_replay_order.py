"""Several recordings become one sequence: ordered, whole, and the same from any point on."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feeds.files import Candles, Funding, Recording
from engine.feeds.replay import ReplaySource
from engine.model.market import MINUTE_MS, SPAN_MS, Timeframe
from engine.model.messages import CandleClosed, FundingSettled, Timer
from tests.scripted import START, bars, walk

FRAMES: list[Timeframe] = ["1m", "5m", "15m"]


@st.composite
def markets(draw: st.DrawFn) -> list[Recording]:
    recordings: list[Recording] = []
    chosen = draw(st.sets(st.tuples(st.sampled_from("ABC"), st.sampled_from(FRAMES)), min_size=1, max_size=6))
    for symbol, timeframe in sorted(chosen):
        start = START + draw(st.integers(0, 10)) * SPAN_MS[timeframe]
        count = draw(st.integers(1, 30))
        recordings.append(Candles(symbol, timeframe, bars(walk([1.0] * count), timeframe, start)))
    for symbol in sorted({symbol for symbol, _ in chosen}):
        at = sorted(draw(st.sets(st.integers(0, 40 * MINUTE_MS), max_size=5)))
        recordings.append(Funding(symbol, START + np.array(at, dtype=np.int64), np.full(len(at), 0.0001)))
    return draw(st.permutations(recordings))


@given(recordings=markets())
def test_events_are_ordered_by_time_symbol_and_timeframe(recordings: list[Recording]) -> None:
    events = list(ReplaySource(recordings).events())
    assert [e.at for e in events] == sorted(e.at for e in events)
    candles = [e for e in events if isinstance(e, CandleClosed)]
    keys = [(e.at, e.symbol, FRAMES.index(e.timeframe)) for e in candles]
    assert keys == sorted(keys)
    market = [(e.at, e.symbol) for e in events if not isinstance(e, Timer)]
    assert market == sorted(market)


@given(recordings=markets())
def test_every_row_is_delivered_once(recordings: list[Recording]) -> None:
    events = list(ReplaySource(recordings).events())
    delivered = Counter((e.symbol, e.timeframe, e.open_at) for e in events if isinstance(e, CandleClosed))
    written = Counter(
        (r.symbol, r.timeframe, int(ts)) for r in recordings if isinstance(r, Candles) for ts in r.bars.ts
    )
    assert delivered == written


@given(recordings=markets())
def test_each_moment_with_a_close_has_one_timer_a_second_later(recordings: list[Recording]) -> None:
    events = list(ReplaySource(recordings).events())
    closes = {e.at for e in events if isinstance(e, CandleClosed)}
    assert [e.at - 1_000 for e in events if isinstance(e, Timer)] == sorted(closes)


@given(recordings=markets(), cut=st.integers(-5, 200))
def test_history_and_events_are_the_whole_in_two_parts(recordings: list[Recording], cut: int) -> None:
    whole = [e for e in ReplaySource(recordings).events() if isinstance(e, CandleClosed)]
    start = START + cut * MINUTE_MS
    if start >= whole[-1].at:
        return
    source = ReplaySource(recordings, start=start)
    history = list(source.history())
    traded = [e for e in source.events() if isinstance(e, CandleClosed)]
    assert history + traded == whole
    assert all(e.at <= start for e in history)
    assert all(e.at > start for e in source.events())


@given(recordings=markets(), since=st.integers(-MINUTE_MS, 60 * MINUTE_MS))
@settings(max_examples=200)
def test_going_on_is_the_rest_of_the_same_sequence(recordings: list[Recording], since: int) -> None:
    source = ReplaySource(recordings)
    expected = [event for event in source.events() if event.at >= START + since]
    assert list(source.events(START + since)) == expected


@given(recordings=markets())
def test_funding_is_only_delivered_while_the_market_is_there(recordings: list[Recording]) -> None:
    source = ReplaySource(recordings)
    for event in source.events():
        if isinstance(event, FundingSettled):
            assert source.start < event.at <= source.end
