"""The top of the book of the synthetic market, after every trade: prices a tick apart, sizes, the flow of takers."""

from collections.abc import Iterator
from itertools import repeat

import numpy as np

from engine.feeds.draws import Draws, quarters_of
from engine.feeds.prints import BOOK_PRINTS, PRINT_GAP_MS, PRINTS, SIZES, Prints
from engine.feeds.regimes import MINUTES
from engine.model.market import Floats
from engine.model.messages import Quote

AFTER_MS = PRINT_GAP_MS // 2
"""A quote comes so long after its trade."""
FLOW_PRINTS = 10_000 // PRINT_GAP_MS
"""Trades in ten seconds."""


def quotes(tape: Prints, draws: Draws) -> Iterator[Quote]:
    """A day's quotes, one for each trade, in the order of time.

    A taker that bought leaves the ask where it paid. The side that is taken from is thin, as at a minute's close.
    """
    symbol, size = tape.listing.instrument.symbol, MINUTES * PRINTS
    ticks, bought, steps = tape.ticks.ravel(), tape.bought.ravel(), tape.steps.ravel()
    bids = np.maximum(ticks - bought, 1)
    pressed = _last(bought.astype(float), BOOK_PRINTS) / np.minimum(np.arange(1, size + 1), BOOK_PRINTS)
    first, second, _, _ = quarters_of(draws.words(size))
    unit = float(np.median(steps)) / tape.listing.steps_per_unit
    at = tape.opened + AFTER_MS + PRINT_GAP_MS * np.arange(size)
    taken = _last(np.where(bought, steps, -steps).astype(float), FLOW_PRINTS) / _last(steps.astype(float), FLOW_PRINTS)
    flow: list[float | None] = [None] * (FLOW_PRINTS - 1) + taken[FLOW_PRINTS - 1 :].tolist()
    return map(
        Quote,
        at.tolist(),
        repeat(symbol),
        (bids / tape.listing.ticks_per_unit).tolist(),
        ((bids + 1) / tape.listing.ticks_per_unit).tolist(),
        (unit * SIZES[first] * (0.5 + pressed)).tolist(),
        (unit * SIZES[second] * (1.5 - pressed)).tolist(),
        flow,
    )


def _last(x: Floats, n: int) -> Floats:
    """The sum of the last n values; of all there are in the first rows."""
    total = np.cumsum(x)
    total[n:] -= total[:-n].copy()
    return total
