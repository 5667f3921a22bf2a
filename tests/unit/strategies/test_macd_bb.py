"""Bollinger bands with MACD: the printed example and the rule written out bar by bar."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.model.market import Bars, Scores
from strategies.indicators import atr, macd
from strategies.macd_bb import Params, strategy
from tests.series import bars_of, e60, random_bars

Ask = Callable[..., Scores]


def test_the_example_series_goes_short_at_bar_43(ask: Ask) -> None:
    bars = e60()
    scores = ask("macd_bb", bars)
    assert list(np.flatnonzero(scores.score)) == [43]
    assert scores.score[43] == pytest.approx(-68.31183144, abs=5e-9)
    assert scores.checks[1].value[41:44] == pytest.approx((1.284537, 1.274244, 1.167238), abs=5e-7)
    assert scores.reasons[scores.reason[43]] == "hist_falling"
    entry, unit = bars.close[43], atr(bars)[43]
    assert scores.stop[43] == pytest.approx(entry + 1.5 * unit, rel=1e-12)
    assert scores.target[43] == pytest.approx(entry - 3.0 * unit, rel=1e-12)
    assert scores.target_r == 2.0


def rule(bars: Bars, t: int) -> tuple[float, str]:
    """(signed score, reason code) of one bar with bands one deviation wide, straight from the definition."""
    hist, unit = macd(bars.close)[2], atr(bars)[t]
    for side in (1.0, -1.0):
        beyond = []
        for k in range(t - 2, t + 1):
            window = bars.close[k - 19 : k + 1]
            band = window.mean() - side * window.std()
            beyond.append(side * (band - bars.close[k]))
        a, b, c = side * hist[t - 2], side * hist[t - 1], side * hist[t]
        if max(beyond) < -1e-9 or not (b <= 0 < c or c > b > a):
            continue
        pen, speed = max(beyond) / unit, abs(c - b) / unit
        parts = 0.4 + 0.3 * min(1.0, max(0.0, pen / 0.5)) + 0.3 * min(1.0, speed / 0.05)
        crossed = b <= 0 < c
        word = ("cross_up" if crossed else "rising") if side > 0 else ("cross_down" if crossed else "falling")
        return side * 100.0 * parts, f"hist_{word}"
    return 0.0, "no_signal"


def test_every_bar_of_a_wild_market_follows_the_rule(ask: Ask) -> None:
    rng = np.random.default_rng(9)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, 1_500)))
    bars = bars_of(close, high=close * 1.004, low=close * 0.996)
    scores = ask("macd_bb", bars, bb_k=1)
    seen = set()
    for t in range(36, 1_500):
        expected, reason = rule(bars, t)
        assert scores.score[t] == pytest.approx(expected, rel=1e-8)
        assert scores.reasons[scores.reason[t]] == reason
        seen.add(reason)
    assert seen == {"hist_cross_up", "hist_rising", "hist_cross_down", "hist_falling", "no_signal"}


def test_the_opposite_signal_is_the_exit(ask: Ask) -> None:
    scores = ask("macd_bb", random_bars(5, 2_000))
    assert (scores.score != 0.0).sum() > 20
    np.testing.assert_array_equal(scores.exit_long, scores.score < 0.0)
    np.testing.assert_array_equal(scores.exit_short, scores.score > 0.0)


def test_constant_closes_give_no_signal_from_rounding_noise(ask: Ask) -> None:
    """All closes equal: each touches its band, and the histogram is noise around 0."""
    close = np.full(400, 1.1003)
    scores = ask("macd_bb", bars_of(close, high=close + 0.0004, low=close - 0.0003))
    assert not scores.score.any()


def test_the_first_bar_waits_for_histogram_and_bands() -> None:
    assert strategy.first_bar(Params()) == 34
    assert strategy.first_bar(Params(bb_n=100)) == 100
    assert strategy.warmup(Params(slow=100, signal=120)) == 1800
