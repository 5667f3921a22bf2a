"""Preset ensemble `three_parallel`."""

from engine.model.market import Timeframe
from strategies.ensemble import Preset


class ThreeParallel(Preset):
    """An auction playbook, a range and failed breakouts: votes of `fabio`, `grid` and `failed_breakout`.

    Signal, stop, target, exits, score, checks and reason codes as in `ensemble`.
    """

    name = "three_parallel"
    timeframes: tuple[Timeframe, ...] = ("5m", "1m", "1h", "4h", "1d")
    accepts: tuple[Timeframe, ...] = ("5m",)
    voters = ("fabio", "grid", "failed_breakout")


strategy = ThreeParallel()
