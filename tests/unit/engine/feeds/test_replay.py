from decimal import Decimal

import numpy as np
import pytest

from engine.feeds.files import Candles, Funding, Recording, Tape
from engine.feeds.replay import ReplaySource
from engine.model.errors import BadInput
from engine.model.market import MINUTE_MS, SPAN_MS, Timeframe
from engine.model.messages import CandleClosed, FundingSettled, MarketEvent, Timer
from tests.scripted import bars, scripted, walk

M = MINUTE_MS
T0 = 1_704_067_200_000


def candles(symbol: str, timeframe: Timeframe, count: int, start: int = T0) -> Candles:
    return Candles(symbol, timeframe, bars(walk([100.0 + i for i in range(count)]), timeframe, start))


def label(event: MarketEvent | Timer) -> str:
    """`B1m@2` is the close of a B minute two minutes after the start, `timer@2+1s` the Timer after it."""
    minutes, rest = divmod(event.at - T0, M)
    late = f"+{rest / 1000:g}s" if rest else ""
    match event:
        case CandleClosed():
            return f"{event.symbol}{event.timeframe}@{minutes}{late}"
        case FundingSettled():
            return f"{event.symbol}funding@{minutes}{late}"
        case Timer():
            return f"{event.name}@{minutes}{late}"
        case _:
            raise AssertionError(event)


def labels(source: ReplaySource) -> list[str]:
    return [label(event) for event in source.events()]


def test_a_candle_is_delivered_at_its_close_and_a_second_later_the_minute_ends() -> None:
    first, timer, *_ = scripted({"B": [10.0, 12.0]}, start=T0).events()
    assert first == CandleClosed(T0 + M, "B", "1m", T0, 10.0, 10.0, 10.0, 10.0, 1.0)
    assert timer == Timer(T0 + M + 1_000, "minute")


def test_events_of_one_moment_come_by_symbol_then_timeframe_then_funding() -> None:
    five_minutes = T0 + 5 * M
    source = ReplaySource(
        [
            candles("B", "5m", 1),
            Funding("A", np.array([five_minutes]), np.array([0.0001])),
            candles("B", "1m", 1, T0 + 4 * M),
            candles("A", "5m", 1),
            candles("A", "1m", 1, T0 + 4 * M),
        ]
    )
    assert labels(source) == ["A1m@5", "A5m@5", "Afunding@5", "B1m@5", "B5m@5", "minute@5+1s"]
    assert source.timeframes == {"A": "1m", "B": "1m"}


def test_funding_comes_at_its_own_time_between_candle_and_timer() -> None:
    funding = Funding("B", np.array([T0 + M + 4, T0 + M + 90_000]), np.array([0.0001, -2.5e-05]))
    source = ReplaySource([candles("B", "1m", 3), funding])
    assert labels(source)[:5] == ["B1m@1", "Bfunding@1+0.004s", "minute@1+1s", "B1m@2", "minute@2+1s"]
    rates = [event.rate for event in source.events() if isinstance(event, FundingSettled)]
    assert rates == [Decimal("0.0001"), Decimal("-0.000025")]


def test_coarse_files_have_one_timer_a_bar() -> None:
    assert labels(ReplaySource([candles("B", "15m", 2)])) == [
        "B15m@15",
        "minute@15+1s",
        "B15m@30",
        "minute@30+1s",
    ]


def test_minutes_without_events_have_no_timer() -> None:
    source = ReplaySource([candles("B", "1m", 1), candles("B", "1m", 1, T0 + 7 * M)])
    assert labels(source) == ["B1m@1", "minute@1+1s", "B1m@8", "minute@8+1s"]


def test_a_row_out_of_order_is_delivered_late_where_it_stands() -> None:
    written = bars(walk([1.0, 2.0, 3.0, 4.0]), "1m", T0)
    shuffled = written.slice(0, 4)
    ts = shuffled.ts[[0, 2, 1, 3]]
    source = ReplaySource([Candles("B", "1m", type(written)(ts, *(written.open,) * 6))])
    delivered = [(e.open_at - T0, e.at - T0) for e in source.events() if isinstance(e, CandleClosed)]
    assert delivered == [(0, M), (2 * M, 3 * M), (M, 3 * M), (3 * M, 4 * M)]


def test_with_a_start_the_candles_closed_by_then_are_history_and_the_rest_trades() -> None:
    start = T0 + 3 * M
    source = ReplaySource([candles("B", "1m", 5)], start=start)
    assert [c.at - T0 for c in source.history()] == [M, 2 * M, 3 * M]
    assert labels(source) == ["B1m@4", "minute@4+1s", "B1m@5", "minute@5+1s"]
    assert source.start == start


def test_without_a_start_there_is_no_history_and_trading_begins_with_the_first_bar() -> None:
    source = ReplaySource([candles("B", "1m", 2), candles("A", "1h", 1, T0 - 5 * M)])
    assert list(source.history()) == []
    assert source.start == T0 - 5 * M


def test_nothing_comes_after_the_end() -> None:
    funding = Funding("B", np.array([T0 + M, T0 + 3 * M + 1]), np.array([0.0001, 0.0001]))
    source = ReplaySource([candles("B", "1m", 5), funding], end=T0 + 3 * M)
    assert labels(source)[-2:] == ["B1m@3", "minute@3+1s"]
    assert source.end == T0 + 3 * M
    assert len(source.bars("B")) == 3


def test_bars_are_all_rows_of_one_timeframe_with_history() -> None:
    source = ReplaySource([candles("B", "1m", 5), candles("B", "1h", 2)], start=T0 + 2 * M)
    assert source.bars("B").ts.tolist() == [T0 + i * M for i in range(5)]
    assert source.bars("B", "1h").ts.tolist() == [T0, T0 + SPAN_MS["1h"]]
    with pytest.raises(BadInput, match="no 4h candles of B"):
        source.bars("B", "4h")


def test_several_files_of_one_symbol_follow_on_each_other() -> None:
    source = ReplaySource([candles("B", "1m", 2, T0 + 2 * M), candles("B", "1m", 2)])
    assert source.bars("B").ts.tolist() == [T0 + i * M for i in range(4)]


def test_going_on_gives_what_was_stamped_since_and_nothing_else() -> None:
    funding = Funding("A", np.array([T0 + 2 * M + 500]), np.array([0.0001]))
    source = ReplaySource([candles("A", "1m", 4), candles("B", "1m", 4), funding], start=T0 + M)
    everything = list(source.events())
    for since in range(T0 - M, T0 + 5 * M, 250):
        assert list(source.events(since)) == [event for event in everything if event.at >= since]


def test_trades_become_candles_with_footprints() -> None:
    at = np.array([T0 + i * 20_000 for i in range(10)])
    price = np.array([100.0 + i for i in range(10)])
    tape = Tape("B", at, np.arange(10), price, np.ones(10), np.arange(10) % 2 == 0)
    source = ReplaySource([tape], tick=Decimal("0.5"))
    delivered = [event for event in source.events() if isinstance(event, CandleClosed)]
    assert [(c.open, c.close, c.volume, c.taker_buy) for c in delivered] == [
        (103.0, 105.0, 3.0, 2.0),
        (106.0, 108.0, 3.0, 1.0),
    ]
    assert all(c.footprint is not None and c.footprint.complete for c in delivered)
    assert source.instruments[0].tick == Decimal("0.5")


@pytest.mark.parametrize(
    ("recordings", "said"),
    [
        ([], "no candles or trades"),
        ([candles("B", "1m", 2), Funding("A", np.array([T0]), np.array([0.1]))], "funding of A"),
    ],
)
def test_recordings_that_make_no_market_are_refused(recordings: list[Recording], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ReplaySource(recordings)


def test_candles_and_trades_of_the_same_minutes_are_refused() -> None:
    ones = np.ones(10)
    tape = Tape("B", T0 + 20_000 * np.arange(10), np.arange(10), ones, ones, ones > 0)
    with pytest.raises(BadInput, match="both 1m candles and trades"):
        ReplaySource([candles("B", "1m", 2), tape])


def test_a_period_without_data_is_refused_with_the_period_there_is() -> None:
    with pytest.raises(BadInput, match="2024-01-01T00:00Z to 2024-01-01T00:02Z"):
        ReplaySource([candles("B", "1m", 2)], start=T0 + 5 * M)
