"""A strategy that loses steadily is paused until a person turns it on again (strategies.md section 14)."""

from collections.abc import Sequence

from engine.model.market import DAY_MS
from engine.stats.trades import sqn

Evidence = tuple[tuple[int, float], ...]
"""When each trade closed (UTC ms) and its R multiple, oldest first."""

PAUSE_TRADES, PAUSE_SQN = 20, -1.0
PAUSE_DAYS = 30
MOST = 1_000
"""Trades remembered of a strategy, at most: the newest."""


def with_trade(known: Evidence, at: int, r: float) -> Evidence:
    """The trades of the last 30 days, this one among them."""
    since = at - PAUSE_DAYS * DAY_MS
    return (*(each for each in known[1 - MOST :] if each[0] > since), (at, r))


def pause(known: Sequence[tuple[int, float]]) -> str | None:
    """Why a strategy with these trades is paused; None where it goes on."""
    quality = sqn([r for _, r in known])
    if quality is None or not to_be_paused(len(known), quality):
        return None
    return f"SQN {quality:.2f} over {len(known)} trades in {PAUSE_DAYS} days"


def to_be_paused(trades: int, sqn: float | None) -> bool:
    """True for a strategy that lost steadily: enough closed trades in 30 days, their system quality number below -1."""
    return trades >= PAUSE_TRADES and sqn is not None and sqn < PAUSE_SQN
