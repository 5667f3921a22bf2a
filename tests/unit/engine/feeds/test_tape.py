import numpy as np
import pytest

from engine.feeds.files import Tape
from engine.feeds.replay import ReplaySource
from engine.feeds.tape import minutes_of
from engine.model.errors import BadInput
from engine.model.market import MINUTE_MS
from engine.model.messages import CandleClosed
from engine.scoring.windows import Window

M = MINUTE_MS


def tape(*trades: tuple[int, int, float, float, bool]) -> Tape:
    """Trades as (at, id, price, qty, taker sold)."""
    at, ids, price, qty, sold = zip(*trades, strict=True)
    return Tape("X", np.array(at), np.array(ids), np.array(price, float), np.array(qty, float), np.array(sold))


def test_the_first_and_last_minute_of_a_tape_are_not_candles() -> None:
    minutes = minutes_of(
        tape(
            (M - 5, 1, 10, 1, True),
            (M + 5, 2, 11, 1, True),
            (M + 6, 3, 13, 2, False),
            (2 * M + 5, 4, 12, 1, True),
        )
    )
    bars = minutes.bars
    assert bars.ts.tolist() == [M]
    assert [bars.open[0], bars.high[0], bars.low[0], bars.close[0]] == [11, 13, 11, 13]
    assert [bars.volume[0], bars.taker_buy[0]] == [3.0, 2.0]
    assert [footprint.complete for footprint in minutes.footprints if footprint] == [True]


def test_quiet_minutes_are_flat_and_minutes_in_a_hole_are_missing() -> None:
    quiet = minutes_of(tape((0, 1, 10, 1, True), (M, 2, 11, 1, True), (4 * M, 3, 12, 1, True)))
    lossy = minutes_of(tape((0, 1, 10, 1, True), (M, 2, 11, 1, True), (4 * M, 9, 12, 1, True)))
    assert (quiet.bars.ts.tolist(), quiet.bars.volume.tolist()) == ([M, 2 * M, 3 * M], [1.0, 0.0, 0.0])
    assert lossy.bars.ts.tolist() == [M]
    assert [footprint.complete for footprint in lossy.footprints if footprint] == [False]


def test_the_columns_of_a_tape_know_the_flow_that_its_events_tell() -> None:
    """Three rows in which only buyers took, 30 each, lie on each other; the second minute lacks a trade."""
    busy = [(M + k, 2 + k, 100.0 + 0.05 * k, 30.0, False) for k in range(4)]
    source = ReplaySource([tape((0, 1, 100, 1, True), *busy, (2 * M, 6, 100, 1, True), (3 * M, 8, 100, 1, True))])
    bars, window = source.bars("X"), Window("1m", 8)
    for event in source.events():
        if isinstance(event, CandleClosed):
            window.push(event)
    for known in (bars.flow(), window.every(0).flow()):
        np.testing.assert_array_equal(known.stacked_buy, [3.0, np.nan])
        np.testing.assert_array_equal(known.stacked_sell, [0.0, np.nan])
        assert np.isnan(known.obi).all()


def test_what_is_not_counted_is_counted() -> None:
    minutes = minutes_of(
        tape(
            (0, 1, 10, 1, True),
            (M, 2, 10, 1, True),
            (M, 2, 10, 1, True),
            (M + 1, 3, -1, 1, True),
            (2 * M, 5, 10, 1, True),
            (M + 9, 4, 10, 1, True),
        )
    )
    assert minutes.refused == {"duplicate": 1, "invalid": 1, "late": 1}


def test_a_tape_without_a_whole_minute_is_refused() -> None:
    with pytest.raises(BadInput, match="no whole minute"):
        minutes_of(tape((0, 1, 10, 1, True), (M, 2, 10, 1, True)))
