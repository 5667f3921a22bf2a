"""Value at risk by the printed examples, and each formula against a second way to its number."""

from math import sqrt
from statistics import NormalDist, fmean, stdev

import numpy as np
import pytest

from engine.model.market import Floats
from engine.risk.delta_normal import delta_normal
from engine.risk.kupiec import kupiec
from engine.risk.var import Method, Tail, exponential, portfolio_returns, rises, tail
from engine.risk.volatility import annual, ewma, realised
from tests.printed import X, near

CHANGED = X.copy()
CHANGED[9], CHANGED[20] = -0.055, 0.048


def found(method: Method, returns: Floats = X, a: float = 0.05) -> Tail:
    answer = tail(returns, method, a)
    assert answer is not None
    return answer


def test_historical_by_the_printed_numbers() -> None:
    answer, wider = found("historical"), found("historical", a=0.10)
    assert (answer.var, answer.es, answer.method) == (near(0.018), near(0.01833333333), "historical")
    assert (wider.var, wider.es, wider.method) == (near(0.0147), near(0.0175), "historical")
    # It is the method when none is named.
    assert tail(X) == answer


@pytest.mark.parametrize(("worst", "best"), [(-0.9, 0.005), (-0.02, 0.9)])
def test_what_is_noise_is_told_by_the_largest_return_of_either_sign(worst: float, best: float) -> None:
    """The quantile is -0.01, and one more day is nearer to it than sums of the largest return can tell."""
    returns = np.array([worst, -0.01, -0.01, -0.01 + 1e-13, *[0.005] * 27, best])
    answer = found("historical", returns)
    assert (answer.var, answer.es) == (near(0.01), near((0.03 - worst) / 4))


def test_normal_by_the_printed_numbers() -> None:
    answer = found("normal")
    assert (answer.var, answer.es, answer.method) == (near(0.01604051419), near(0.02075849155), "normal")


def test_cornish_fisher_by_the_printed_numbers() -> None:
    assert found("cornish_fisher") == found("historical")
    answer = found("cornish_fisher", CHANGED)
    assert answer.method == "cornish_fisher"
    assert (answer.var, answer.es) == (near(0.0282280494), near(0.04594609039))


def test_ewma_by_the_printed_numbers() -> None:
    answer = found("ewma")
    assert (answer.var, answer.es) == (near(0.01854268287), near(0.0232532724))
    assert exponential(X, 0.05, days=10).var == near(0.0586371118)


def test_a_shorter_history_is_weighed_as_well_when_it_is_asked_for() -> None:
    # One return is its own deviation: z of 5 % is 1.6448536269514722. Two: sqrt(0.94 v + 0.06 r^2).
    z = 1.6448536269514722
    assert exponential(X[:1], 0.05, min_obs=1).var == near(z * abs(float(X[0])))
    two = tail(X[:2], "ewma", min_obs=2)
    assert two is not None
    assert two.var == near(z * sqrt(0.94 * X[0] ** 2 + 0.06 * X[1] ** 2))


def test_the_domain_is_where_the_bent_quantile_rises_everywhere() -> None:
    """A grid of skews and kurtoses against the quantile itself, looked at from -40 to 40 deviations."""
    z = np.linspace(-40, 40, 4001)
    verdicts = set()
    for s in np.arange(-3.05, 3.1, 0.2):
        for k in np.arange(-2.03, 9.0, 0.2):
            bent = z + (z**2 - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s**2 / 36
            assert rises(float(s), float(k)) == bool((np.diff(bent) >= 0).all()), (s, k)
            verdicts.add(rises(float(s), float(k)))
    assert verdicts == {True, False}
    assert rises(0.0, 0.0)
    assert rises(0.0, 8.0)
    assert not rises(0.0, 8.0000001)
    assert not rises(0.0, -0.0000001)


@pytest.mark.parametrize("a", [0.01, 0.05, 0.1])
@pytest.mark.parametrize("n", [30, 31, 101, 250])
def test_the_quantile_is_numpys(a: float, n: int) -> None:
    returns = np.sin(np.arange(n) ** 2) / 50
    assert found("historical", returns, a).var == near(-float(np.quantile(returns, a)))


def test_a_quantile_on_a_return_counts_that_return_in_the_tail() -> None:
    # 101 returns, a = 0.07: position 7 in exact arithmetic, 7.000000000000001 in binary; eight returns are <= it.
    returns = np.arange(-50, 51) / 1000
    answer = found("historical", returns, 0.07)
    assert answer.var == near(0.043)
    assert answer.es == near(fmean(value / 1000 for value in range(43, 51)))
    # a = 0.29 of 100 steps is 28.999999999999996 in binary: thirty returns are <= -0.021.
    assert found("historical", returns, 0.29).es == near(fmean(value / 1000 for value in range(21, 51)))


@pytest.mark.parametrize("a", [0.01, 0.05])
def test_the_shortfall_is_the_mean_of_the_quantiles_beyond(a: float) -> None:
    """Integrate the quantile function of each method over (0, a) by the midpoint rule."""
    z = np.array([NormalDist().inv_cdf(a * (i + 0.5) / 20_000) for i in range(20_000)])
    mean, sd = fmean(CHANGED), stdev(CHANGED)
    centred = CHANGED - CHANGED.mean()
    s = float((centred**3).mean() / (centred**2).mean() ** 1.5)
    k = float((centred**4).mean() / (centred**2).mean() ** 2 - 3)
    bent = z + (z**2 - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s**2 / 36
    sigma = ewma(CHANGED) or 0.0
    assert found("normal", CHANGED, a).es == pytest.approx(-(mean + sd * float(z.mean())), rel=1e-3)
    assert found("cornish_fisher", CHANGED, a).es == pytest.approx(-(mean + sd * float(bent.mean())), rel=1e-3)
    assert found("ewma", CHANGED, a).es == pytest.approx(-sigma * float(z.mean()), rel=1e-3)


METHODS: tuple[Method, ...] = ("historical", "normal", "cornish_fisher", "ewma")


@pytest.mark.parametrize("method", METHODS)
def test_without_thirty_finite_returns_there_is_no_number(method: Method) -> None:
    assert tail(X[:29], method) is None
    assert tail(X[:29], method, min_obs=29) is not None
    assert tail(np.append(X, np.nan), method) is None
    assert tail(np.append(X, np.inf), method) is None
    assert tail(X[:1], method, min_obs=1) is None
    assert tail(X[:2], method, min_obs=2) is not None


@pytest.mark.parametrize("method", METHODS)
def test_only_the_last_250_returns_count(method: Method) -> None:
    long = np.concatenate([np.full(40, -0.5), np.tile(X, 8)])
    assert tail(long[-250:], method) == tail(long, method)


def test_a_portfolio_that_does_not_move_has_the_value_at_risk_of_its_mean() -> None:
    flat = np.full(40, 0.001)
    for method in ("historical", "normal", "cornish_fisher"):
        answer = found(method, flat)
        assert (answer.var, answer.es) == (near(-0.001), near(-0.001))
    assert found("ewma", np.zeros(40)) == Tail(0.0, 0.0, "ewma")
    assert found("historical", np.zeros(40)) == Tail(0.0, 0.0, "historical")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("scale", [1e-13, 1e13])
def test_returns_in_another_unit_have_the_same_tail_in_that_unit(method: Method, scale: float) -> None:
    answer, scaled = found(method, CHANGED), found(method, CHANGED * scale)
    assert (scaled.var / scale, scaled.es / scale) == (near(answer.var), near(answer.es))


def test_a_book_of_today_on_the_returns_of_the_past() -> None:
    returns = np.array([[0.01, -0.02, np.nan], [0.03, 0.01, 0.5]])
    book = portfolio_returns(np.array([5000.0, -2000.0, 0.0]), returns, 10_000.0)
    assert book is not None
    # (50 + 40) / 10,000 and (150 - 20) / 10,000; what is not held may be unknown.
    assert book.tolist() == [near(0.009), near(0.013)]
    unknown = portfolio_returns(np.array([0.0, 0.0, 1.0]), returns, 1.0)
    assert unknown is not None
    assert np.isnan(unknown[0])


@pytest.mark.parametrize("equity", [0.0, -1.0, float("nan")])
def test_without_equity_there_are_no_returns(equity: float) -> None:
    assert portfolio_returns(np.ones(1), np.ones((2, 1)), equity) is None


def test_ewma_is_the_recursion_of_its_rule() -> None:
    v = X[0] ** 2
    for r in X[1:]:
        v = 0.94 * v + 0.06 * r**2
    assert ewma(X) == near(sqrt(v))
    assert ewma(X[:1], min_obs=0) == near(abs(X[0]))


def test_volatility_needs_its_returns_and_some_movement() -> None:
    assert annual(realised(X, 20) or 0) == near(0.2301691312)
    assert annual(ewma(X) or 0) == near(0.2153732424)
    assert realised(X) is None
    assert realised(np.tile(X, 2)[:59]) is None
    assert realised(np.tile(X, 2)[:60]) == near(stdev(np.tile(X, 2)[:60]))
    assert realised(X, 2) == near(stdev(X[-2:]))
    assert realised(np.array([1.0, 1 + 1e-9] * 30)) is not None
    assert realised(np.array([1.0, 1 + 1e-13] * 30)) is None
    assert realised(X, 1) is None
    assert realised(np.full(60, 0.003)) is None
    assert realised(np.append(X, np.nan), 20) is None
    assert ewma(X[:29]) is None
    assert ewma(np.zeros(30)) is None
    assert ewma(np.append(X, np.inf)) is None


W = np.array([5200.0, -1800.0])
COVARIANCE = np.array([[0.0010, 0.0005], [0.0005, 0.0020]])


def test_the_parts_of_a_portfolios_value_at_risk() -> None:
    answer = delta_normal(W, COVARIANCE, 0.05)
    assert answer is not None
    assert answer.var == near(255.667616)
    assert answer.marginal == (near(0.04550375615), near(-0.01058226887))
    assert answer.component == (near(236.619532), near(19.04808397))
    assert sum(answer.component) == near(answer.var)
    assert answer.undiversified == near(402.8853245)


def test_nothing_at_risk_has_no_parts() -> None:
    answer = delta_normal(np.zeros(2), COVARIANCE, 0.05)
    assert answer is not None
    assert (answer.var, answer.undiversified, answer.marginal, answer.component) == (0, 0, None, None)
    little = delta_normal(np.array([1.0, 0.0]), COVARIANCE, 0.05)
    assert little is not None
    assert little.var == near(1.6448536269514722 * 0.001**0.5)


def test_unknown_covariance_has_no_number() -> None:
    assert delta_normal(W, COVARIANCE * np.nan, 0.05) is None
    assert delta_normal(W * np.inf, COVARIANCE, 0.05) is None


def test_breaches_that_fit_and_that_do_not() -> None:
    fits = kupiec(9, 180, 0.03)
    assert fits is not None
    assert (fits.ratio, fits.p_value, fits.rejected) == (near(2.069603507), near(0.150260581), False)
    none = kupiec(0, 180, 0.03)
    assert none is not None
    assert (none.ratio, none.p_value, none.rejected) == (near(10.96531469), near(0.0009283318031), True)


def test_the_p_value_is_that_of_a_squared_normal() -> None:
    answer = kupiec(20, 250, 0.05)
    assert answer is not None
    assert answer.p_value == near(2 * (1 - NormalDist().cdf(sqrt(answer.ratio))))
    exact = kupiec(5, 100, 0.05)
    assert exact is not None
    assert exact.p_value == pytest.approx(1)
    every = kupiec(10, 10, 0.05)
    assert every is not None
    assert every.rejected


@pytest.mark.parametrize(
    ("breaches", "days", "share"), [(0, 0, 0.05), (5, 4, 0.05), (-1, 4, 0.05), (1, 4, 0), (1, 4, 1)]
)
def test_nothing_to_test_is_no_verdict(breaches: int, days: int, share: float) -> None:
    assert kupiec(breaches, days, share) is None
