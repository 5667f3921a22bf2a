"""Preset ensemble `four_models`."""

from engine.model.market import Timeframe
from strategies.ensemble import Preset


class FourModels(Preset):
    """Price, volatility and flow: votes of `breakout`, `rsi_mr`, `vol_model` and `flow_model`.

    Signal, stop, target, exits, score, checks and reason codes as in `ensemble`.
    """

    name = "four_models"
    timeframes: tuple[Timeframe, ...] = ("1h",)
    voters = ("breakout", "rsi_mr", "vol_model", "flow_model")


strategy = FourModels()
