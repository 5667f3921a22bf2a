"""Figures of closed trades (risk.md R9.2). Results are net of fees and funding."""

from collections.abc import Sequence
from math import sqrt
from statistics import fmean

from engine.stats.returns import deviation


def win_rate(pnl: Sequence[float]) -> float | None:
    """Winning trades over all trades, those of exactly 0 among them; None without trades."""
    return sum(value > 0 for value in pnl) / len(pnl) if pnl else None


def profit_factor(pnl: Sequence[float]) -> float | None:
    """Sum of wins over the sum of losses; None without a loss."""
    lost = -sum(value for value in pnl if value < 0)
    return sum(value for value in pnl if value > 0) / lost if lost else None


def expectancy(pnl: Sequence[float]) -> float | None:
    """Mean result of a trade, in the unit of `pnl`: given R multiples it is the expectancy in R."""
    return fmean(pnl) if pnl else None


def payoff(pnl: Sequence[float]) -> float | None:
    """Mean win over mean loss; None without a win or without a loss."""
    wins, losses = [value for value in pnl if value > 0], [value for value in pnl if value < 0]
    return fmean(wins) / -fmean(losses) if wins and losses else None


def multiples(pnl: Sequence[float], risk: Sequence[float]) -> list[float]:
    """R of each trade: its result over the money at risk when it was opened. A trade without such a risk has no R."""
    return [value / risked for value, risked in zip(pnl, risk, strict=True) if risked > 0]


def sqn(r: Sequence[float]) -> float | None:
    """System quality number of R multiples: root of min(n, 100) times their mean over their deviation.

    Source: Tharp, *Definitive Guide to Position Sizing* (2008).
    """
    spread = deviation(r)
    return None if spread is None else sqrt(min(len(r), 100)) * fmean(r) / spread


def losing_streak(pnl: Sequence[float]) -> int:
    """Longest run of losses; a trade of exactly 0 neither extends nor breaks it."""
    return _longest_run([value < 0 for value in pnl if value])


def winning_streak(pnl: Sequence[float]) -> int:
    """Longest run of wins, by the rule of the losses."""
    return _longest_run([value > 0 for value in pnl if value])


def exposure(exposed: int, bars: int) -> float | None:
    """Share of bars with an open position; None without bars."""
    return exposed / bars if bars else None


def _longest_run(met: Sequence[bool]) -> int:
    longest = run = 0
    for each in met:
        run = run + 1 if each else 0
        if run > longest:
            longest = run
    return longest
