"""Whether a market is in balance, from its minutes: the part of market structure that the desk itself asks for."""

import numpy as np

from engine.model.facts import MarketState
from engine.model.market import SPAN_MS, Bars
from engine.scoring.histories import aggregated

CLOSES = 12
"""Closes of five minutes that tell the market's state."""


def market_state(minutes: Bars) -> MarketState:
    """The market's state at the newest bar of five minutes (strategies.md 6.1); UNKNOWN without a whole day before."""
    return state_of(minutes)[0]


def state_of(minutes: Bars) -> tuple[MarketState, str]:
    """The same, and why it is UNKNOWN: a stable code, empty where it is known."""
    from strategies.structure.sessions import Sessions, developing, previous
    from strategies.structure.state import STATES
    from strategies.structure.state import market_state as states

    bars = aggregated(minutes, "1m", "5m")
    bars = bars.slice(max(0, len(bars) - CLOSES), len(bars))
    if len(bars) < CLOSES:
        return "UNKNOWN", "too_few_minutes"
    closed = bars.ts + SPAN_MS["5m"]
    before, now = previous(Sessions(minutes), closed), developing(minutes, closed)
    found = STATES[int(states(bars.close, before, now, CLOSES)[-1])]
    if found != "UNKNOWN":
        return found, ""
    return found, "no_previous_day" if np.isnan(before.val[-1]) else "day_just_begun"
