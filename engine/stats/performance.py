"""The whole card of a run: every figure of risk.md sections 4 and 9 in one frozen view."""

from collections.abc import Sequence

import msgspec
import numpy as np

from engine.stats import evidence, trades
from engine.stats.drawdown import Drawdown, drawdown
from engine.stats.returns import cagr, calmar, compounded, sharpe, sortino, total, volatility


class Performance(msgspec.Struct, frozen=True):
    """Rates are fractions, money is in the account's currency, None is undefined (shown as n/a)."""

    days: int
    total: float | None
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    drawdown: Drawdown | None
    """Of the daily returns compounded from 1; a curve of finer marks may fall deeper."""
    trades: int
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None
    payoff: float | None
    best: float | None
    worst: float | None
    expectancy_r: float | None
    sqn: float | None
    winning_streak: int
    losing_streak: int
    exposure: float | None
    psr: float | None
    """Probability that the true Sharpe ratio is above 0."""
    deflated_sharpe: float | None
    """Probability that it beats the luckiest of the trials; equals `psr` for a single trial."""
    trials: int
    minimum_track_record: float | None
    """Days of such returns needed before `psr` reaches 0.95."""


def performance(
    r: Sequence[float],
    pnl: Sequence[float],
    risk: Sequence[float],
    exposed: int,
    bars: int,
    trials: int = 1,
    trial_variance: float = 0.0,
) -> Performance:
    """From daily returns, each trade's net result and money at risk when opened, and bars with and without a position.

    `trials` parameter sets were tried to find this one, their Sharpe ratios per day varied by `trial_variance`.
    """
    of = evidence.shape(r)
    results = np.asarray(pnl, float)
    multiples = trades.multiples(results, risk)
    return Performance(
        days=len(r),
        total=total(r),
        cagr=cagr(r),
        volatility=volatility(r),
        sharpe=sharpe(r),
        sortino=sortino(r),
        calmar=calmar(r),
        drawdown=drawdown(compounded(r)),
        trades=len(pnl),
        win_rate=trades.win_rate(results),
        profit_factor=trades.profit_factor(results),
        expectancy=trades.expectancy(pnl),
        payoff=trades.payoff(results),
        best=max(pnl, default=None),
        worst=min(pnl, default=None),
        expectancy_r=trades.expectancy(multiples),
        sqn=trades.sqn(multiples),
        winning_streak=trades.winning_streak(results),
        losing_streak=trades.losing_streak(results),
        exposure=trades.exposure(exposed, bars),
        psr=evidence.probabilistic_sharpe(of) if of else None,
        deflated_sharpe=evidence.deflated_sharpe(of, trials, trial_variance) if of else None,
        trials=trials,
        minimum_track_record=evidence.minimum_track_record(of) if of else None,
    )
