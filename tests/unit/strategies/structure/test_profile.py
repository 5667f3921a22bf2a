"""Profiles of trades and of candles: the printed examples."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from strategies.structure.profile import Profile, of_candles, of_trades
from tests.auctions import FILE, recorded_minutes
from tests.series import bars_of
from tests.stand_in import Recorded

TRADES = "spot/trades/XRPETH-trades-20191011-20191013.parquet"


def by_row(profile: Profile | None) -> dict[int, Decimal]:
    assert profile is not None
    return {profile.lowest + i: volume for i, volume in enumerate(profile.volumes)}


def test_trades_of_the_example_fill_the_printed_rows() -> None:
    trades = [("0.6", 7), ("0.5", 3), ("0.4", 2), ("0.9", 6), ("1.1", 2)]
    profile = of_trades([(Decimal(price), Decimal(qty)) for price, qty in trades], Decimal("0.2"))
    assert by_row(profile) == {2: 5, 3: 7, 4: 6, 5: 2}


def test_candles_of_the_example_fill_the_printed_rows() -> None:
    close = np.array([21.0, 21.0])
    bars = bars_of(close, high=np.array([22.5, 21]), low=np.array([19.5, 21]), volume=np.array([30.0, 4.0]))
    assert by_row(of_candles(bars, Decimal(1))) == {19: 5, 20: 10, 21: 14, 22: 5}


def test_rows_nobody_traded_in_exist_between_those_that_did() -> None:
    profile = of_trades([(Decimal(5), Decimal(1)), (Decimal(8), Decimal(2))], Decimal(1))
    assert by_row(profile) == {5: 1, 6: 0, 7: 0, 8: 2}


def test_a_boundary_reached_and_not_entered_adds_no_row() -> None:
    bars = bars_of(np.array([20.0]), high=np.array([22.0]), low=np.array([20.0]))
    assert list(by_row(of_candles(bars, Decimal(1)))) == [20, 21]


def test_without_volume_there_is_no_profile() -> None:
    assert of_trades([], Decimal(1)) is None
    assert of_trades([(Decimal(5), Decimal(0))], Decimal(1)) is None
    assert of_candles(bars_of(np.array([5.0, 9.0]), volume=np.zeros(2)), Decimal(1)) is None


def test_a_candle_without_volume_traded_nowhere() -> None:
    bars = bars_of(np.array([5.0, 90.0]), volume=np.array([3.0, 0.0]))
    assert by_row(of_candles(bars, Decimal(1))) == {5: 3}


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 40), st.floats(0, 1e6)), min_size=1, max_size=30))
def test_the_rows_of_candles_hold_all_their_volume(candles: list[tuple[int, int, float]]) -> None:
    low = np.array([low / 10 for low, _, _ in candles])
    high = np.array([(low + height) / 10 for low, height, _ in candles])
    volume = np.array([volume for _, _, volume in candles])
    profile = of_candles(bars_of(low, high=high, low=low, volume=volume), Decimal("0.3"))
    if volume.any():
        assert profile is not None
        assert float(profile.total) == pytest.approx(volume.sum(), rel=1e-9)
    else:
        assert profile is None


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(1, 10_000)), min_size=1, max_size=40))
def test_the_rows_of_trades_hold_exactly_their_volume(trades: list[tuple[int, int]]) -> None:
    profile = of_trades([(Decimal(p) / 100, Decimal(q) / 1000) for p, q in trades], Decimal("0.07"))
    assert profile is not None
    assert profile.total == Decimal(sum(q for _, q in trades)) / 1000
    assert profile.volumes[0] > 0
    assert profile.volumes[-1] > 0


def test_recorded_trades_fill_the_rows_another_count_finds(recorded: Recorded) -> None:
    table = parquet.read_table(recorded(TRADES))
    prices, amounts = table["price"].to_pylist(), table["qty"].to_pylist()
    size = Decimal("0.00000075")
    found = by_row(
        of_trades(((Decimal(repr(p)), Decimal(repr(q))) for p, q in zip(prices, amounts, strict=True)), size)
    )
    rows: dict[int, Fraction] = {}
    for price, amount in zip(prices, amounts, strict=True):
        row = Fraction(repr(price)) // Fraction(size)
        rows[row] = rows.get(row, Fraction(0)) + Fraction(repr(amount))
    assert {row: Fraction(volume) for row, volume in found.items() if volume} == rows


def test_a_recorded_day_has_the_volume_of_its_minutes(recorded: Recorded) -> None:
    minutes = recorded_minutes(recorded(FILE), 1)
    profile = of_candles(minutes, Decimal("0.05"))
    assert profile is not None
    assert float(profile.total) == pytest.approx(minutes.volume.sum(), rel=1e-9)
    assert profile.lower(0) <= Decimal(repr(float(minutes.low.min()))) < profile.lower(1)
