"""Which members of an ensemble may vote: one that loses steadily is paused (strategies.md section 14)."""

PAUSE_TRADES, PAUSE_SQN = 20, -1.0


def to_be_paused(trades: int, sqn: float | None) -> bool:
    """True for a strategy that lost steadily: enough closed trades in 30 days, their system quality number below -1."""
    return trades >= PAUSE_TRADES and sqn is not None and sqn < PAUSE_SQN
