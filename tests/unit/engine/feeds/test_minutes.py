"""Which minute is closed, what fills a hole, what is known of the takers: one symbol, no network."""

import gzip

import msgspec
import pytest

from engine.feeds.minutes import Minutes
from engine.minute import Trade
from engine.model.market import MINUTE_MS as M
from engine.venues.klines import Kline
from tests.stand_in import Recorded


def _row(minute: int, close: float = 10.0, volume: float = 1.0, final: bool = False) -> Kline:
    return Kline(minute * M, 10.0, max(10.0, close), min(10.0, close), close, volume, 0.25, final=final)


@pytest.fixture
def minutes() -> Minutes:
    """A symbol of an exchange that calls its candles closed; minute 0 has been given, with close 10."""
    made = Minutes("X", calls_closed=True, counts_trades=True)
    made.follow(0, 10.0)
    return made


def _given(minutes: Minutes, now: int) -> list[int]:
    return [candle.open_at // M for candle in minutes.take(now)]


def test_a_candle_that_is_still_forming_is_not_given_however_late_it_is(minutes: Minutes) -> None:
    minutes.seen(_row(1), 2 * M)
    assert minutes.take(9 * M) == []


def test_a_candle_the_exchange_calls_closed_is_given_once_stamped_with_its_arrival(minutes: Minutes) -> None:
    minutes.seen(_row(1, final=True), 2 * M + 70)
    (candle,) = minutes.take(2 * M + 70)
    assert (candle.open_at, candle.at, candle.taker_buy, candle.backfilled) == (M, 2 * M + 70, 0.25, False)
    minutes.seen(_row(1, final=True), 2 * M + 90)
    assert minutes.take(2 * M + 90) == []


def test_a_late_frame_does_not_reopen_a_closed_candle(minutes: Minutes) -> None:
    minutes.seen(_row(1, 12.0, final=True), 2 * M)
    minutes.seen(_row(1, 11.0), 2 * M)
    assert [candle.close for candle in minutes.take(2 * M)] == [12.0]


def test_on_an_exchange_that_never_says_closed_a_successor_closes() -> None:
    minutes = Minutes("X")
    minutes.follow(0)
    minutes.seen(_row(1), 2 * M - 5)
    assert minutes.take(2 * M + 5) == []
    minutes.seen(_row(2), 2 * M + 10)
    assert _given(minutes, 2 * M + 10) == [1]


def test_a_newer_minute_waits_until_the_hole_before_it_is_filled(minutes: Minutes) -> None:
    minutes.seen(_row(3, final=True), 4 * M)
    assert minutes.take(4 * M) == []
    assert minutes.lacking(4 * M + 2_000) == 3
    minutes.confirmed([_row(1), _row(2), _row(3)], 4 * M)
    assert _given(minutes, 4 * M) == [1, 2, 3]


@pytest.mark.parametrize(("late_ms", "lacking"), [(0, 0), (1_999, 0), (2_000, 1), (61_999, 1), (62_000, 2)])
def test_rest_is_asked_from_two_seconds_after_the_end(minutes: Minutes, late_ms: int, lacking: int) -> None:
    assert minutes.lacking(2 * M + late_ms) == lacking


def test_rest_confirms_a_minute_with_a_successor_or_two_seconds_after_its_end(minutes: Minutes) -> None:
    minutes.confirmed([_row(1)], 2 * M + 1_999)
    assert minutes.take(2 * M + 2_000) == []
    minutes.confirmed([_row(1)], 2 * M + 2_000)
    assert _given(minutes, 2 * M + 2_000) == [1]
    minutes.confirmed([_row(2), _row(3)], 3 * M)
    assert _given(minutes, 3 * M) == [2]


def test_minutes_that_rest_leaves_out_before_a_later_one_are_flat_at_the_close_before(minutes: Minutes) -> None:
    minutes.confirmed([_row(1, 12.0), _row(4), _row(5)], 6 * M)
    candles = minutes.take(6 * M)
    assert [(c.open_at // M, c.open, c.close, c.volume) for c in candles[:4]] == [
        (1, 10.0, 12.0, 1.0),
        (2, 12.0, 12.0, 0.0),
        (3, 12.0, 12.0, 0.0),
        (4, 10.0, 10.0, 1.0),
    ]


def test_a_candle_given_more_than_thirty_seconds_after_its_close_is_a_back_fill(minutes: Minutes) -> None:
    minutes.confirmed([_row(1), _row(2), _row(3)], 3 * M + 30_000)
    assert [(c.open_at // M, c.backfilled) for c in minutes.take(3 * M + 30_000)] == [(1, True), (2, False)]


def test_rest_says_whether_it_knew_of_trades_the_stream_did_not_tell(minutes: Minutes) -> None:
    assert minutes.confirmed([_row(1, volume=0.0), _row(2)], 2 * M) is False
    assert minutes.confirmed([_row(2), _row(3)], 4 * M) is True


def _trade(at: int, number: int, qty: float = 1.0, sold: bool = False) -> Trade:
    return Trade(at, number, 10.0, qty, sold)


def _final(minute: int, volume: float, last_trade: int) -> Kline:
    return msgspec.structs.replace(_row(minute, volume=volume, final=True), last_trade=last_trade)


def test_a_closed_candle_waits_a_little_for_its_last_trade(minutes: Minutes) -> None:
    minutes.trade(_trade(M - 1, 6))
    minutes.trade(_trade(M + 1, 7, 2.0, sold=True))
    minutes.seen(_final(1, 5.0, 8), 2 * M)
    assert minutes.take(2 * M + 299) == []
    minutes.trade(_trade(M + 2, 8, 3.0))
    (candle,) = minutes.take(2 * M + 299)
    assert candle.taker_buy == 3.0
    assert candle.footprint is not None
    assert [(row.bid, row.ask) for row in candle.footprint.rows] == [(2.0, 3.0)]


def test_the_first_minute_of_a_tape_has_no_footprint_because_its_beginning_is_not_known(
    minutes: Minutes,
) -> None:
    minutes.trade(_trade(M + 1, 7, 2.0))
    minutes.seen(_final(1, 2.0, 7), 2 * M)
    (candle,) = minutes.take(2 * M)
    assert (candle.taker_buy, candle.footprint) == (0.25, None)


@pytest.mark.parametrize("lost", [(8, 1.0), (9, 1.0)])
def test_a_hole_in_the_trades_leaves_the_candles_own_taker_side(minutes: Minutes, lost: tuple[int, float]) -> None:
    minutes.trade(_trade(M + 1, 7))
    minutes.seen(_final(1, 1.0, 7), 2 * M)
    minutes.take(2 * M)
    for number in {8, 9, 10} - {lost[0]}:
        minutes.trade(_trade(2 * M + number, number))
    minutes.seen(_final(2, 3.0, 10), 3 * M)
    (candle,) = minutes.take(3 * M)
    assert (candle.taker_buy, candle.footprint) == (0.25, None)


def test_trades_that_never_come_do_not_hold_a_candle_back_for_long(minutes: Minutes) -> None:
    minutes.trade(_trade(M + 1, 7))
    minutes.seen(_final(1, 2.0, 8), 2 * M)
    assert minutes.take(2 * M + 299) == []
    (candle,) = minutes.take(2 * M + 300)
    assert (candle.taker_buy, candle.footprint) == (0.25, None)


def _told(bar: dict[str, str | int | bool]) -> Kline:
    """A candle of a recorded frame, in the exchange's letters."""
    opened, high, low, close, volume, bought = (float(bar[letter]) for letter in "ohlcvV")
    return Kline(int(bar["t"]), opened, high, low, close, volume, bought, int(bar["L"]), bar["x"] is True)


def test_recorded_candle_frames_close_only_minutes_that_were_called_closed(recorded: Recorded) -> None:
    file = recorded("ws_raw/binance_usdm_alts_20210722.jsonl.gz")
    lines = [msgspec.json.decode(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    frames = [line["msg"]["data"] for line in lines if line["dir"] == "in" and "data" in line["msg"]]
    heard = [(frame["s"], frame["E"], frame["k"]) for frame in frames if frame["e"] == "kline"]
    closed = {(symbol, bar["t"], float(bar["c"])) for symbol, _, bar in heard if bar["x"]}
    given = set()
    for name in {symbol for symbol, _, _ in heard}:
        mine = [(at, bar) for symbol, at, bar in heard if symbol == name]
        minutes = Minutes(name, calls_closed=True, counts_trades=True)
        minutes.follow(mine[0][1]["t"] - M)
        for at, bar in mine:
            minutes.seen(_told(bar), at)
            given |= {(name, candle.open_at, candle.close) for candle in minutes.take(at)}
    assert given == closed
    assert closed
