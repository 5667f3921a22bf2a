"""strategies.md 1.1 and 1.3."""

from typing import Any

import pytest

from engine.candles import Series
from engine.model.market import MINUTE_MS
from engine.model.messages import CandleClosed
from tests.desk import Desk, long
from tests.scripted import START

INF, NAN = float("inf"), float("nan")


def candle(minute: int, values: tuple[float, ...] = (10, 11, 9, 10, 1), **more: Any) -> CandleClosed:
    opened = START + minute * MINUTE_MS
    first, high, low, close, volume = values
    return CandleClosed(opened + MINUTE_MS, "BTC", "1m", opened, first, high, low, close, volume, **more)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((NAN, 11, 9, 10, 1), "non_finite"),
        ((10, INF, 9, 10, 1), "non_finite"),
        ((10, 11, -INF, 10, 1), "non_finite"),
        ((10, 11, 9, NAN, 1), "non_finite"),
        ((10, 11, 9, 10, NAN), "non_finite"),
        ((10, 11, 9, 10, INF), "non_finite"),
        ((10, 11, 0, 10, 1), "zero_price"),
        ((0, 11, 9, 10, 1), "zero_price"),
        ((10, 11, -9, 10, 1), "negative_price"),
        ((10, 11, 9, 10, -1), "negative_volume"),
        ((10, 9, 11, 10, 1), "outside_range"),
        ((12, 11, 9, 10, 1), "outside_range"),
        ((10, 11, 9, 8, 1), "outside_range"),
    ],
)
def test_a_candle_that_cannot_be_true_is_refused_and_counted(values: tuple[float, ...], code: str) -> None:
    series = Series("BTC", "1m", frozenset())
    assert series.refuse(candle(0, values)) == code
    assert series.refuse(candle(0, values)) == code
    assert series.refused == {code: 2}
    assert series.refuse(candle(0)) is None


def test_time_only_goes_forward() -> None:
    series = Series("BTC", "1m", frozenset())
    assert series.refuse(candle(10)) is None
    assert series.refuse(candle(10, (99, 99, 99, 99, 1))) == "duplicate"
    assert series.refuse(candle(9)) == "out_of_order"
    assert series.refuse(candle(12)) is None


def test_other_timeframes_and_crooked_openings_are_refused() -> None:
    series = Series("BTC", "1m", frozenset())
    five = CandleClosed(START, "BTC", "5m", START, 10, 11, 9, 10, 1)
    off = CandleClosed(START, "BTC", "1m", START + 1, 10, 11, 9, 10, 1)
    assert series.refuse(five) == "timeframe"
    assert series.refuse(off) == "off_grid"


def test_a_price_without_a_range_and_without_volume_is_a_candle() -> None:
    assert Series("BTC", "1m", frozenset()).refuse(candle(0, (10, 10, 10, 10, 0))) is None


MINUTES = [
    (10, 10.4, 9.9, 10.2, 5),
    (10.2, 10.6, 10.1, 10.5, 7),
    (10.5, 10.5, 10, 10.1, 3),
    (10.1, 10.3, 10.1, 10.3, 2),
    (10.3, 10.9, 10.2, 10.8, 8),
]


def gathered(series: Series, *candles: CandleClosed) -> list[CandleClosed]:
    found = []
    for each in candles:
        assert series.refuse(each) is None
        found += series.longer(each)
    return found


def test_five_minutes_make_the_printed_candle() -> None:
    (five,) = gathered(Series("BTC", "1m", frozenset({"5m"})), *(candle(i, v) for i, v in enumerate(MINUTES)))
    assert (five.open, five.high, five.low, five.close, five.volume) == (10, 10.9, 9.9, 10.8, 25)
    assert (five.timeframe, five.open_at, five.at) == ("5m", START, START + 5 * MINUTE_MS)


def test_a_bucket_with_a_missing_minute_gives_nothing_and_the_next_one_is_whole() -> None:
    series = Series("BTC", "1m", frozenset({"5m"}))
    found = gathered(series, *(candle(i) for i in (5, 7, 8, 9, 10, 11, 12, 13, 14)))
    assert [(c.open_at - START) // MINUTE_MS for c in found] == [10]


def test_a_stream_that_begins_inside_a_bucket_drops_it() -> None:
    found = gathered(Series("BTC", "1m", frozenset({"5m"})), *(candle(i) for i in range(2, 10)))
    assert [(c.open_at - START) // MINUTE_MS for c in found] == [5]


def test_all_the_longer_timeframes_close_together_at_midnight() -> None:
    series = Series("BTC", "1m", frozenset({"5m", "15m", "1h", "4h", "1d"}))
    found = gathered(series, *(candle(i) for i in range(1440)))
    assert [c.timeframe for c in found[-5:]] == ["5m", "15m", "1h", "4h", "1d"]
    counts = [sum(c.timeframe == t for c in found) for t in ("5m", "15m", "1h", "4h", "1d")]
    assert counts == [288, 96, 24, 6, 1]


def test_the_takers_side_is_summed_where_all_minutes_know_it() -> None:
    series = Series("BTC", "1m", frozenset({"5m"}))
    known = gathered(series, *(candle(i, taker_buy=0.5) for i in range(5)))
    assert known[0].taker_buy == 2.5
    unknown = gathered(series, *(candle(5 + i, taker_buy=None if i == 2 else 0.5) for i in range(5)))
    assert unknown[0].taker_buy is None


def test_refusals_reach_the_state_with_their_count() -> None:
    desk = Desk({})
    desk.bar(100)
    desk.bar(float("nan"))
    desk.bar(-1)
    desk.feed(candle(0))
    desk.feed(CandleClosed(START, "DOGE", "1m", START, 1, 1, 1, 1, 1))
    assert desk.core.state.refused == {
        "BTC": {"non_finite": 1, "negative_price": 1, "duplicate": 1},
        "DOGE": {"unknown_symbol": 1},
    }


def test_a_candle_fetched_after_the_fact_never_signals() -> None:
    desk = Desk({0: long(90)})
    desk.bar(100, backfilled=True)
    assert desk.submitted == []


def test_a_longer_bar_completed_by_a_late_minute_never_signals() -> None:
    desk = Desk({0: long(90), 1: long(90)}, timeframe="5m")
    for i in range(5):
        desk.bar(100, backfilled=i == 4)
    assert desk.submitted == []
    for i in range(5):
        desk.bar(100, backfilled=i == 0)
    assert len(desk.submitted) == 1


def test_an_old_close_does_not_count_as_a_price_of_now() -> None:
    desk = Desk({1: long(90)})
    desk.bar(100)
    desk.bar(50, backfilled=True, late=3_600_000)
    assert desk.core.state.marked_at["BTC"] == START + 2 * MINUTE_MS
