import pytest

from engine.feeds.draws import Draws
from engine.feeds.regimes import MINUTES, REGIMES, shocks, weather


def test_regimes_that_begin_on_their_own_share_all_the_chances() -> None:
    assert sum(regime.weight for regime in REGIMES) == pytest.approx(1)


def test_segments_fill_the_day_without_a_gap() -> None:
    for day in range(-20, 20):
        segments = weather(5, day).segments
        edges = [segments[0].start, *(segment.stop for segment in segments)]
        assert (edges[0], edges[-1]) == (0, MINUTES)
        assert edges == sorted(set(edges))
        assert [segment.start for segment in segments] == edges[:-1]


def test_a_squeeze_breaks_to_either_side_and_a_crash_rebounds() -> None:
    pairs = {
        (before.regime.name, after.regime.name, after.sign)
        for day in range(200)
        for before, after in zip(weather(5, day).segments, weather(5, day).segments[1:], strict=False)
        if before.regime.then
    }
    assert pairs == {("squeeze", "break", 1), ("squeeze", "break", -1), ("crash", "rebound", 1)}


def test_the_market_changes_its_regime_every_few_hours() -> None:
    lengths = [s.stop - s.start for day in range(100) for s in weather(5, day).segments]
    assert 60 < sum(lengths) / len(lengths) < 240
    assert max(lengths) <= 300


def test_volatility_waves_join_at_midnight() -> None:
    for day in range(10):
        today, tomorrow = weather(5, day), weather(5, day + 1)
        before = today.volatility[-1] / today.segments[-1].regime.volatility
        after = tomorrow.volatility[0] / tomorrow.segments[0].regime.volatility
        calm = abs(today.jump[-120:]).sum() == abs(tomorrow.jump[:1]).sum() == 0
        # One minute of the steepest wave, between knots 5 minutes apart, is a fifth of a knot's difference.
        assert not calm or 0.75 < after / before < 1.33


def test_a_shock_moves_the_price_at_once_and_excites_the_minutes_after_it() -> None:
    jump, excitement = next(
        pair for day in range(100) if abs((pair := shocks(Draws(day), 1))[0]).sum() and pair[0][:-300].any()
    )
    (minute,) = jump.nonzero()[0]
    assert 3 <= abs(jump[minute]) <= 9
    assert (excitement[:minute] == 0).all()
    assert excitement[minute] > excitement[minute + 1] > excitement[minute + 60] > 0
