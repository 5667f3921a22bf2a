"""Full Kelly from a win rate that is only estimated, made smaller for that (risk.md R1.9).

Sources: Wilson (1927); Baker & McHale (2013), Decision Analysis 10(3).
"""

from math import isfinite, sqrt
from statistics import NormalDist
from typing import Literal

from engine.model.orders import Denial

Variant = Literal["beta", "wilson", "baker_mchale"]

MIN_TRADES = 30
PRIOR = 10.0
CONFIDENCE = 0.90


def edge(p: float, ratio: float) -> float:
    """f(p): the share of equity to stake at win rate `p` when a win pays `ratio` times a loss."""
    return p - (1 - p) / ratio


def beta_rate(wins: int, trades: int, prior_wins: float = PRIOR, prior_losses: float = PRIOR) -> float:
    """Win rate with as many imagined wins and losses added."""
    return (wins + prior_wins) / (trades + prior_wins + prior_losses)


def wilson_rate(wins: int, trades: int, confidence: float = CONFIDENCE) -> float:
    """One-sided lower bound of the win rate."""
    z = NormalDist().inv_cdf(confidence)
    p = wins / trades
    root = sqrt(p * (1 - p) / trades + z * z / (4 * trades * trades))
    return (p + z * z / (2 * trades) - z * root) / (1 + z * z / trades)


def trust(wins: int, trades: int, ratio: float) -> float:
    """Baker and McHale's k: the share of the raw Kelly bet that the size of the sample bears out."""
    p = wins / trades
    gain = (ratio + 1) * p - 1
    spread = (ratio + 1) ** 2 * p * (1 - p) / trades
    return gain * gain / (gain * gain + spread)


def shrunk(
    wins: int,
    trades: int,
    ratio: float,
    variant: Variant = "baker_mchale",
    *,
    prior: tuple[float, float] = (PRIOR, PRIOR),
    confidence: float = CONFIDENCE,
) -> float | Denial:
    """Full Kelly to use in place of that of R1.8; `ratio` is the mean win over the mean loss.

    Fewer than 30 trades are `insufficient_history`, but for `beta`, whose prior covers that.
    """
    if not 0 <= wins <= trades or not isfinite(ratio) or ratio <= 0 or not 0 < confidence < 1 or min(prior) <= 0:
        return Denial("bad_input", f"{wins} wins of {trades} at a ratio of {ratio} are no record")
    if variant == "beta":
        return max(0.0, edge(beta_rate(wins, trades, *prior), ratio))
    if trades < MIN_TRADES:
        return Denial("insufficient_history", f"{trades} trades are known, {MIN_TRADES} are needed")
    if variant == "wilson":
        return max(0.0, edge(wilson_rate(wins, trades, confidence), ratio))
    return trust(wins, trades, ratio) * max(0.0, edge(wins / trades, ratio))
