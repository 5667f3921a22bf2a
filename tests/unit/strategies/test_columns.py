"""The columns every strategy answers with: flat markets, warm-up, dropped signals, sides."""

import numpy as np
import pytest

from engine.model.market import Bars
from strategies.base import AnyStrategy, catalogue
from strategies.columns import Marks, ago, base, flat, lin, over, scores, signals
from tests.markets import market, several, signals_of
from tests.series import bars_of, e60, random_bars

SCORING = {name: one for name, one in catalogue().items() if getattr(one, "votes", True)}
"""Strategies that say something of candles."""


def test_lin_is_straight_between_its_ends_and_0_where_undefined() -> None:
    x = np.array([-1.0, 0.5, 1.0, 1.25, 2.0, 9.0, np.nan])
    np.testing.assert_allclose(lin(x, 0.5, 2.0), [0, 0, 1 / 3, 0.5, 1, 1, 0])


def test_ago_does_not_reach_round_the_beginning() -> None:
    x = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(ago(x, np.array([0, 1, 2, 3]), 2), [np.nan, np.nan, 1.0, 2.0])
    np.testing.assert_array_equal(ago(x[:1], np.array([0]), 5), [np.nan])


def test_over_divides_only_by_what_is_positive() -> None:
    np.testing.assert_array_equal(over(np.ones(3), np.array([2.0, 0.0, np.nan]), -1.0), [0.5, -1.0, -1.0])


def test_a_market_is_flat_after_20_bars_of_one_price() -> None:
    close = np.concatenate([[99.0], np.full(25, 100.0), [101.0], np.full(20, 101.0)])
    expected = [20 <= t <= 25 or t >= 45 for t in range(47)]
    np.testing.assert_array_equal(flat(bars_of(close)), expected)
    assert not flat(bars_of(close, high=close + 0.1)).any()


def test_a_signal_without_a_stop_is_dropped_as_warming_up() -> None:
    bars = e60()
    rows = np.zeros(60, bool)
    rows[[5, 10, 20]] = True
    found = signals(bars, 8, rows, ~rows & False)
    out = scores(found, lambda *_: Marks(np.array([40.0, 60.0]), np.array([np.nan, 1590.0])), ("up", "down"), setup="x")
    assert list(np.flatnonzero(out.score)) == [20]
    assert [out.reasons[out.reason[t]] for t in (5, 10, 11, 20)] == [
        "warming_up",
        "warming_up",
        "no_signal",
        "up",
    ]
    assert list(np.flatnonzero(np.isfinite(out.stop))) == [20]


def test_long_goes_before_short() -> None:
    both = np.ones(60, bool)
    assert (signals(e60(), 0, both, both).side == 1.0).all()


@pytest.mark.parametrize("strategy", SCORING.values(), ids=SCORING)
def test_nothing_is_said_in_a_flat_market(strategy: AnyStrategy) -> None:
    noisy = random_bars(12, 400)
    calm = np.full(60, noisy.close[-1])
    parts = {name: np.concatenate([getattr(noisy, name), calm]) for name in ("open", "high", "low", "close")}
    volume = np.concatenate([noisy.volume, 50.0 + 500.0 * (np.arange(60) % 7 == 0)])
    out = strategy.evaluate({"5m": bars_of(volume=volume, **parts)}, strategy.params_type())
    assert {out.reasons[code] for code in out.reason[420:]} == {"flat_market"}
    assert not out.score[420:].any()


@pytest.mark.parametrize("size", [0, 1, 2, 5, 13, 14, 21, 34])
@pytest.mark.parametrize("strategy", catalogue().values(), ids=catalogue())
def test_a_short_series_is_answered_with_columns_of_its_length(strategy: AnyStrategy, size: int) -> None:
    params = strategy.params_type()
    out = strategy.evaluate({"5m": e60().slice(0, size)}, params)
    columns = (out.score, out.confidence, out.stop, out.target, out.reason, out.exit_long, out.exit_short)
    assert {len(column) for column in columns} == {size}
    assert {len(check.value) for check in out.checks} | {len(check.met) for check in out.checks} <= {size}
    early = out.reason[: strategy.first_bar(params)]
    assert {out.reasons[code] for code in early} <= {"warming_up"}
    assert not out.score[: strategy.first_bar(params)].any()


@pytest.mark.parametrize("strategy", catalogue().values(), ids=catalogue())
def test_a_hole_of_undefined_prices_gives_no_signal_in_it(strategy: AnyStrategy) -> None:
    bars = random_bars(3, 300)
    columns = {name: getattr(bars, name).copy() for name in bars.__struct_fields__}
    for name in ("open", "high", "low", "close", "volume"):
        columns[name][150:160] = np.nan
    out = strategy.evaluate({"5m": Bars(**columns)}, strategy.params_type())
    assert not out.score[150:160].any()
    assert np.isfinite(out.score).all()


@pytest.mark.parametrize("strategy", catalogue().values(), ids=catalogue())
def test_a_signal_has_its_stop_on_the_losing_side_and_its_target_on_the_winning_one(
    strategy: AnyStrategy,
) -> None:
    bars = market(strategy, 21, 9_000 if several(strategy) else 3_000)
    out = strategy.evaluate(bars, strategy.params_type())
    rows = np.flatnonzero(out.score)
    side, entry = np.sign(out.score[rows]), base(bars).close[rows]
    assert rows.size >= signals_of(strategy, 1 if several(strategy) else 10)
    assert (side * (entry - out.stop[rows]) > 0).all()
    assert (np.isnan(out.target[rows]) | (side * (out.target[rows] - entry) > 0)).all()
    assert (np.abs(out.score) <= 100).all()
    assert (out.confidence[rows] == np.abs(out.score[rows])).all()
    none = out.score == 0
    assert np.isnan(out.stop[none]).all()
    assert np.isnan(out.target[none]).all()
