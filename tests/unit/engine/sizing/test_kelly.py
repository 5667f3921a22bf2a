from math import exp, log

import numpy as np
import pytest

from engine.model.market import Floats
from engine.model.orders import Denial
from engine.sizing.allocation import Allocation, allocate
from engine.sizing.kelly import Drift, Kelly, continuous, kelly, used
from engine.sizing.shrunk import Variant, beta_rate, edge, shrunk, trust, wilson_rate
from tests.printed import near

MEAN = np.array([0.0011, 0.0006])
COVARIANCE = np.array([[0.0010, 0.0005], [0.0005, 0.0020]])


def code(answer: object) -> str:
    assert isinstance(answer, Denial)
    return answer.code


def bet(p: float, win: float, loss: float, fraction: float = 1.0, cap: float = 4.0) -> Kelly:
    answer = kelly(p, win, loss, fraction, cap)
    assert isinstance(answer, Kelly)
    return answer


def test_a_good_bet_is_capped() -> None:
    answer = bet(0.58, 0.02, 0.015, 0.3)
    assert answer.raw == near(17.66666667)
    assert answer.growth == near(0.04617938977)
    assert answer.used == 4


def test_a_bad_bet_is_not_made() -> None:
    answer = bet(0.42, 0.01, 0.012)
    assert answer.raw == near(-23)
    assert (answer.full, answer.growth, answer.used) == (0, 0, 0)


def test_no_other_stake_grows_faster() -> None:
    """An independent look: growth by simulation of one bet's two outcomes around the optimum."""
    answer = bet(0.58, 0.02, 0.015)
    grown = [
        exp(0.58 * log(1 + 0.02 * f) + 0.42 * log(1 - 0.015 * f)) for f in np.linspace(0.5, 1.5, 101) * answer.full
    ]
    assert max(range(101), key=grown.__getitem__) == 50
    assert exp(answer.growth) == near(grown[50])


def test_certainty_has_no_losing_part() -> None:
    # p = 1: the stake is 1 / loss, growth ln(1 + win / loss), 0 ln 0 counting as 0.
    assert bet(1.0, 0.02, 0.01).growth == near(log(3))
    assert bet(0.0, 0.02, 0.01).used == 0


@pytest.mark.parametrize(
    ("p", "win", "loss", "fraction", "cap"),
    [
        (-0.1, 1, 1, 1, 1),
        (1.1, 1, 1, 1, 1),
        (float("nan"), 1, 1, 1, 1),
        (0.5, 0, 1, 1, 1),
        (0.5, 1, -1, 1, 1),
        (0.5, 1, float("inf"), 1, 1),
        (0.5, 1, 1, 0, 1),
        (0.5, 1, 1, 1, 0),
    ],
)
def test_what_is_no_bet_is_bad_input(p: float, win: float, loss: float, fraction: float, cap: float) -> None:
    assert code(kelly(p, win, loss, fraction, cap)) == "bad_input"


def test_defaults_are_a_quarter_and_twice_equity() -> None:
    assert (used(1.0), used(100.0)) == (0.25, 2.0)


def test_a_drift_is_trusted_as_far_as_its_sample_goes() -> None:
    answer = continuous(0.0009, 0.027, 240, 0.4, 2)
    assert isinstance(answer, Drift)
    assert (answer.full, answer.shrink, answer.used) == (near(1.234567901), near(0.2105263158), near(0.1039636127))
    once = continuous(0.0009, 0.027, 1, 0.4, 2)
    assert isinstance(once, Drift)
    assert once.shrink == near(0.0009**2 / (0.0009**2 + 0.027**2))
    down = continuous(-0.0009, 0.027, 240)
    assert isinstance(down, Drift)
    assert down.used == 0


def test_a_drift_needs_a_fraction_and_a_cap() -> None:
    assert code(continuous(0.1, 1, 9, fraction=0)) == "bad_input"
    assert code(continuous(0.1, 1, 9, cap=0)) == "bad_input"


@pytest.mark.parametrize(("mean", "sd", "n"), [(0.1, 0, 9), (float("nan"), 1, 9), (0.1, 1, 0), (0.1, -1, 9)])
def test_a_drift_without_deviation_or_sample_is_bad_input(mean: float, sd: float, n: int) -> None:
    assert code(continuous(mean, sd, n)) == "bad_input"


def test_41_wins_of_75_by_each_variant() -> None:
    assert edge(41 / 75, 1.3) == near(0.1979487179)
    assert beta_rate(41, 75, 6, 6) == near(0.5402298851)
    assert shrunk(41, 75, 1.3, "beta", prior=(6, 6)) == near(0.1865605659)
    assert wilson_rate(41, 75, 0.95) == near(0.4521371051)
    assert shrunk(41, 75, 1.3, "wilson", confidence=0.95) == near(0.03070410897)
    assert trust(41, 75, 1.3) == near(0.7911625864)
    assert shrunk(41, 75, 1.3) == near(0.1566096197)


@pytest.mark.parametrize("variant", ["beta", "wilson", "baker_mchale"])
def test_a_losing_record_bets_nothing(variant: Variant) -> None:
    assert shrunk(10, 75, 1.0, variant) == 0
    assert shrunk(0, 75, 1.0, variant) == 0


def test_a_perfect_record_is_believed_by_the_raw_spread_only() -> None:
    # No spread at 75 of 75: k = 1 and f = 1.
    assert shrunk(75, 75, 1.3) == near(1.0)
    bounded = shrunk(75, 75, 1.3, "wilson")
    assert isinstance(bounded, float)
    assert bounded < 1


@pytest.mark.parametrize(("variant", "enough"), [("beta", True), ("wilson", False), ("baker_mchale", False)])
def test_fewer_than_30_trades_are_enough_for_a_prior_only(variant: Variant, enough: bool) -> None:
    answer = shrunk(20, 29, 1.3, variant)
    assert isinstance(answer, float) if enough else code(answer) == "insufficient_history"
    assert isinstance(shrunk(20, 30, 1.3, variant), float)


@pytest.mark.parametrize(("wins", "trades", "ratio"), [(-1, 40, 1.0), (41, 40, 1.0), (20, 40, 0.0), (20, 40, np.inf)])
def test_what_is_no_record_is_bad_input(wins: int, trades: int, ratio: float) -> None:
    assert code(shrunk(wins, trades, ratio)) == "bad_input"


def test_the_default_prior_is_ten_wins_and_ten_losses() -> None:
    assert shrunk(41, 75, 1.0, "beta") == near(51 / 95 - 44 / 95)
    # 41.5 of 76 with half a win and half a loss.
    assert shrunk(41, 75, 1.0, "beta", prior=(0.5, 0.5)) == near(41.5 / 76 - 34.5 / 76)
    # z of 0.90 is 1.2815515655446004.
    z = 1.2815515655446004
    low = (41 / 75 + z * z / 150 - z * (41 * 34 / 75**3 + z * z / (4 * 75**2)) ** 0.5) / (1 + z * z / 75)
    assert wilson_rate(41, 75) == near(low)


def test_confidence_and_prior_have_ranges() -> None:
    assert code(shrunk(20, 40, 1.0, "wilson", confidence=1.0)) == "bad_input"
    assert code(shrunk(20, 40, 1.0, "wilson", confidence=0.0)) == "bad_input"
    assert code(shrunk(20, 40, 1.0, "beta", prior=(0, 1))) == "bad_input"


def test_several_assets_share_the_cap() -> None:
    answer = allocate(MEAN, COVARIANCE, 1)
    assert isinstance(answer, Allocation)
    assert answer.full == (near(1.085714286), near(0.02857142857))
    assert answer.gross == near(1.114285714)
    assert answer.capped == (near(0.9743589744), near(0.02564102564))


def test_below_the_cap_nothing_is_cut_and_a_negative_mean_is_a_short() -> None:
    answer = allocate(-MEAN, COVARIANCE, 5)
    assert isinstance(answer, Allocation)
    assert answer.capped == answer.full
    assert answer.full[0] == near(-1.085714286)
    nothing = allocate(np.zeros(2), COVARIANCE, 5)
    assert isinstance(nothing, Allocation)
    assert nothing.capped == (0, 0)


@pytest.mark.parametrize(
    "covariance",
    [
        np.ones((2, 2)),
        -np.eye(2),
        np.array([[1.0, 2.0], [2.0, 1.0]]),
        np.array([[1.0, 0.5], [0.49, 1.0]]),
        np.array([[1.0, 0.5], [0.5 + 1e-7, 1.0]]),
        np.array([[1.0, 0.5], [0.49, 1.0]]) * 1e-9,
        np.zeros((2, 2)),
        np.diag([1e-3, 1e-16]),
        np.array([[np.nan, 0.0], [0.0, 1.0]]),
    ],
)
def test_a_covariance_that_is_none_is_refused(covariance: Floats) -> None:
    assert code(allocate(MEAN, covariance, 1)) == "bad_covariance"


def test_small_variances_are_as_good_as_large_ones() -> None:
    answer = allocate(MEAN, np.diag([1e-3, 1e-14]), 1)
    assert isinstance(answer, Allocation)
    assert answer.full == (near(1.1), near(6e10))
    assert code(allocate(np.ones(3), np.diag([1e-3, 1e-14, 1.0]), 1)) == "bad_covariance"


def test_means_and_cap_must_fit() -> None:
    assert code(allocate(np.array([]), np.empty((0, 0)), 1)) == "bad_input"
    assert code(allocate(np.array([0.1]), COVARIANCE, 1)) == "bad_input"
    assert code(allocate(np.array([0.1, np.inf]), COVARIANCE, 1)) == "bad_input"
    assert code(allocate(MEAN, COVARIANCE, 0)) == "bad_input"
    assert code(allocate(MEAN, COVARIANCE, float("nan"))) == "bad_input"
