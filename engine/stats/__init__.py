"""Performance figures (risk.md sections 4 and 9), each a pure function of numbers; None where one is undefined.

The figures most callers want are named here; drawdowns in full, evidence for a Sharpe ratio, over-fit measures, the
table of months and the whole card have rooms of their own.
"""

from engine.stats.drawdown import max_drawdown
from engine.stats.returns import cagr, calmar, returns, sharpe, sortino, total, volatility
from engine.stats.trades import expectancy, exposure, payoff, profit_factor, sqn, win_rate

__all__ = [
    "cagr",
    "calmar",
    "expectancy",
    "exposure",
    "max_drawdown",
    "payoff",
    "profit_factor",
    "returns",
    "sharpe",
    "sortino",
    "sqn",
    "total",
    "volatility",
    "win_rate",
]
