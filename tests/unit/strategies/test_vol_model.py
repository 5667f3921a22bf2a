"""Volatility model: the printed example, thresholds, a plain loop beside the columns."""

import math
import statistics
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.market import Floats, Scores
from strategies.indicators import atr
from strategies.vol_model import Params, ewma, regime, strategy, volatility
from tests.series import bars_of, random_bars

Ask = Callable[..., Scores]
PRINTED = np.array([100.0, 100.1] * 6 + [100.8, 101.6, 102.5])
SHORT = Params(slow=14)


def changes(close: Floats) -> list[float]:
    return [after / before - 1 for before, after in pairwise(close.tolist())]


def test_the_printed_example() -> None:
    r = changes(PRINTED)
    assert statistics.stdev(r) == pytest.approx(0.003480090432, rel=1e-9)
    assert ewma(np.array([np.nan, *r]), 0.85)[-1] == pytest.approx(0.005070973163, rel=1e-9)
    ratio, move = volatility(PRINTED, SHORT)
    assert ratio[-1] == pytest.approx(1.457138331, rel=1e-9)
    assert move[-1] == pytest.approx(3.977644882, rel=1e-9)
    assert regime(float(ratio[-1])) == "NORMAL"
    bars = bars_of(PRINTED)
    scores = strategy.evaluate({"1h": bars}, SHORT)
    assert list(np.flatnonzero(scores.score)) == [14]
    assert scores.score[14] == pytest.approx(58.28553323, abs=5e-9)
    assert scores.reasons[scores.reason[14]] == "normal_up"
    assert scores.stop[14] == pytest.approx(102.5 - 2 * atr(bars)[14], rel=1e-12)
    assert scores.target[14] == pytest.approx(102.5 + 4 * atr(bars)[14], rel=1e-12)


def test_a_fall_is_the_mirror_image() -> None:
    scores = strategy.evaluate({"1h": bars_of(200.0 - PRINTED)}, SHORT)
    assert scores.score[14] < 0
    assert scores.reasons[scores.reason[14]] == "normal_down"
    assert scores.stop[14] > 97.5 > scores.target[14]


@pytest.mark.parametrize(("decay", "slow"), [(0.85, 100), (0.5, 20), (0.99, 300)])
def test_a_plain_loop_says_the_same(decay: float, slow: int) -> None:
    bars = random_bars(31, 1_500)
    params = Params(decay=decay, slow=slow)
    scores = strategy.evaluate({"1h": bars}, params)
    close = bars.close.tolist()
    r = [math.nan, *changes(bars.close)]
    variance, signals = r[1] ** 2, 0
    for t in range(2, len(close)):
        variance = decay * variance + (1 - decay) * r[t] ** 2
        if t < slow:
            continue
        spread = statistics.stdev(r[t - slow + 1 : t + 1])
        if spread == 0:
            assert scores.score[t] == 0
            continue
        ratio, z = math.sqrt(variance) / spread, (close[t] / close[t - 3] - 1) / (spread * math.sqrt(3))
        assert scores.checks[0].value[t] == pytest.approx(ratio, rel=1e-9)
        assert scores.checks[1].value[t] == pytest.approx(z, rel=1e-9, abs=1e-9)
        if ratio >= 1.25 and abs(z) >= 1 and scores.reasons[scores.reason[t]] != "flat_market":
            parts = min(1, (ratio - 1.25) / 1.25), min(1, (abs(z) - 1) / 2)
            assert scores.score[t] == pytest.approx(math.copysign(50 * sum(parts), z), rel=1e-8, abs=1e-9)
            state = regime(ratio).lower() + ("_up" if z > 0 else "_down")
            assert scores.reasons[scores.reason[t]] == state
            signals += 1
        else:
            assert scores.score[t] == 0
    assert signals > 20
    assert not scores.score[:slow].any()


def test_both_conditions_are_needed() -> None:
    scores = strategy.evaluate({"1h": random_bars(5, 3_000)}, Params())
    both = scores.checks[0].met & scores.checks[1].met
    ready = np.arange(3_000) >= 100
    quiet = scores.reason == scores.reasons.index("flat_market")
    np.testing.assert_array_equal(scores.score != 0, both & ready & ~quiet)
    assert (scores.checks[0].met != scores.checks[1].met).any()


def test_returns_that_differ_by_rounding_only_have_no_volatility(ask: Ask) -> None:
    """Growth of exactly 0.1 % a bar: the deviation is rounding noise, not a market."""
    scores = ask("vol_model", bars_of(np.array([100.0 * 1.001**t for t in range(300)])), slow=20)
    assert not scores.score.any()
    assert np.isnan(scores.checks[0].value).all()


@given(
    st.lists(st.integers(-900, 900).map(lambda x: x / 10_000), max_size=150), st.sampled_from([0.5, 0.85, 0.94, 0.99])
)
def test_the_blocks_of_the_fast_volatility_are_the_recursion(r: list[float], decay: float) -> None:
    expected, variance = [], None
    for value in r:
        variance = value**2 if variance is None else decay * variance + (1 - decay) * value**2
        expected.append(math.sqrt(variance))
    np.testing.assert_allclose(ewma(np.array([np.nan, *r]), decay)[1:], expected, rtol=1e-9)


def test_the_fast_volatility_of_nothing() -> None:
    assert len(ewma(np.array([]), 0.85)) == 0
    assert len(strategy.evaluate({"1h": bars_of(np.array([]))}, Params()).score) == 0


@pytest.mark.parametrize(
    ("ratio", "name"), [(0.7499, "LOW"), (0.75, "NORMAL"), (1.4999, "NORMAL"), (1.5, "HIGH"), (9.0, "HIGH")]
)
def test_the_regimes(ratio: float, name: str) -> None:
    assert regime(ratio) == name


def test_the_warm_up_lasts_until_the_slowest_decay_is_forgotten() -> None:
    assert strategy.first_bar(Params()) == 100
    assert strategy.warmup(Params()) == 500
    assert strategy.warmup(Params(slow=500)) == 501
    assert strategy.warmup(Params(decay=0.99)) == 3_000
