"""Mean reversion by rsi: the printed cases, exits, the time stop."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from engine.model.instrument import Instrument
from engine.model.market import Scores
from strategies.indicators import atr, rsi
from strategies.rsi_mr import Params, leaves, strategy
from tests.series import bars_of, e60, random_bars

Ask = Callable[..., Scores]


def test_a_signal_is_the_return_from_outside() -> None:
    long, short = leaves(np.array([33, 30, 28, 30.5, 52, 70, 69.5, 29.5, 31]), 30.0, 70.0)
    words = ["long" if a else "short" if b else "none" for a, b in zip(long, short, strict=True)]
    assert words[1:] == ["none", "none", "long", "none", "none", "short", "none", "long"]


def test_the_example_series_goes_short_at_bar_51(ask: Ask) -> None:
    scores = ask("rsi_mr", e60())
    assert list(np.flatnonzero(scores.score)) == [51]
    assert scores.score[51] == pytest.approx(-40.82981871, abs=5e-9)
    assert scores.reasons[scores.reason[51]] == "left_overbought"
    assert rsi(e60().close)[46:51].max() == pytest.approx(70.20745468, abs=5e-9)


def test_the_printed_bracket_takes_r_from_the_rounded_stop(ask: Ask) -> None:
    scores = ask("rsi_mr", e60())
    tick = Instrument("X/USDT:USDT", "X", "USDT", tick=Decimal("0.1"))
    entry, stop = Decimal("1609.7"), tick.price(float(scores.stop[51]), "down")
    assert stop == Decimal("1613.6")
    assert scores.target_r == 1.5
    assert tick.round_price(entry - Decimal(str(scores.target_r)) * (stop - entry), "up") == Decimal("1603.9")


def test_without_a_tick_the_target_is_rr_times_the_stop_distance(ask: Ask) -> None:
    scores = ask("rsi_mr", e60(), rr=3, atr_mult=2)
    distance = 2 * atr(e60())[51]
    assert scores.stop[51] == pytest.approx(1609.7 + distance, rel=1e-12)
    assert scores.target[51] == pytest.approx(1609.7 - 3 * distance, rel=1e-12)


def test_a_trade_ends_when_the_rsi_reaches_50(ask: Ask) -> None:
    bars = random_bars(6, 300)
    index = rsi(bars.close)
    scores = ask("rsi_mr", bars)
    np.testing.assert_array_equal(scores.exit_long[14:], index[14:] >= 50.0)
    np.testing.assert_array_equal(scores.exit_short[14:], index[14:] <= 50.0)
    assert not scores.exit_long[:14].any()
    assert not scores.exit_short[:14].any()


def test_the_score_counts_depth_and_distance_from_the_mean(ask: Ask) -> None:
    bars = random_bars(6, 2_000)
    scores = ask("rsi_mr", bars, low=45, high=55)
    index, unit = rsi(bars.close), atr(bars)
    rows = [t for t in np.flatnonzero(scores.score) if t >= 25]
    assert {np.sign(scores.score[t]) for t in rows} == {1.0, -1.0}
    for t in rows:
        side = np.sign(scores.score[t])
        lowest = min(index[k] if side > 0 else 100 - index[k] for k in range(t - 5, t))
        depth = min(1.0, max(0.0, (45 - lowest) / 15))
        away = min(1.0, max(0.0, side * (bars.close[t - 19 : t + 1].mean() - bars.close[t]) / unit[t] / 2))
        assert abs(scores.score[t]) == pytest.approx(100 * (0.6 * depth + 0.4 * away), rel=1e-9, abs=1e-9)


def test_a_signal_whose_score_is_nothing_keeps_its_side(ask: Ask) -> None:
    """At bar 15 the five rsi values before are not all defined, nor is the mean of 20: both parts are 0."""
    close = np.concatenate([100.0 - np.arange(15), [96.0]])
    scores = ask("rsi_mr", bars_of(close, high=close + 0.5))
    assert scores.reasons[scores.reason[15]] == "left_oversold"
    assert 0.0 < scores.score[15] <= 1e-9


def test_a_stop_without_an_atr_is_still_warming_up(ask: Ask) -> None:
    close = np.array([100.0, 99.0, 98.0, 97.0, 96.0, 99.0, 98.0])
    scores = ask("rsi_mr", bars_of(close, high=close + 0.5), n=3)
    assert rsi(close, 3)[4] <= 30.0 < rsi(close, 3)[5]
    assert scores.score[5] == 0.0
    assert scores.reasons[scores.reason[5]] == "warming_up"


def test_the_time_stop_is_a_parameter() -> None:
    assert strategy.exits(Params()).time_stop == 20
    assert strategy.exits(Params(time_stop=7)).time_stop == 7
    assert strategy.first_bar(Params()) == 15
    assert strategy.warmup(Params(n=50)) == 1250
