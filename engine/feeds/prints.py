"""One symbol's day in the synthetic market as trades, and the candles and footprints made of them."""

import math

import msgspec
import numpy as np

from engine.feeds.course import Course
from engine.feeds.draws import Draws, quarters_of
from engine.feeds.listings import Listing
from engine.feeds.regimes import MINUTES
from engine.minute import Trade
from engine.model.market import MINUTE_MS, Bars, Flags, Floats, Footprint, FootprintRow, Ints

PRINTS = 24
"""Trades in each minute; what varies is their size."""
PRINT_GAP_MS = MINUTE_MS // PRINTS
STEP_SD = 65_536 / math.sqrt(6)
"""Standard deviation of the sum of two uniform 16-bit numbers."""
SIZES = 0.18 + 0.3 / (np.arange(65_536) / 65_536 + 0.02)
"""Sizes of a print relative to the mean: many small, few large (their mean is close to 1.36)."""
MEAN_SIZE = float(SIZES.mean())


class Prints(msgspec.Struct, frozen=True):
    """Every trade of a symbol's day: 1,440 rows of 24 prices in ticks, amounts in steps, buying takers."""

    listing: Listing
    opened: int
    """00:00 of the day, UTC ms."""
    ticks: Ints
    steps: Ints
    bought: Flags

    def bars(self) -> Bars:
        """The day's minutes, each made of its own trades."""
        price, amount = float(self.listing.ticks_per_unit), float(self.listing.steps_per_unit)
        return Bars(
            self.opened + MINUTE_MS * np.arange(MINUTES),
            self.ticks[:, 0] / price,
            self.ticks.max(axis=1) / price,
            self.ticks.min(axis=1) / price,
            self.ticks[:, -1] / price,
            self.steps.sum(axis=1) / amount,
            (self.steps * self.bought).sum(axis=1) / amount,
        )

    def footprint(self, minute: int) -> Footprint:
        """Volume of one minute by row and side (strategies.md 4.1, 5.4), counted in whole ticks and steps."""
        height = -(-int(self.ticks[0, 0]) * 5 // 10_000)
        sides: dict[int, list[int]] = {}
        for tick, steps, bought in zip(
            self.ticks[minute].tolist(),
            self.steps[minute].tolist(),
            self.bought[minute].tolist(),
            strict=True,
        ):
            sides.setdefault(tick // height, [0, 0])[bought] += steps
        price, amount = self.listing.ticks_per_unit, self.listing.steps_per_unit
        none = [0, 0]
        rows = []
        for row in range(min(sides), max(sides) + 1):
            sold, bought = sides.get(row, none)
            rows.append(FootprintRow(row * height / price, sold / amount, bought / amount))
        return Footprint(tuple(rows))

    def trades(self, minute: int) -> list[Trade]:
        """The trades of one minute; ids of a symbol follow on each other from minute to minute."""
        opened = self.opened + minute * MINUTE_MS
        price, amount = self.listing.ticks_per_unit, self.listing.steps_per_unit
        return [
            Trade(
                at=opened + k * PRINT_GAP_MS,
                id=opened // MINUTE_MS * PRINTS + k,
                price=int(self.ticks[minute, k]) / price,
                qty=int(self.steps[minute, k]) / amount,
                taker_sold=not self.bought[minute, k],
            )
            for k in range(PRINTS)
        ]


def prints(listing: Listing, opened: int, course: Course, levels: Floats, draws: Draws) -> Prints:
    """Trades along a bridge from each minute's first level to its last.

    Takers that buy pay the tick above the bridge, takers that sell get the one below; who takes leans with
    the price, as it does where orders move it.
    """
    first, second, lean, size = quarters_of(draws.words(MINUTES * PRINTS).reshape(MINUTES, PRINTS))
    wobble = (first + second).astype(np.int64) - 65_535
    share = np.arange(1, PRINTS + 1) / PRINTS
    walk = np.cumsum(wobble, axis=1)
    bridge = (walk - walk[:, -1:] * share) / (STEP_SD * math.sqrt(PRINTS))
    start, move = levels[:-1, None], np.diff(levels)[:, None]
    deviation = course.deviation[:, None]
    price = start + move * share + start * deviation * bridge
    push = np.clip(move / (start * deviation), -3, 3) * 12_000
    bought = wobble + push + (lean.astype(np.float64) * 2 - 65_535) > 0
    exact = price * listing.ticks_per_unit
    ticks = np.where(bought, np.ceil(exact), np.floor(exact)).astype(np.int64)
    unit = listing.turnover / listing.price / PRINTS / MEAN_SIZE * listing.steps_per_unit
    steps = np.rint(unit * course.activity[:, None] * SIZES[size]).astype(np.int64)
    return Prints(listing, opened, np.maximum(ticks, 1), np.maximum(steps, 1), bought)
