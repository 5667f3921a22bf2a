from decimal import Decimal

import pytest

from engine.minute import MinuteBuilder, Trade, Verdict, footprint, missing, row_size, rows_of
from engine.model.errors import Invariant
from engine.model.market import MINUTE_MS, Footprint, FootprintRow
from engine.model.messages import CandleClosed

M = MINUTE_MS


def trade(trade_id: int, at: int = 0, price: float = 100.0, qty: float = 1.0, *, sold: bool = False) -> Trade:
    return Trade(at, trade_id, price, qty, sold)


def closed(builder: MinuteBuilder, minute: int) -> CandleClosed:
    candle = builder.close(minute)
    assert candle is not None
    return candle


def complete(candle: CandleClosed) -> bool:
    assert candle.footprint is not None
    return candle.footprint.complete


def test_the_trades_of_section_5_2_give_its_deltas() -> None:
    # Seconds, taker, quantity: 5 sell 2.5; 59.5 buy 1.1; 60 buy 0.9; 130 sell 0.4; 140 buy 1.6.
    tape = [(5_000, True, 2.5), (59_500, False, 1.1), (60_000, False, 0.9), (130_000, True, 0.4)]
    builder = MinuteBuilder("BTCUSDT")
    for trade_id, (at, sold, qty) in enumerate([*tape, (140_000, False, 1.6)]):
        builder.trade(trade(trade_id, at, qty=qty, sold=sold))
    candles = [closed(builder, minute) for minute in (0, M, 2 * M)]
    sides = [(c.taker_buy, round(c.volume - (c.taker_buy or 0), 10)) for c in candles]
    assert sides == [(1.1, 2.5), (0.9, 0.0), (1.6, 0.4)]


def test_the_ids_of_section_5_3_are_counted_once_and_leave_the_bar_incomplete() -> None:
    builder = MinuteBuilder("BTCUSDT", after=500)
    verdicts = [builder.trade(trade(i)) for i in (501, 503, 502, 502, 506)]
    candle = closed(builder, 0)
    assert verdicts == ["counted", "counted", "counted", "duplicate", "counted"]
    assert missing([501, 503, 502, 506], 501, 506) == [(504, 505)]
    assert (candle.volume, complete(candle), builder.duplicates) == (4.0, False, 1)


def test_the_trades_of_section_4_1_fall_into_its_rows() -> None:
    tape = [(0.6, 7), (0.5, 3), (0.4, 2), (0.9, 6), (1.1, 2)]
    rows = rows_of((trade(i, price=p, qty=q) for i, (p, q) in enumerate(tape)), Decimal("0.2"))
    assert {row: sold + bought for row, (sold, bought) in rows.items()} == {2: 5, 3: 7, 4: 6, 5: 2}


def test_rows_without_trades_between_others_exist_and_are_empty() -> None:
    rows = {7: (Decimal(1), Decimal(2)), 9: (Decimal(0), Decimal("0.5"))}
    assert footprint(rows, Decimal("0.5")) == Footprint(
        (FootprintRow(3.5, 1.0, 2.0), FootprintRow(4.0, 0.0, 0.0), FootprintRow(4.5, 0.0, 0.5))
    )


@pytest.mark.parametrize(
    ("first_open", "tick", "size"),
    [
        ("1600", "0.1", "0.8"),  # 0.8 is a multiple already
        ("1600.1", "0.1", "0.9"),  # 0.80005 is not
        ("0.142", "0.00001", "0.00008"),  # 0.000071
        ("100", "1", "1"),  # 0.05: never less than a tick
        ("1600.1", None, "0.80005"),
    ],
)
def test_a_row_is_the_smallest_multiple_of_the_tick_that_is_high_enough(
    first_open: str, tick: str | None, size: str
) -> None:
    assert row_size(Decimal(first_open), None if tick is None else Decimal(tick)) == Decimal(size)


def test_the_first_open_of_a_utc_day_sets_the_rows_until_the_next() -> None:
    day = 86_400_000
    builder = MinuteBuilder("X", Decimal("0.1"))
    at = {0: 1600.0, M: 3200.0, day: 3200.0}
    for trade_id, (minute, price) in enumerate(at.items()):
        builder.trade(trade(trade_id, minute, price))
        builder.trade(trade(trade_id + 10, minute, price + 2.0))
    heights = []
    for minute in at:
        rows = closed(builder, minute).footprint
        assert rows is not None
        heights.append(round(rows.rows[1].price - rows.rows[0].price, 10))
    assert heights == [0.8, 0.8, 1.6]


def test_open_and_close_follow_the_ids_whatever_the_order_of_arrival() -> None:
    builder = MinuteBuilder("BTCUSDT")
    for trade_id, price in ((3, 104.0), (1, 101.0), (4, 99.0), (2, 107.0)):
        builder.trade(trade(trade_id, price=price))
    candle = closed(builder, 0)
    assert (candle.open, candle.high, candle.low, candle.close) == (101.0, 107.0, 99.0, 99.0)


def test_volumes_are_summed_exactly() -> None:
    builder = MinuteBuilder("BTCUSDT")
    for trade_id in range(10):
        builder.trade(trade(trade_id, qty=0.1))
    assert closed(builder, 0).volume == 1.0  # 0.1 added ten times as floats is 0.9999999999999999


def test_the_first_minute_is_complete_only_when_the_id_before_it_is_known() -> None:
    unknown, known = MinuteBuilder("X"), MinuteBuilder("X", after=9)
    for builder in (unknown, known):
        builder.trade(trade(10))
        builder.trade(trade(11, M))
    assert not complete(closed(unknown, 0))
    assert complete(closed(known, 0))
    assert complete(closed(unknown, M))


def test_a_hole_between_two_minutes_spoils_both() -> None:
    builder = MinuteBuilder("X", after=0)
    for trade_id, at in ((1, 0), (2, 1), (4, M), (5, 2 * M)):
        builder.trade(trade(trade_id, at))
    assert [complete(closed(builder, minute)) for minute in (0, M, 2 * M)] == [False, False, True]


def test_ids_that_belong_to_the_next_minute_are_no_hole() -> None:
    builder = MinuteBuilder("X", after=0)
    for trade_id, at in ((1, 0), (3, 1), (2, M), (4, M)):
        builder.trade(trade(trade_id, at))
    assert complete(closed(builder, 0))
    assert complete(closed(builder, M))


def test_a_trade_of_a_closed_minute_is_late_and_not_counted_nor_missed_later() -> None:
    builder = MinuteBuilder("X", after=0)
    builder.trade(trade(1))
    closed(builder, 0)
    assert builder.trade(trade(2, 59_999)) == "late"
    builder.trade(trade(3, M))
    candle = closed(builder, M)
    assert (builder.late, candle.volume, complete(candle)) == (1, 1.0, True)


def test_a_closed_trade_delivered_again_is_a_duplicate_but_one_that_fills_a_hole_is_late() -> None:
    builder = MinuteBuilder("X", after=0)
    for trade_id in (1, 2, 4):
        builder.trade(trade(trade_id))
    closed(builder, 0)
    again: list[Verdict] = [builder.trade(trade(i)) for i in (2, 3)]
    assert again == ["duplicate", "late"]


@pytest.mark.parametrize(
    ("price", "qty"), [(0.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0), (float("inf"), 1.0), (1.0, 0.0)]
)
def test_a_trade_without_a_price_or_an_amount_is_refused(price: float, qty: float) -> None:
    builder = MinuteBuilder("X")
    assert builder.trade(trade(1, price=price, qty=qty)) == "invalid"
    assert builder.close(0) is None
    assert builder.invalid == 1


def test_a_quiet_minute_is_flat_when_a_later_trade_proves_it_and_absent_when_not() -> None:
    builder = MinuteBuilder("X", after=0)
    builder.trade(trade(1, price=7.0))
    closed(builder, 0)
    assert builder.close(M) is None
    builder.trade(trade(2, 3 * M))
    flat = closed(builder, 2 * M)
    assert (flat.open, flat.high, flat.low, flat.close, flat.volume) == (7.0, 7.0, 7.0, 7.0, 0.0)
    assert complete(flat)


def test_a_quiet_minute_beside_a_hole_has_no_candle() -> None:
    builder = MinuteBuilder("X", after=0)
    builder.trade(trade(1))
    closed(builder, 0)
    builder.trade(trade(5, 2 * M))
    assert builder.close(M) is None
    assert not complete(closed(builder, 2 * M))


def test_where_ids_are_not_consecutive_only_the_first_minute_is_in_doubt() -> None:
    builder = MinuteBuilder("X", consecutive=False)
    for trade_id, at in ((10, 0), (70, M), (95, 2 * M)):
        builder.trade(trade(trade_id, at))
    assert [complete(closed(builder, minute)) for minute in (0, M, 2 * M)] == [False, True, True]


def test_a_candle_is_stamped_with_its_end_or_its_arrival() -> None:
    builder = MinuteBuilder("X")
    builder.trade(trade(1))
    builder.trade(trade(2, M))
    assert builder.open_minutes == [0, M]
    assert closed(builder, 0).at == M
    candle = builder.close(M, at=2 * M + 345)
    assert candle is not None
    assert (candle.open_at, candle.at) == (M, 2 * M + 345)


def test_closing_a_minute_twice_or_before_an_older_one_is_a_bug() -> None:
    builder = MinuteBuilder("X")
    builder.trade(trade(1))
    builder.trade(trade(2, M))
    with pytest.raises(Invariant):
        builder.close(M)
    builder.close(0)
    with pytest.raises(Invariant):
        builder.close(0)
