"""The books of the synthetic market: a top of prices a tick apart, its sizes, how deep it is, the flow of takers."""

from collections.abc import Iterator, Sequence
from itertools import repeat

import msgspec
import numpy as np

from engine.feeds.course import Course
from engine.feeds.draws import Draws, quarters_of
from engine.feeds.prints import PRINT_GAP_MS, PRINTS, SIZES, Prints
from engine.feeds.regimes import MINUTES
from engine.model.market import MINUTE_MS, Flags, Floats, Ints
from engine.model.messages import Depth, Quote

AFTER_MS = PRINT_GAP_MS // 2
"""A quote comes so long after its trade."""
FLOW_PRINTS = 10_000 // PRINT_GAP_MS
"""Trades in ten seconds."""
BOOK_PRINTS = 6
"""The book leans with the takers of so many last prints."""
DEEP = 2.0
"""What stands near the price in a calm minute, as a multiple of its turnover."""


class Tops(msgspec.Struct, frozen=True):
    """Columns of tops of a book: prices in ticks, quantities in base units."""

    bids: Ints
    bid_qty: Floats
    ask_qty: Floats
    bid_depth: Floats
    ask_depth: Floats
    lean: Floats
    """(bid - ask)/(bid + ask) of the sizes, -1..1."""

    def quotes(self, tape: Prints, at: Ints, flow: Sequence[float | None]) -> Iterator[Quote]:
        """One by one, at their times."""
        price, times = tape.listing.ticks_per_unit, at.tolist()
        return map(
            Quote,
            times,
            repeat(tape.listing.instrument.symbol),
            (self.bids / price).tolist(),
            ((self.bids + 1) / price).tolist(),
            self.bid_qty.tolist(),
            self.ask_qty.tolist(),
            flow,
            map(Depth, times, self.bid_depth.tolist(), self.ask_depth.tolist()),
        )


def quotes(tape: Prints, course: Course, draws: Draws) -> Iterator[Quote]:
    """A day's quotes, one for each trade, in the order of time."""
    size = MINUTES * PRINTS
    bought, steps = tape.bought.ravel(), tape.steps.ravel()
    pressed = _last(bought.astype(float), BOOK_PRINTS) / np.minimum(np.arange(1, size + 1), BOOK_PRINTS)
    tops = _tops(tape, np.repeat(course.deviation, PRINTS), tape.ticks.ravel(), bought, pressed, draws)
    taken = _last(np.where(bought, steps, -steps).astype(float), FLOW_PRINTS) / _last(steps.astype(float), FLOW_PRINTS)
    flow: list[float | None] = [None] * (FLOW_PRINTS - 1) + taken[FLOW_PRINTS - 1 :].tolist()
    return tops.quotes(tape, tape.opened + AFTER_MS + PRINT_GAP_MS * np.arange(size), flow)


def closings(tape: Prints, course: Course, draws: Draws) -> tuple[list[Quote], list[float]]:
    """A day's quotes at its minutes' closes, and how they lean."""
    pressed = tape.bought[:, -BOOK_PRINTS:].sum(axis=1) / BOOK_PRINTS
    tops = _tops(tape, course.deviation, tape.ticks[:, -1], tape.bought[:, -1], pressed, draws)
    at = tape.opened + MINUTE_MS * np.arange(1, MINUTES + 1)
    return list(tops.quotes(tape, at, [None] * MINUTES)), tops.lean.tolist()


def _tops(tape: Prints, deviation: Floats, ticks: Ints, bought: Flags, pressed: Floats, draws: Draws) -> Tops:
    """The book after some trades; `pressed` is the share of the last takers that bought.

    A taker that bought leaves the ask where it paid. The side that was just taken from is thin, as it is while the
    other side has yet to follow. Behind the top stands the less the more the market moves: with twice the deviation a
    quarter, so that little is left in a crash.
    """
    listing = tape.listing
    first, second, third, fourth = quarters_of(draws.words(len(ticks)))
    unit = float(np.median(tape.steps)) / listing.steps_per_unit
    bid, ask = SIZES[first] * (0.5 + pressed), SIZES[second] * (1.5 - pressed)
    behind = DEEP * listing.turnover / listing.price * (listing.volatility / deviation) ** 2
    return Tops(
        np.maximum(ticks - bought, 1),
        unit * bid,
        unit * ask,
        np.round(unit * bid + behind * (0.5 + third / 65_536) * (0.5 + pressed), 3),
        np.round(unit * ask + behind * (0.5 + fourth / 65_536) * (1.5 - pressed), 3),
        (bid - ask) / (bid + ask),
    )


def _last(x: Floats, n: int) -> Floats:
    """The sum of the last n values; of all there are in the first rows."""
    total = np.cumsum(x)
    total[n:] -= total[:-n].copy()
    return total
