"""How one symbol of the synthetic market moves: its share of the weather, what is its own, day after day."""

import math

import msgspec
import numpy as np

from engine.feeds.draws import Draws, growth
from engine.feeds.listings import Listing
from engine.feeds.regimes import MINUTES, SHOCK_VOLATILITY, Weather, shocks, weather
from engine.model.market import Floats

OWN_SHOCKS = 2
"""At most so many shocks a day of the symbol's own."""
LARGEST_RETURN = 0.2
"""No minute moves further than this."""
HOMING = 0.12
"""Share of the way back to the first day's price that a day takes: the market may run for years."""


class Course(msgspec.Struct, frozen=True):
    """How a symbol's price moves on one day: a return and a standard deviation for each minute."""

    returns: Floats
    deviation: Floats
    activity: Floats
    """Turnover as a multiple of a calm minute's."""

    def levels(self, price: float, drift: float) -> Floats:
        """Prices at the minutes' edges, 1,441 of them, with `drift` on top of each minute's return."""
        return price * np.cumprod(np.append(1.0, 1 + self.returns + drift))


def course(listing: Listing, weather: Weather, draws: Draws) -> Course:
    """A symbol's share in the day's weather, and what is its own."""
    own = draws.normals(MINUTES)
    tilt = np.repeat(0.05 * draws.normals(6), MINUTES // 6)
    crowd = np.repeat(growth(0.35 * draws.normals(96)), MINUTES // 96)
    jump, excitement = shocks(draws, OWN_SHOCKS)
    deviation = listing.volatility * weather.volatility * (1 + SHOCK_VOLATILITY * excitement)
    shared = math.sqrt(listing.common) * weather.common + math.sqrt(1 - listing.common) * own
    returns = deviation * (shared + weather.drift + tilt) + listing.volatility * (weather.jump + jump)
    for segment in weather.segments:
        if segment.regime.memory < 1:
            inside = slice(segment.start, segment.stop)
            returns[inside] = _ranging(returns[inside], segment.regime.memory)
    activity = crowd * weather.volume * deviation / listing.volatility
    return Course(np.clip(returns, -LARGEST_RETURN, LARGEST_RETURN), deviation, activity)


def _ranging(moves: Floats, memory: float) -> Floats:
    """Moves that forget: x(t) = memory x x(t-1) + move(t), as the differences of x."""
    decay = np.cumprod(np.full(len(moves), memory))
    away = decay * np.cumsum(moves / decay)
    return np.diff(away, prepend=0.0)


class Journey:
    """A symbol's price from day to day, in both directions from its listing price at the start of day 0."""

    def __init__(self, listing: Listing, seed: int, number: int) -> None:
        self.listing = listing
        self._seed = seed
        self._number = number
        self._opens = {0: listing.price}

    def draws(self, purpose: int, day: int) -> Draws:
        """The symbol's own random numbers of a day."""
        return Draws(self._seed, purpose, day, self._number)

    def course(self, day: int) -> Course:
        """How the price moves on a day."""
        return course(self.listing, weather(self._seed, day), self.draws(2, day))

    def levels(self, day: int, course: Course) -> Floats:
        """Prices at the edges of the day's minutes; each day opens where the one before closed."""
        for ahead in range(max(self._opens), day):
            self._opens[ahead + 1] = float(self._day(ahead, self.course(ahead))[-1])
        for behind in range(min(self._opens) - 1, day - 1, -1):
            growth = self.course(behind).levels(1.0, self._homing(behind))[-1]
            self._opens[behind] = self._opens[behind + 1] / float(growth)
        levels = self._day(day, course)
        if day >= 0:
            self._opens[day + 1] = float(levels[-1])
        return levels

    def _day(self, day: int, course: Course) -> Floats:
        return course.levels(self._opens[day], self._homing(day))

    def _homing(self, day: int) -> float:
        """Return a minute that leads home; before the start it leads home backwards in time."""
        known, side = (self._opens[day], 1) if day >= 0 else (self._opens[day + 1], -1)
        away = max(-0.5, min(0.5, self.listing.price / known - 1))
        return side * HOMING * away / MINUTES
