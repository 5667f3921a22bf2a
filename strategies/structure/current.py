"""The market state of section 6.1 on the close of every bar, whatever their timeframe."""

import numpy as np

from engine.model.market import SPAN_MS, BarsByTimeframe, Timeframe
from strategies.structure.closed import newest
from strategies.structure.sessions import Sessions, developing, previous
from strategies.structure.state import UNKNOWN, States, market_state

SETUPS: Timeframe = "5m"
CLOSES = 12
"""Closes of five minutes that the state is taken from."""


def states(bars: BarsByTimeframe) -> States:
    """State code of each bar of the first timeframe: that of the bar of five minutes closed by its close.

    Unknown without bars of 1m and 5m, and where the newest bar of five minutes is missing.
    """
    timeframe: Timeframe = next(iter(bars))
    of = bars[timeframe]
    fives, minutes = bars.get(SETUPS), bars.get("1m")
    if fives is None or minutes is None or not len(fives):
        return np.full(len(of), UNKNOWN, np.int8)
    at = fives.ts + SPAN_MS[SETUPS]
    state = market_state(fives.close, previous(Sessions(minutes), at), developing(minutes, at), CLOSES)
    row = newest(fives, SETUPS, of.ts + SPAN_MS[timeframe])
    return np.where(row >= 0, state[row], UNKNOWN).astype(np.int8)
