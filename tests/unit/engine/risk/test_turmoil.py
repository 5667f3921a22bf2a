"""The quick look at a symbol's last minutes never misses what the exact rule sees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.candles import KnownSeries, Series
from engine.model.market import Bars, Floats
from engine.model.messages import CandleClosed
from engine.risk.turmoil import RECENT, turmoil
from engine.risk.volatility import deviation
from engine.risk.volatility_halt import newest_hit

MINUTE = 60_000


def walk(seed: int, minutes: int) -> Floats:
    """Prices whose pace changes, still ones among them."""
    rng = np.random.default_rng(seed)
    pace = np.repeat(rng.choice([0.0, 0.0005, 0.01], minutes // 40 + 1), 40)[:minutes]
    prices: Floats = np.exp(np.cumsum(rng.normal(0, 1, minutes) * pace)) * 100
    return prices


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 700))
def test_the_quick_look_is_at_least_what_is_there(seed: int, minutes: int) -> None:
    closes = walk(seed, minutes)
    moved, ratio = turmoil(closes)
    returns = closes[1:] / closes[:-1] - 1
    for place in range(max(1, minutes - 40), minutes):
        seen = returns[:place]
        assert moved[place] == np.abs(seen[-15:]).max()
        windows = [seen[: len(seen) - ago] for ago in range(15)]
        exact = [
            deviation(window[-15:]) / usual
            for window in windows
            if len(window) >= 240 and (usual := deviation(window[-240:])) > 0
        ]
        assert ratio[place] >= max(exact, default=0.0)


def test_the_quick_look_is_no_more_than_what_is_there_by_more_than_its_slack() -> None:
    rng = np.random.default_rng(7)
    returns = rng.normal(0, 1, 699) * np.repeat([0.0005, 0.01, 0.0005, 0.002, 0.0005, 0.004, 0.001], 100)[:699]
    closes = 100 * np.cumprod([1.0, *(1 + returns)])
    _, ratio = turmoil(closes)
    assert not ratio[:240].any()
    exact = [
        np.std(returns[end - 15 : end], ddof=1) / np.std(returns[end - 240 : end], ddof=1) for end in range(240, 700)
    ]
    worst = [max(exact[max(0, place - 14) : place + 1]) for place in range(len(exact))]
    assert ratio[240:] == pytest.approx(worst, rel=3e-6)
    moved, none = turmoil(closes, False)
    assert moved.tolist() == turmoil(closes)[0].tolist()
    assert not none.any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1, 899), max_size=3))
def test_a_known_series_says_what_one_says_that_saw_every_minute(seed: int, holes: list[int]) -> None:
    keep = ~np.isin(np.arange(900), holes)
    closes, opened = walk(seed, 900)[keep], np.flatnonzero(keep) * MINUTE
    bars = Bars(opened, closes, closes, closes, closes, closes, closes)
    seen, known = Series("X", "1m", frozenset()), KnownSeries("X", "1m", {"1m": bars}, opened, closes)
    for at, close in zip(opened.tolist(), closes.tolist(), strict=True):
        assert seen.refuse(CandleClosed(at + MINUTE, "X", "1m", at, close, close, close, close, 1.0)) is None
        known.skip(at)
        assert (seen.moved(), seen.closed_at) == (known.moved(), known.closed_at)
        if at % (7 * MINUTE) == 0:
            assert seen.recent().tolist() == known.recent().tolist()
            (one, ratio), (other, quick) = seen.turmoil(), known.turmoil()
            assert one == other
            assert (ratio > 0) == (quick > 0)
    assert known.long
    assert seen.long == (len(seen.closes) > 240)
    seen.restart()
    assert (seen.turmoil(), seen.moved(), len(seen.recent())) == ((0.0, 0.0), 0.0, 0)


def test_the_newest_of_the_last_fifteen_minutes_counts() -> None:
    closes = np.array([100.0] * 5 + [101.0] * 20)
    assert newest_hit(closes[:6], 0.0099, None) == 0
    assert newest_hit(closes[:20], 0.0099, None) == 14
    assert newest_hit(closes[:21], 0.0099, None) is None
    assert newest_hit(closes[:6], 0.0101, None) is None
    assert newest_hit(closes[:1], 0.0, 1.0) is None
    assert newest_hit(np.array([100.0, 150.0]), 0.5, None) is None, "the line itself is calm"
    storm = np.array([100.0] * 260 + [101.0, 100.0, 100.0])
    assert newest_hit(storm, None, 4.1) == 0
    assert newest_hit(storm[:-2], None, 4.1) is None
    assert len(storm) > RECENT - 15
