"""The vote of a grid: the printed figures, the thirds, a plain loop beside the columns."""

import numpy as np
import pytest

from engine.model.market import Bars
from strategies.grid import Params
from strategies.grid import strategy as voter
from strategies.indicators import atr
from tests.series import bars_of, e60, random_bars


def test_the_printed_figures_of_e60() -> None:
    scores = voter.evaluate({"5m": e60()}, Params())
    atr_pct = scores.checks[0].value
    assert atr_pct[20] == pytest.approx(0.15944174, abs=5e-9)
    assert atr_pct[59] == pytest.approx(0.17309529, abs=5e-9)
    assert scores.checks[0].met[[20, 59]].all()
    assert 100 * (0.5 - atr_pct[59]) / 0.5 == pytest.approx(65.38094158, abs=5e-9)


def ranged(last: float) -> Bars:
    """The printed range 1500..1620, then calm bars around the last close."""
    close = np.concatenate([[1560.0, 1500.0, 1620.0], np.full(45, last)])
    return bars_of(close, high=close + 0.5 * (np.arange(48) > 2), low=close - 0.5 * (np.arange(48) > 2))


@pytest.mark.parametrize(
    ("close", "side"), [(1540.0, 1), (1540.5, 0), (1567.0, 0), (1579.5, 0), (1580.0, -1), (1510.0, 1), (1610.0, -1)]
)
def test_the_outer_thirds_of_the_printed_range_vote_for_its_middle(close: float, side: int) -> None:
    bars = ranged(close)
    scores = voter.evaluate({"5m": bars}, Params(max_atr_pct=5.0))
    assert np.sign(scores.score[-1]) == side
    if side:
        edge = 1500.0 if side > 0 else 1620.0
        assert scores.target[-1] == 1560.0
        assert scores.stop[-1] == pytest.approx(edge - side * atr(bars)[-1], rel=1e-12)


def test_an_atr_of_exactly_half_a_percent_is_not_calm() -> None:
    """True ranges of 1 at a close of 200."""
    close = np.full(40, 200.0)
    bars = bars_of(close, high=close + 1.0, low=close)
    assert not voter.evaluate({"5m": bars}, Params()).score.any()
    assert voter.evaluate({"5m": bars}, Params(max_atr_pct=0.51)).score[14:].all()


def test_a_plain_loop_says_the_same() -> None:
    bars, params = random_bars(8, 1_500), Params(range=30, max_atr_pct=2.0)
    scores = voter.evaluate({"5m": bars}, params)
    unit, seen = atr(bars), 0
    for t in range(14, 1_500):
        first = max(0, t - 29)
        low, high, close = min(bars.low[first : t + 1]), max(bars.high[first : t + 1]), bars.close[t]
        share, (bottom, here, top) = 100 * unit[t] / close, (round(10 * price) for price in (low, close, high))
        side = int(3 * (here - bottom) <= top - bottom) - int(3 * (top - here) <= top - bottom)
        if share >= 2.0 or scores.reasons[scores.reason[t]] == "flat_market":
            side = 0
        assert np.sign(scores.score[t]) == side
        if side:
            seen += 1
            assert abs(scores.score[t]) == pytest.approx(100 * min(1, max(0, (2.0 - share) / 0.5)), abs=1e-9)
            assert scores.stop[t] == pytest.approx(low - unit[t] if side > 0 else high + unit[t], rel=1e-12)
            assert scores.target[t] == pytest.approx((low + high) / 2, rel=1e-12)
    assert seen > 100


def test_every_prefix_and_every_window_of_warmup_bars_says_the_same() -> None:
    bars, params = random_bars(8, 1_500), Params(max_atr_pct=2.0)
    whole, window, seen = voter.evaluate({"5m": bars}, params), voter.warmup(params), 0
    for size in range(1, 1_500, 13):
        part = voter.evaluate({"5m": bars.slice(0, size)}, params)
        for name in ("score", "confidence", "stop", "target", "reason"):
            assert getattr(part, name).tobytes() == getattr(whole, name)[:size].tobytes()
        if size >= window:
            last = voter.evaluate({"5m": bars.slice(size - window, size)}, params)
            assert last.score[-1] == pytest.approx(whole.score[size - 1], rel=1e-9)
            np.testing.assert_allclose(last.stop[-1], whole.stop[size - 1], rtol=1e-9)
            seen += bool(last.score[-1])
    assert seen > 20
