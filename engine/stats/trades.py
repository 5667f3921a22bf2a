"""Figures of closed trades (risk.md R9.2). Results are net of fees and funding."""

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import fmean

import numpy as np

from engine.model.market import Floats
from engine.stats.returns import deviation


def win_rate(pnl: Sequence[float] | Floats) -> float | None:
    """Winning trades over all trades, those of exactly 0 among them; None without trades."""
    return np.count_nonzero(np.asarray(pnl) > 0) / len(pnl) if len(pnl) else None


def profit_factor(pnl: Sequence[float] | Floats) -> float | None:
    """Sum of wins over the sum of losses; None without a loss."""
    wins, losses = _parted(pnl)
    return fsum(wins) / -fsum(losses) if len(losses) else None


def expectancy(pnl: Sequence[float]) -> float | None:
    """Mean result of a trade, in the unit of `pnl`: given R multiples it is the expectancy in R."""
    return fmean(pnl) if len(pnl) else None


def payoff(pnl: Sequence[float] | Floats) -> float | None:
    """Mean win over mean loss; None without a win or without a loss."""
    wins, losses = _parted(pnl)
    return fmean(wins) / -fmean(losses) if len(wins) and len(losses) else None


def multiples(pnl: Sequence[float] | Floats, risk: Sequence[float]) -> list[float]:
    """R of each trade: its result over the money at risk when it was opened. A trade without such a risk has no R."""
    risked = np.asarray(risk, float)
    found: list[float] = (np.asarray(pnl, float)[risked > 0] / risked[risked > 0]).tolist()
    return found


def sqn(r: Sequence[float]) -> float | None:
    """System quality number of R multiples: root of min(n, 100) times their mean over their deviation.

    Source: Tharp, *Definitive Guide to Position Sizing* (2008).
    """
    spread = deviation(r)
    return None if spread is None else sqrt(min(len(r), 100)) * fmean(r) / spread


def losing_streak(pnl: Sequence[float] | Floats) -> int:
    """Longest run of losses; a trade of exactly 0 neither extends nor breaks it."""
    return _longest_run(-np.sign(pnl))


def winning_streak(pnl: Sequence[float] | Floats) -> int:
    """Longest run of wins, by the rule of the losses."""
    return _longest_run(np.sign(pnl))


def exposure(exposed: int, bars: int) -> float | None:
    """Share of bars with an open position; None without bars."""
    return exposed / bars if bars else None


def _parted(pnl: Sequence[float] | Floats) -> tuple[list[float], list[float]]:
    """Wins and losses."""
    results = np.asarray(pnl, float)
    return results[results > 0].tolist(), results[results < 0].tolist()


def _longest_run(signs: Floats) -> int:
    """The most values of 1 between two of -1, or an end."""
    ends = np.flatnonzero(signs[signs != 0] < 0)
    return int(np.diff(ends, prepend=-1, append=np.count_nonzero(signs)).max()) - 1
