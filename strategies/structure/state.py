"""Is the market in balance or has it left value? (strategies.md 6.1)"""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from engine.model.market import Floats
from strategies.structure.areas import Areas

MarketState = Literal["UNKNOWN", "BALANCED", "IMBALANCED_UP", "IMBALANCED_DOWN", "TRANSITION"]
STATES: tuple[MarketState, ...] = get_args(MarketState)
"""What the codes of a column of states stand for."""
UNKNOWN, BALANCED, UP, DOWN, TRANSITION = range(5)
States = npt.NDArray[np.int8]
OUT_BARS = 3
"""Closes beyond an edge that make an imbalance."""
SHOWN: dict[MarketState, str] = {
    "UNKNOWN": "Unknown",
    "BALANCED": "Balanced",
    "IMBALANCED_UP": "Out of Balance",
    "IMBALANCED_DOWN": "Out of Balance",
    "TRANSITION": "In Transition",
}


def overlap(a: Areas, b: Areas) -> Floats:
    """Length of the intersection of two value areas as a share of that of their union; 0 without one."""
    shared = np.maximum(np.minimum(a.vah, b.vah) - np.maximum(a.val, b.val), 0.0)
    union = (a.vah - a.val) + (b.vah - b.val) - shared
    share = np.zeros(len(union))
    np.divide(shared, union, out=share, where=union > 0.0)
    return share


def shares(close: Floats, areas: Areas, k: int) -> tuple[Floats, Floats, Floats]:
    """Of the last `k` closes the shares inside, above and below each row's value area.

    NaN where there are fewer closes or the area is unknown.
    """
    inside, above, below = np.full((3, len(close)), np.nan)
    if len(close) >= k:
        last = close[np.arange(len(close) - k + 1)[:, None] + np.arange(k)]
        val, vah = areas.val[k - 1 :, None], areas.vah[k - 1 :, None]
        over, under = (last > vah).sum(axis=1), (last < val).sum(axis=1)
        known = np.where(np.isnan(areas.val[k - 1 :]), np.nan, float(k))
        inside[k - 1 :], above[k - 1 :], below[k - 1 :] = (k - over - under) / known, over / known, under / known
    return inside, above, below


def last_closes(close: Floats, bars: int) -> Floats:
    """(bars, rows): the close of each row, of the one before, and so on; NaN where there was none."""
    found = np.full((bars, len(close)), np.nan)
    for back in range(min(bars, len(close))):
        found[back, back:] = close[: len(close) - back]
    return found


def market_state(
    close: Floats, before: Areas, now: Areas, k: int = 12, inside: float = 0.70, least_overlap: float = 0.50
) -> States:
    """State code of every bar from the value area of the day before and the one that develops.

    Imbalanced when the last three closes are all beyond an edge of the former; balanced when the share
    `inside` of the last `k` closes is within it and the areas overlap enough; else in transition. Unknown
    with fewer than `k` closes or without one of the areas. Sources: Steidlmayer; Dalton, Mind over Markets.
    """
    held, _, _ = shares(close, before, k)
    return states(close, held, before, now, inside, least_overlap)


def states(
    close: Floats, held: Floats, before: Areas, now: Areas, inside: float = 0.70, least_overlap: float = 0.50
) -> States:
    """`market_state` where the share of the last closes inside value is known already: `held`."""
    last = last_closes(close, OUT_BARS)
    above = np.logical_and.reduce(last > before.vah)
    below = np.logical_and.reduce(last < before.val)
    within = np.where((held >= inside) & (overlap(before, now) >= least_overlap), BALANCED, TRANSITION)
    state = np.where(above, UP, np.where(below, DOWN, within))
    return np.where(np.isnan(held) | np.isnan(now.val), UNKNOWN, state).astype(np.int8)
