"""The third market of a triangle in the synthetic market: made of the other two, and now and then off their price."""

import numpy as np

from engine.feeds.course import Course
from engine.feeds.draws import Draws, glide, quarters_of
from engine.feeds.listings import Listing
from engine.feeds.prints import MEAN_SIZE, PRINTS, SIZES, Prints
from engine.feeds.regimes import MINUTES
from engine.model.market import Floats

KNOT_MINUTES = 5
"""How long the market takes from one distance to the next."""
USUAL = 0.0007
"""Distance from what the other two say, multiplied with the cube of a normal number: mostly small, rarely far ..."""
FARTHEST = 0.006
"""... and never farther."""


def crossed(listing: Listing, base: Prints, quote: Prints, course: Course, off: Floats, draws: Draws) -> Prints:
    """Trades at the price of `base` in terms of `quote`, each at the time of theirs and `off` by a fraction of it."""
    first, second = quarters_of(draws.words(MINUTES * PRINTS).reshape(MINUTES, PRINTS))[:2]
    bought = first < second
    fair = base.ticks * (quote.listing.ticks_per_unit / base.listing.ticks_per_unit) / quote.ticks
    exact = fair * (1 + off) * listing.ticks_per_unit
    unit = listing.turnover / listing.price / PRINTS / MEAN_SIZE * listing.steps_per_unit
    steps = np.rint(unit * course.activity[:, None] * SIZES[first]).astype(np.int64)
    ticks = np.where(bought, np.ceil(exact), np.floor(exact)).astype(np.int64)
    return Prints(listing, base.opened, np.maximum(ticks, 1), np.maximum(steps, 1), bought)


def distances(draws: Draws, tomorrow: Draws) -> Floats:
    """How far the market is off at each trade of a day, as a fraction; it comes back by itself.

    `tomorrow`: the draws of the next day, to which it leads.
    """
    z = np.append(draws.normals(MINUTES // KNOT_MINUTES), tomorrow.normals(1))
    knots = np.clip(USUAL * z * z * z, -FARTHEST, FARTHEST)
    return glide(knots, KNOT_MINUTES * PRINTS).reshape(MINUTES, PRINTS)
