"""Swings and divergence: the printed example, confirmation, prefixes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.structure.swings import divergence, swing_highs, swing_lows

CLOSE = np.array([9, 8, 6, 7, 8, 7, 5, 6, 7.0])
FLOW = np.array([5, 3, 1, 2, 4, 3, 2, 3, 4.0])


def test_the_example_has_the_printed_swings_and_divergence() -> None:
    found = divergence(CLOSE, FLOW)
    assert swing_lows(CLOSE).tolist() == [2, 6]
    assert found.bullish[-1] == 1.0
    assert found.bearish[-1] == 0.0


def test_the_mirrored_example_diverges_downwards() -> None:
    found = divergence(-CLOSE, -FLOW)
    assert swing_highs(-CLOSE).tolist() == [2, 6]
    assert (found.bullish[-1], found.bearish[-1]) == (0.0, 1.0)


def test_a_swing_counts_from_its_confirmation_two_bars_later() -> None:
    assert divergence(CLOSE, FLOW).bullish.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 1]


def test_equal_neighbours_are_no_swing() -> None:
    assert swing_lows(np.array([3, 2, 1, 1, 2, 3.0])).size == 0
    assert swing_highs(np.array([1, 2.0])).size == 0


def test_unknown_flow_at_a_swing_is_an_unknown_divergence() -> None:
    flow = FLOW.copy()
    flow[2] = np.nan
    assert np.isnan(divergence(CLOSE, flow).bullish[-1])


def test_price_and_flow_moving_together_do_not_diverge() -> None:
    flow = FLOW.copy()
    flow[6] = 0.5
    assert divergence(CLOSE, flow).bullish[-1] == 0.0


@given(st.integers(0, 2**32 - 1))
def test_every_row_compares_the_last_two_swings_confirmed_by_then(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, flow = rng.integers(0, 9, 60).astype(float), rng.integers(0, 9, 60).astype(float)
    found = divergence(x, flow)
    for t in range(60):
        lows = [i for i in range(2, t - 1) if all(x[i] < x[j] for j in (i - 2, i - 1, i + 1, i + 2))]
        highs = [i for i in range(2, t - 1) if all(x[i] > x[j] for j in (i - 2, i - 1, i + 1, i + 2))]
        bullish = len(lows) > 1 and x[lows[-1]] < x[lows[-2]] and flow[lows[-1]] > flow[lows[-2]]
        bearish = len(highs) > 1 and x[highs[-1]] > x[highs[-2]] and flow[highs[-1]] < flow[highs[-2]]
        assert (found.bullish[t], found.bearish[t]) == (bullish, bearish)


@pytest.mark.parametrize("size", [0, 1, 4, 5])
def test_short_series_have_no_divergence(size: int) -> None:
    assert divergence(CLOSE[:size], FLOW[:size]).bullish.tolist() == [0.0] * size
