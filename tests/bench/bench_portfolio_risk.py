"""What the desk recomputes off the hot path, 50 symbols and 200 days, one of them young: the slower way."""

import sys
import time
from collections.abc import Callable
from decimal import Decimal
from statistics import quantiles

import numpy as np

from engine.risk.correlation import correlations
from engine.risk.delta_normal import delta_normal
from engine.risk.exposure import correlated_exposure, exposure, notionals
from engine.risk.heat import correlated_heat, stress_heat, total_heat
from engine.risk.stake import Stake
from engine.risk.var import Method, portfolio_returns, tail

SYMBOLS, DAYS = 50, 200
BUDGET_S = 0.020
METHODS: tuple[Method, ...] = ("historical", "normal", "cornish_fisher", "ewma")


def test_correlations_value_at_risk_and_heat_of_50_symbols_are_within_the_budget() -> None:
    days = np.arange(DAYS)[:, None]
    returns = np.sin(days**2 * (1 + np.arange(SYMBOLS) / 7)) / 40 + np.sin(days * days) / 40
    returns[:-40, -1] = np.nan
    names = [f"S{place}" for place in range(SYMBOLS)]
    book = [
        Stake(name, name, "x", "long" if place % 3 else "short", Decimal("1.5"), Decimal(100), Decimal(101), None)
        for place, name in enumerate(names)
    ]

    def recompute() -> None:
        rho = correlations(names, returns).among(names)
        held = notionals(book)
        past = portfolio_returns(held, np.nan_to_num(returns), 1e4)
        assert past is not None
        assert all(tail(past, method) is not None for method in METHODS)
        assert delta_normal(held, np.cov(np.nan_to_num(returns).T).astype(np.float64), 0.05) is not None
        assert min(total_heat(book), exposure(book).gross) > 0
        assert stress_heat(book, rho, 1e4) >= correlated_heat(book, rho, 1e4)[0]
        assert correlated_exposure(book, rho, 1e4) > 0

    p95 = quantiles(_times(recompute), n=20)[-1]
    sys.stdout.write(f"\nportfolio risk, {SYMBOLS} symbols x {DAYS} days: p95 {p95 * 1000:.1f} ms\n")
    assert p95 <= BUDGET_S


def _times(work: Callable[[], None], runs: int = 60) -> list[float]:
    found: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return found
