"""Razor: the printed example, each check on its own, the bracket."""

import statistics
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from engine.model.instrument import Instrument
from engine.model.market import Scores
from strategies import indicators
from strategies.indicators import ema
from strategies.razor import Params, break_even, strategy
from tests.series import bars_of, e60, random_bars

Ask = Callable[..., Scores]
SHORTS = (22, 24, 25, 31, 32, 33)
LONGS = (41, 42, 48, 49, 51, 52)


def test_the_example_series_gives_the_printed_signals(ask: Ask) -> None:
    scores = ask("razor", e60())
    assert tuple(np.flatnonzero(scores.score < 0)) == SHORTS
    assert tuple(np.flatnonzero(scores.score > 0)) == LONGS
    assert {scores.reasons[code] for code in scores.reason[list(LONGS)]} == {"razor_long"}
    assert {scores.reasons[code] for code in scores.reason[list(SHORTS)]} == {"razor_short"}


def test_bar_31_carries_the_printed_numbers(ask: Ask) -> None:
    scores = ask("razor", e60())
    checks = {check.name: check for check in scores.checks}
    assert list(checks) == ["trend", "rsi", "volatility", "momentum"]
    assert all(check.met[31] for check in scores.checks)
    assert checks["volatility"].value[31] == pytest.approx(0.1089471447, abs=5e-11)
    assert checks["momentum"].value[31] == pytest.approx(-0.001503570981, abs=5e-13)
    assert scores.score[31] == pytest.approx(-75.73991564, abs=5e-9)
    assert scores.confidence[31] == -scores.score[31]


def test_bar_34_fails_by_momentum_and_keeps_its_strength(ask: Ask) -> None:
    scores = ask("razor", e60())
    assert [bool(check.met[34]) for check in scores.checks] == [True, True, True, False]
    assert scores.checks[3].value[34] == pytest.approx(0.0002507365386, abs=5e-14)
    assert scores.confidence[34] == pytest.approx(50.48617624, abs=5e-9)
    assert scores.score[34] == 0.0
    assert scores.reasons[scores.reason[34]] == "no_signal"
    assert np.isnan(scores.stop[34])
    assert np.isnan(scores.target[34])


@pytest.mark.parametrize(
    ("close", "side", "tick", "stop", "target"),
    [("2481.37", 1, "0.05", "2469.00", "2506.15"), ("0.41273", -1, "0.0001", "0.4147", "0.4087")],
)
def test_the_bracket_rounded_towards_entry_is_the_printed_one(
    ask: Ask, close: str, side: int, tick: str, stop: str, target: str
) -> None:
    wave = np.array([0.0, 0.001, -0.0005, 0.0008, 0.0002])
    drift = side * 0.0003 * np.arange(-59, 1)
    x = float(close) * (1.0 + drift + side * np.tile(wave, 12))
    x[-1] = float(close)
    scores = ask("razor", bars_of(x, high=x * 1.0001), threshold=0)
    assert np.sign(scores.score[-1]) == side
    instrument = Instrument("X/USDT:USDT", "X", "USDT", tick=Decimal(tick))
    inward: tuple[str, str] = ("up", "down") if side > 0 else ("down", "up")
    assert instrument.price(float(scores.stop[-1]), inward[0]) == Decimal(stop)  # type: ignore[arg-type]
    assert instrument.price(float(scores.target[-1]), inward[1]) == Decimal(target)  # type: ignore[arg-type]


def test_a_strength_at_the_threshold_is_not_above_it(ask: Ask) -> None:
    strength = ask("razor", e60()).confidence[31]
    assert ask("razor", e60(), threshold=float(strength)).score[31] == 0.0
    assert ask("razor", e60(), threshold=float(np.nextafter(strength, 0.0))).score[31] < 0.0


def test_all_checks_met_but_too_weak_says_so(ask: Ask) -> None:
    scores = ask("razor", e60(), threshold=80)
    assert scores.reasons[scores.reason[31]] == "below_threshold"
    assert scores.score[31] == 0.0


def test_a_signal_stands_exactly_where_all_checks_are_met_and_strength_is_enough(ask: Ask) -> None:
    bars = random_bars(8, 3_000)
    scores = ask("razor", bars, vol_max=5)
    met = np.all([check.met for check in scores.checks], axis=0) & (scores.confidence > 70.0)
    met[:21] = False
    assert np.flatnonzero(scores.score).size > 20
    np.testing.assert_array_equal(scores.score != 0.0, met)


def test_every_check_is_met_where_its_definition_holds(ask: Ask) -> None:
    bars = random_bars(31, 1_500)
    scores = ask("razor", bars, vol_max=3)
    close = bars.close
    trend, rsi, volatility, momentum = scores.checks
    fast, slow, index = ema(close, 9), ema(close, 21), indicators.rsi(close)
    for t in range(21, 1_500):
        side = np.sign(fast[t] - slow[t])
        returns = close[t - 19 : t + 1] / close[t - 20 : t] - 1
        spread = 100 * statistics.stdev(returns.tolist())
        moved = close[t] / close[t - 5] - 1
        inside = 50 < index[t] <= 70 if side > 0 else 30 <= index[t] < 50
        assert trend.met[t] == (side != 0)
        assert rsi.met[t] == (side != 0 and inside)
        assert volatility.value[t] == pytest.approx(spread, rel=1e-9)
        assert volatility.met[t] == (0.02 <= spread <= 3)
        assert momentum.met[t] == (side * moved > 0 and abs(moved) >= 0.0005)


def test_fees_raise_the_share_of_wins_that_is_needed() -> None:
    assert break_even(Params(), 0.0004) == pytest.approx((0.009196, 0.005798, 0.3866880085), abs=5e-11)
    assert break_even(Params(), 0.0)[2] == pytest.approx(1 / 3)


def test_razor_never_asks_for_an_exit(ask: Ask) -> None:
    scores = ask("razor", random_bars(8, 500))
    assert not scores.exit_long.any()
    assert not scores.exit_short.any()


def test_the_first_bar_and_window_follow_the_longest_parameters() -> None:
    assert strategy.first_bar(Params()) == 21
    assert strategy.first_bar(Params(slow=50)) == 50
    assert strategy.first_bar(Params(vol_window=100)) == 101
    assert strategy.warmup(Params()) == 500
    assert strategy.warmup(Params(slow=100)) == 1500
    assert strategy.warmup(Params(rsi=50)) == 1250
