"""Moving-average crossover: the printed cases, touches, exits, the score's parts."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from engine.model.market import Floats, Scores
from strategies.ma_cross import Params, crosses, strategy
from tests.series import bars_of, e60, random_bars, read_bars
from tests.stand_in import Recorded

Ask = Callable[..., Scores]


def words(fast: Sequence[float], slow: Sequence[float]) -> list[str]:
    up, down = crosses(np.array(fast) / np.array(slow) - 1.0)
    return ["up" if rise else "down" if fall else "none" for rise, fall in zip(up, down, strict=True)]


def test_touching_is_no_cross_and_leaving_a_touch_is() -> None:
    fast, slow = [5, 6, 7, 7, 6, 6, 8], [6, 6, 6.5, 7, 7, 6, 7]
    assert words(fast, slow)[1:] == ["none", "up", "none", "down", "none", "up"]


def test_an_undefined_average_is_on_neither_side() -> None:
    nan = float("nan")
    assert words([5, nan, 7, 6], [6, 6, 6, 7]) == ["none", "none", "none", "down"]


def test_the_example_series_crosses_up_at_bar_43(ask: Ask) -> None:
    scores = ask("ma_cross", e60())
    assert list(np.flatnonzero(scores.score)) == [43]
    assert scores.score[43] == pytest.approx(24.18974519, abs=5e-9)
    assert scores.stop[43] == pytest.approx(1601.9 - 2 * 2.383195877, abs=5e-9)
    assert np.isnan(scores.target[43])
    assert scores.checks[0].value[43] == pytest.approx(0.000529579, abs=5e-10)
    assert scores.reasons[scores.reason[43]] == "cross_up"
    assert scores.exit_short[43]
    assert not scores.exit_long[43]


def test_sums_that_are_equal_but_for_rounding_are_a_touch(ask: Ask) -> None:
    """The truth in tenths; binary sums of 0.1, 0.2, 0.3 differ in the last digit where means are equal."""
    close = np.array([0.3, 0.2, 0.2, 0.2, 0.1, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3])
    fast = [round(sum(close[i - 1 : i + 1]) * 3, 9) for i in range(2, 11)]
    slow = [round(sum(close[i - 2 : i + 1]) * 2, 9) for i in range(2, 11)]
    expected = np.zeros(11, bool)
    expected[3:] = [a <= b and c > d for a, b, c, d in zip(fast, slow, fast[1:], slow[1:], strict=False)]
    scores = ask("ma_cross", bars_of(close, high=close + 0.1), fast=2, slow=3)
    np.testing.assert_array_equal(scores.exit_short, expected)
    assert expected.any()


def test_crosses_of_a_recorded_market_are_those_of_exact_arithmetic(ask: Ask, recorded: Recorded) -> None:
    """Integers decide: compared as they come, float averages put 46 crosses of the recorded file in a wrong place."""
    bars = read_bars(recorded("spot/XRPUSDT-5m-20240101-20240531.parquet"), 43_776)
    total = np.concatenate([[0], np.cumsum(np.round(bars.close * 1e8).astype(np.int64))])
    lead = 3 * (total[30:] - total[20:-10]) - (total[30:] - total[:-30])
    scores = ask("ma_cross", bars)
    np.testing.assert_array_equal(scores.exit_short[30:], (lead[:-1] <= 0) & (lead[1:] > 0))
    np.testing.assert_array_equal(scores.exit_long[30:], (lead[:-1] >= 0) & (lead[1:] < 0))


def test_constant_closes_never_cross_whatever_the_noise_of_the_averages(ask: Ask) -> None:
    close = np.concatenate([100.1 + 0.1 * (np.arange(40) % 3), np.full(400, 100.1)])
    for kind in ("sma", "ema"):
        scores = ask("ma_cross", bars_of(close, high=close + 0.3), kind=kind)
        assert not scores.exit_long[400:].any()
        assert not scores.exit_short[400:].any()


def hand_ema(x: Floats, n: int) -> Floats:
    out = np.full(len(x), np.nan)
    out[n - 1] = x[:n].mean()
    for t in range(n, len(x)):
        out[t] = out[t - 1] + 2.0 / (n + 1) * (x[t] - out[t - 1])
    return out


def test_exponential_averages_cross_where_a_plain_loop_says(ask: Ask) -> None:
    bars = random_bars(4, 600)
    fast, slow = hand_ema(bars.close, 9), hand_ema(bars.close, 21)
    scores = ask("ma_cross", bars, kind="ema", fast=9, slow=21)
    for t in range(21, 600):
        same = abs(fast[t - 1] / slow[t - 1] - 1) < 1e-9 or abs(fast[t] / slow[t] - 1) < 1e-9
        assert same or scores.exit_short[t] == (fast[t - 1] <= slow[t - 1] and fast[t] > slow[t])
        assert same or scores.exit_long[t] == (fast[t - 1] >= slow[t - 1] and fast[t] < slow[t])


def test_a_volume_mean_of_zero_leaves_its_part_at_0(ask: Ask) -> None:
    bars = e60()
    volume = np.zeros(60)
    volume[43] = 1000.0
    quiet = bars_of(bars.close, open=bars.open, high=bars.high, low=bars.low, volume=volume)
    assert ask("ma_cross", quiet).score[43] == pytest.approx(100 * 0.4 * 0.529579, abs=5e-5)


def test_slow_average_with_no_bar_five_earlier_leaves_its_part_at_0(ask: Ask) -> None:
    close = np.concatenate([np.full(15, 100.0), [99.0, 98.0, 97.0, 103.0, 105.0]])
    scores = ask("ma_cross", bars_of(close, high=close + 1.0), fast=5, slow=18)
    at = int(np.flatnonzero(scores.score)[0])
    gap = abs(close[at - 4 : at + 1].mean() / close[at - 17 : at + 1].mean() - 1)
    assert at - 5 < 17
    assert scores.score[at] == pytest.approx(100 * 0.4 * min(1.0, gap / 0.001), rel=1e-9)


def test_the_first_bar_and_window_follow_the_parameters() -> None:
    assert strategy.first_bar(Params()) == 30
    assert strategy.warmup(Params(slow=200)) == 500
    assert strategy.warmup(Params(kind="ema", slow=200)) == 3000
