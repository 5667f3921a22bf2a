"""Minutes made of trades: nothing is lost or counted twice, and the order of arrival does not matter."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.minute import MinuteBuilder, Trade, missing
from engine.model.market import MINUTE_MS
from engine.model.messages import CandleClosed

TICKS = st.integers(1, 5_000)
LOTS = st.integers(1, 100_000)


@st.composite
def tapes(draw: st.DrawFn) -> list[Trade]:
    """Trades with consecutive ids over a few minutes, times rising with the ids."""
    gaps = draw(st.lists(st.integers(0, 40_000), min_size=1, max_size=40))
    tape, at = [], 0
    for number, gap in enumerate(gaps, start=1):
        at += gap
        tape.append(Trade(at, number, draw(TICKS) / 100, draw(LOTS) / 1_000, draw(st.booleans())))
    return tape


def build(trades: list[Trade], after: int | None = 0) -> list[CandleClosed]:
    builder = MinuteBuilder("X", Decimal("0.01"), after=after)
    for trade in trades:
        builder.trade(trade)
    last = max(builder.open_minutes)
    candles = [builder.close(minute) for minute in range(builder.open_minutes[0], last + 1, MINUTE_MS)]
    return [candle for candle in candles if candle is not None]


@given(tape=tapes(), data=st.data())
def test_the_order_of_arrival_and_repeats_change_nothing(tape: list[Trade], data: st.DataObject) -> None:
    repeated = tape + data.draw(st.lists(st.sampled_from(tape), max_size=10))
    assert build(data.draw(st.permutations(repeated))) == build(tape)


@given(tape=tapes())
def test_every_unit_is_in_one_candle_and_one_row(tape: list[Trade]) -> None:
    candles = build(tape)
    lots = sum(round(trade.qty * 1_000) for trade in tape)
    bought = sum(round(trade.qty * 1_000) for trade in tape if not trade.taker_sold)
    assert sum(round(candle.volume * 1_000) for candle in candles) == lots
    assert sum(round((candle.taker_buy or 0) * 1_000) for candle in candles) == bought
    for candle in candles:
        assert candle.footprint is not None
        assert candle.footprint.complete
        assert sum(round((row.bid + row.ask) * 1_000) for row in candle.footprint.rows) == round(candle.volume * 1_000)


@given(tape=tapes())
def test_every_trade_lies_within_the_row_that_holds_it(tape: list[Trade]) -> None:
    for candle in build(tape):
        assert candle.footprint is not None
        rows = candle.footprint.rows
        if not rows:
            continue
        edges = [Fraction(str(row.price)) for row in rows]
        height = edges[1] - edges[0] if len(edges) > 1 else None
        assert edges[0] <= Fraction(str(candle.low))
        assert all(height is None or b - a == height for a, b in pairwise(edges))
        assert height is None or Fraction(str(candle.high)) < edges[-1] + height
        assert rows[0].bid + rows[0].ask > 0
        assert rows[-1].bid + rows[-1].ask > 0


@given(tape=tapes(), data=st.data())
def test_a_lost_trade_leaves_an_incomplete_minute_and_no_invented_one(tape: list[Trade], data: st.DataObject) -> None:
    if len(tape) < 3:
        return
    lost = data.draw(st.sampled_from(tape[1:-1]))
    rest = [trade for trade in tape if trade is not lost]
    whole = {candle.open_at: candle for candle in build(tape)}
    for candle in build(rest):
        assert candle.footprint is not None
        if candle.footprint.complete:
            assert candle == whole[candle.open_at]


@given(ids=st.sets(st.integers(0, 60)), low=st.integers(0, 60), size=st.integers(0, 60))
def test_missing_runs_and_present_ids_are_the_whole_range(ids: set[int], low: int, size: int) -> None:
    runs = missing(ids, low, low + size)
    absent = {i for first, last in runs for i in range(first, last + 1)}
    assert absent == set(range(low, low + size + 1)) - ids
    assert all(b[0] - a[1] > 1 for a, b in pairwise(runs))
