"""Range breakout: the printed example, strictness, exits."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.model.market import Bars, Scores
from strategies.breakout import Params, strategy
from strategies.indicators import atr
from tests.series import bars_of, e60, random_bars

Ask = Callable[..., Scores]


def test_the_example_series_breaks_out_at_bar_45(ask: Ask) -> None:
    bars = e60()
    scores = ask("breakout", bars)
    assert list(np.flatnonzero(scores.score)) == [45]
    assert bars.close[45] == 1604.5
    assert bars.high[25:45].max() == 1603.6
    assert scores.score[45] == pytest.approx(39.40032271, abs=5e-9)
    assert scores.checks[0].value[45] == pytest.approx(0.9, abs=1e-9)
    assert scores.checks[1].value[45] == pytest.approx(1.59616, abs=5e-6)
    unit = atr(bars)[45]
    assert scores.stop[45] == pytest.approx(1604.5 - 2 * unit, rel=1e-12)
    assert scores.target[45] == pytest.approx(1604.5 + 4 * unit, rel=1e-12)
    assert scores.reasons[scores.reason[45]] == "broke_high"


def quiet_then(close: float, volume: float, usual: float = 0.1) -> Bars:
    """30 bars between 99 and 101 with equal volume, then one."""
    closes = np.concatenate([100.0 + 0.5 * (np.arange(30) % 2), [close]])
    high, low = np.full(31, 101.0), np.full(31, 99.0)
    high[30], low[30] = max(close, 101.0), min(close, 99.0)
    return bars_of(closes, high=high, low=low, volume=np.concatenate([np.full(30, usual), [volume]]))


def test_the_close_must_be_beyond_the_extreme_not_at_it(ask: Ask) -> None:
    assert ask("breakout", quiet_then(101.0, 1.0)).score[30] == 0.0
    assert ask("breakout", quiet_then(101.1, 1.0)).score[30] > 0.0
    assert ask("breakout", quiet_then(99.0, 1.0)).score[30] == 0.0
    assert ask("breakout", quiet_then(98.9, 1.0)).score[30] < 0.0


def test_volume_must_be_above_the_threshold_not_at_it(ask: Ask) -> None:
    for usual, at in ((0.1, 0.15), (0.7, 1.05), (100.0, 150.0)):
        assert ask("breakout", quiet_then(102.0, at, usual)).score[30] == 0.0
        assert ask("breakout", quiet_then(102.0, at * 1.000001, usual)).score[30] > 0.0


def test_a_market_without_volume_before_scores_the_distance_only(ask: Ask) -> None:
    scores = ask("breakout", quiet_then(110.0, 5.0, usual=0.0))
    assert scores.score[30] == 50.0
    assert np.isnan(scores.checks[1].value[30])


def test_a_trade_ends_at_a_close_beyond_the_opposite_extreme_of_ten_bars(ask: Ask) -> None:
    bars = random_bars(7, 600)
    scores = ask("breakout", bars)
    for t in range(10, 600):
        assert scores.exit_long[t] == (bars.close[t] < bars.low[t - 10 : t].min())
        assert scores.exit_short[t] == (bars.close[t] > bars.high[t - 10 : t].max())
    assert not scores.exit_long[:10].any()


def test_every_signal_meets_both_checks_and_no_other_bar_does(ask: Ask) -> None:
    scores = ask("breakout", random_bars(7, 3_000))
    both = scores.checks[0].met & scores.checks[1].met
    ready = np.arange(3_000) >= 20
    quiet = scores.reason == scores.reasons.index("flat_market")
    np.testing.assert_array_equal(scores.score != 0.0, both & ready & ~quiet)
    assert (scores.score != 0.0).sum() > 20


def test_the_first_bar_is_the_range() -> None:
    assert strategy.first_bar(Params()) == 20
    assert strategy.first_bar(Params(n=200)) == 200
    assert strategy.warmup(Params(n=200)) == 500
