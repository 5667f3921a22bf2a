"""Preset ensemble `classic_five`."""

from engine.model.market import Timeframe
from strategies.ensemble import Preset


class ClassicFive(Preset):
    """The classics together: votes of `ma_cross`, `rsi_mr`, `macd_bb`, `grid` and `breakout`.

    Signal, stop, target, exits, score, checks and reason codes as in `ensemble`.
    """

    name = "classic_five"
    timeframes: tuple[Timeframe, ...] = ("15m",)
    voters = ("ma_cross", "rsi_mr", "macd_bb", "grid", "breakout")


strategy = ClassicFive()
