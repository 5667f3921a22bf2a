"""Footprint imbalances: the printed example, thresholds, runs, recorded trades."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from engine.feeds.files import Tape, load
from engine.feeds.tape import minutes_of
from engine.model.footprint import Imbalance, Imbalances, imbalances
from engine.model.market import Footprint, FootprintRow
from tests.stand_in import Recorded


def footprint(bid: Sequence[float], ask: Sequence[float], complete: bool = True) -> Footprint:
    rows = tuple(FootprintRow(float(i), b, a) for i, (b, a) in enumerate(zip(bid, ask, strict=True)))
    return Footprint(rows, complete)


def found(bid: Sequence[float], ask: Sequence[float]) -> Imbalances:
    result = imbalances(footprint(bid, ask))
    assert result is not None
    return result


def test_the_example_has_the_printed_imbalances() -> None:
    result = found([6, 25, 9, 0, 31, 14], [11, 22, 88, 30, 24, 0])
    assert [row for row, _ in result.buy] == [1, 2, 3, 4]
    ratios = [ratio for _, ratio in result.buy]
    assert ratios[:3] == pytest.approx([3.666667, 3.52, 3.333333], abs=5e-7)
    assert ratios[3] is None
    assert result.stacked_buy == 4
    assert result.sell == (Imbalance(4, None),)
    assert result.stacked_sell == 1


def test_a_footprint_with_missing_trades_says_nothing() -> None:
    assert imbalances(footprint([30, 30], [30, 90], complete=False)) is None


def test_a_minute_without_trades_has_no_imbalance() -> None:
    assert found([], []) == Imbalances((), (), 0, 0)


@pytest.mark.parametrize(("ask", "rows"), [(60.0, [1]), (59.9, []), (60.1, [1])])
def test_three_times_is_enough(ask: float, rows: list[int]) -> None:
    assert [row for row, _ in found([20, 0], [0, ask]).buy] == rows


def test_volumes_that_floats_cannot_hold_reach_three_times_exactly() -> None:
    """3 x 20.1 is 60.3, in floats 60.300000000000004."""
    assert [row for row, _ in found([20.1, 0], [0, 60.3]).buy] == [1]


@pytest.mark.parametrize(("ask", "rows"), [(20.0, [1]), (19.9, [])])
def test_small_volumes_are_no_imbalance(ask: float, rows: list[int]) -> None:
    assert [row for row, _ in found([0, 0], [0, ask]).buy] == rows


def test_a_run_is_broken_by_a_row_in_between() -> None:
    result = found([0, 0, 0, 99, 0, 0], [0, 30, 30, 0, 30, 30])
    assert [row for row, _ in result.buy] == [1, 2, 5]
    assert result.stacked_buy == 2


def test_the_lowest_row_is_no_buy_and_the_highest_no_sell() -> None:
    assert found([0, 99], [99, 0]) == Imbalances((), (), 0, 0)


def footprints(path: Path) -> list[Footprint]:
    """Of 200 minutes; of some a trade is missing."""
    tape = load(f"LTC/USDT={path}")
    assert isinstance(tape, Tape)
    return [minute for minute in minutes_of(tape).footprints[:200] if minute is not None]


def test_recorded_minutes_have_the_imbalances_a_plain_count_finds(recorded: Recorded) -> None:
    seen = 0
    for minute in footprints(recorded("spot/trades/LTCUSDT-trades-20250621-20250621.parquet")):
        result = imbalances(minute, ratio=3, least=5)
        if not minute.complete:
            assert result is None
            continue
        assert result is not None
        diagonal = list(pairwise(minute.rows))
        buy = [i + 1 for i, (low, high) in enumerate(diagonal) if high.ask >= 5 and high.ask >= 3 * low.bid]
        sell = [i for i, (low, high) in enumerate(diagonal) if low.bid >= 5 and low.bid >= 3 * high.ask]
        assert ([row for row, _ in result.buy], [row for row, _ in result.sell]) == (buy, sell)
        seen += len(buy) + len(sell)
    assert seen > 20
