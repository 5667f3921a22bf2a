"""Pictures of a desk, windows in them, and windows begun anew from fetched candles."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.errors import Corrupt
from engine.model.market import Bars, Floats, Flow, Footprint, FootprintRow, Timeframe
from engine.model.messages import SCHEMA, CandleClosed, Timer
from engine.pictures.snapshot import decode, place, take
from engine.scoring.blocks import BLOCK, anchor
from engine.scoring.windows import Window
from tests.desk import Desk, long
from tests.scripted import START

MINUTE = 60_000


def candle(number: int, close: float = 100.0) -> CandleClosed:
    opened = START + number * MINUTE
    return CandleClosed(opened + MINUTE, "BTC", "1m", opened, close, close, close, close, float(number + 1))


def held(desk: Desk, timeframe: Timeframe = "1m") -> list[int]:
    """Numbers of the bars that can be scored, by the minutes in which they opened."""
    bars = desk.core.evaluator.windows()["BTC", timeframe].unbroken(0)  # type: ignore[attr-defined]
    return [(int(at) - START) // MINUTE for at in bars.ts]


def test_a_picture_is_read_back_as_it_was_taken() -> None:
    desk = Desk({0: long(90)}, timeframe="5m")
    desk.walk(*[100.0] * 7)
    blob = take(desk.core, desk.broker, Timer(START, "minute"))
    image = decode(blob)
    assert (image.state, image.sim, image.last_event) == (desk.core.state, desk.broker.state, Timer(START, "minute"))
    again = Desk({0: long(90)}, timeframe="5m")
    place(image, again.core)
    assert held(again, "5m") == [0]
    (bucket,) = again.core.series["BTC"].buckets
    assert (bucket.seen, bucket.open_at, bucket.volume) == (2, START + 5 * MINUTE, 2000.0)


def test_a_picture_of_symbols_nobody_trades_any_more_is_placed_without_them() -> None:
    desk = Desk({"BTC": {}, "ETH": {}})
    desk.bar(100, symbol="BTC")
    desk.bar(100, symbol="ETH")
    image = decode(take(desk.core, desk.broker, None))
    other = Desk({}).core
    place(image, other)
    assert {symbol: series.last for symbol, series in other.series.items()} == {"BTC": START}


@pytest.mark.parametrize("blob", [b"", b"garbage", b"\x80"])
def test_what_is_no_picture_is_corrupt(blob: bytes) -> None:
    with pytest.raises(Corrupt, match="not readable"):
        decode(blob)


def test_a_cut_picture_is_corrupt() -> None:
    desk = Desk({})
    with pytest.raises(Corrupt):
        decode(take(desk.core, desk.broker, None)[:-1])


def test_a_picture_of_another_version_is_refused() -> None:
    desk = Desk({})
    image = msgspec.structs.replace(decode(take(desk.core, desk.broker, None)), schema=SCHEMA + 1)
    with pytest.raises(Corrupt, match=f"version {SCHEMA + 1}, this program reads {SCHEMA}"):
        decode(msgspec.msgpack.encode(image))


def test_a_window_holds_at_least_its_warmup_and_a_block_however_long_it_runs() -> None:
    window = Window("1m", 10 + 2 * BLOCK)
    for number in range(5 * BLOCK):
        window.push(candle(number, 100.0 + number))
        bars = window.unbroken(anchor(int(window.ts[-1]), "1m", 10))
        assert bars is not None
        assert int(bars.ts[-1]) == START + number * MINUTE
        block = (START // MINUTE + number) // BLOCK * BLOCK - START // MINUTE
        assert (int(bars.ts[0]) - START) // MINUTE == max(0, block - 10)
    assert window.data[3, -1] == 100.0 + 5 * BLOCK - 1


def test_a_window_filled_from_another_goes_on_like_it() -> None:
    one, two = Window("1m", 10 + 2 * BLOCK), Window("1m", 10 + 2 * BLOCK)
    for number in range(1900):
        one.push(candle(number))
    two.fill(one.ts.copy(), one.data.copy())
    for number in range(1900, 3200):
        one.push(candle(number))
        two.push(candle(number))
        since = anchor(int(one.ts[-1]), "1m", 10)
        mine, other = one.unbroken(since), two.unbroken(since)
        assert mine is not None
        assert other is not None
        assert np.array_equal(mine.ts, other.ts)
        assert np.array_equal(mine.volume, other.volume)


def print_of(runs: int, complete: bool = True) -> Footprint:
    """A footprint with so many buy imbalances in a row."""
    return Footprint(tuple(FootprintRow(float(row), 0.0, 30.0) for row in range(runs + 1)), complete)


def flow_of(bars: Bars | None) -> list[Floats]:
    assert bars is not None
    return [getattr(bars.flow(), name) for name in Flow.__struct_fields__]


def test_a_window_keeps_what_is_known_of_order_flow_and_invents_none() -> None:
    window = Window("1m", 3)
    window.push(candle(0))
    assert window.flow is None
    known = {"footprint": print_of(4), "obi": 0.25}
    window.push(msgspec.structs.replace(candle(1), **known))
    window.push(msgspec.structs.replace(candle(2), footprint=print_of(9, complete=False), obi=0.0))
    window.push(candle(3))
    nan = np.nan
    np.testing.assert_array_equal(
        flow_of(window.every(START)), [[nan, 4.0, nan, nan], [nan, 0.0, nan, nan], [nan, 0.25, 0.0, nan]]
    )
    for number in range(4, 9):
        window.push(msgspec.structs.replace(candle(number), obi=float(number) / 10))
    assert flow_of(window.unbroken(START + 6 * MINUTE))[2].tolist() == [0.6, 0.7, 0.8]
    np.testing.assert_array_equal(flow_of(window.every(START + 8 * MINUTE)), [[nan], [nan], [0.8]])


def test_order_flow_is_in_the_picture() -> None:
    desk = Desk({})
    desk.feed(msgspec.structs.replace(candle(0), footprint=print_of(3)), msgspec.structs.replace(candle(1), obi=-0.5))
    again = Desk({})
    place(decode(take(desk.core, desk.broker, None)), again.core)
    windows = [one.core.evaluator.windows()["BTC", "1m"] for one in (desk, again)]  # type: ignore[attr-defined]
    assert windows[1].flow.tobytes() == windows[0].flow.tobytes()
    assert windows[1].flow[0, 0] == 3.0
    for one in (desk, again):
        one.feed(msgspec.structs.replace(candle(2), obi=0.75))
    assert windows[1].flow.tobytes() == windows[0].flow.tobytes()


def test_a_picture_from_before_order_flow_was_kept_is_read() -> None:
    desk = Desk({})
    desk.feed(candle(0))
    stored = msgspec.msgpack.decode(take(desk.core, desk.broker, None))
    stored["windows"] = [window[:4] for window in stored["windows"]]
    place(decode(msgspec.msgpack.encode(stored)), desk.core)
    assert held(desk) == [0]
    window = desk.core.evaluator.windows()["BTC", "1m"]  # type: ignore[attr-defined]
    assert window.flow is None


def test_a_window_of_a_shorter_warmup_keeps_the_newest_bars_that_fit() -> None:
    long_one, short_one = Window("1m", 500 + 2 * BLOCK), Window("1m", 1 + 2 * BLOCK)
    for number in range(1500):
        long_one.push(candle(number))
    short_one.fill(long_one.ts, long_one.data)
    assert int(short_one.ts[-1]) == START + 1499 * MINUTE
    assert len(short_one.ts) == 1 + 2 * BLOCK


def test_a_missing_bar_drops_what_was_before_it() -> None:
    window = Window("5m", 30)
    for number in (0, 5, 10, 20, 25):
        window.push(candle(number))
    unbroken = window.unbroken(START)
    assert unbroken is not None
    assert [(int(at) - START) // MINUTE for at in unbroken.ts] == [20, 25]
    assert [(int(at) - START) // MINUTE for at in window.every(START + 5 * MINUTE).ts] == [5, 10, 20, 25]
    assert Window("1m", 3).unbroken(0) is None


@given(st.integers(1, 40), st.lists(st.booleans(), min_size=1, max_size=300))
def test_a_window_knows_the_newest_gap_however_often_it_drops_old_bars(keep: int, there: list[bool]) -> None:
    window, known = Window("1m", keep), [number for number, come in enumerate(there) if come]
    for number in known:
        window.push(candle(number))
    bars = window.unbroken(START)
    if not known:
        assert bars is None
        return
    assert bars is not None
    newest = [number for number in known if all(there[number : known[-1]])]
    held = [(int(at) - START) // MINUTE for at in bars.ts]
    assert held == newest[len(newest) - len(held) :]
    assert len(held) >= min(len(newest), keep)


def test_a_fresh_desk_is_warmed_with_all_that_was_fetched() -> None:
    desk = Desk({2: long(90)})
    assert desk.core.background.rewarm([candle(number) for number in range(5)]) == []
    assert held(desk) == [0, 1, 2, 3, 4]
    assert desk.submitted == []
    assert desk.core.state.marks["BTC"] == 100.0


def test_a_desk_that_was_away_gets_back_what_it_missed_and_nothing_twice() -> None:
    desk = Desk({7: long(90)})
    desk.walk(*[100.0] * 6)
    missed = desk.core.background.rewarm([candle(number, 101.0) for number in range(3, 9)])
    assert missed == [candle(number, 101.0) for number in (6, 7, 8)]
    assert held(desk) == [3, 4, 5]
    for one in missed:
        desk.feed(msgspec.structs.replace(one, backfilled=True))
    assert held(desk) == [3, 4, 5, 6, 7, 8]
    assert desk.submitted == []
    assert desk.core.state.refused == {}
    desk.feed(candle(8, 101.0))
    assert desk.core.state.refused == {"BTC": {"duplicate": 1}}


def test_a_desk_that_was_away_longer_than_what_can_be_fetched_begins_its_windows_anew() -> None:
    desk = Desk({})
    desk.walk(*[100.0] * 6)
    missed = desk.core.background.rewarm([candle(number) for number in range(50, 53)])
    assert missed == [candle(number) for number in range(50, 53)]
    desk.feed(*missed)
    assert held(desk) == [50, 51, 52]


def test_a_longer_bar_that_was_half_gathered_is_made_whole_by_what_was_fetched() -> None:
    desk = Desk({}, timeframe="5m")
    desk.walk(*[100.0] * 7)
    missed = desk.core.background.rewarm([candle(number) for number in range(12)])
    desk.feed(*missed)
    assert held(desk, "5m") == [0, 5]
    window = desk.core.evaluator.windows()["BTC", "5m"]  # type: ignore[attr-defined]
    assert window.data[4].tolist() == [1.0 + 2 + 3 + 4 + 5, 6.0 + 7 + 8 + 9 + 10]


def test_a_mark_known_already_is_not_set_back_by_what_was_fetched() -> None:
    desk = Desk({})
    desk.walk(100.0, 120.0)
    desk.core.background.rewarm([candle(0, 90.0), candle(1, 90.0)])
    assert desk.core.state.marks["BTC"] == 120.0
