"""The weather of the synthetic market: one day of regimes, shocks and volatility, shared by all symbols."""

from functools import lru_cache

import msgspec
import numpy as np

from engine.feeds.draws import Draws, glide, growth
from engine.model.market import Floats

MINUTES = 1_440
"""Minutes of a day."""


class Regime(msgspec.Struct, frozen=True):
    """How the market moves for a while. `drift` is in standard deviations a minute; the others multiply."""

    name: str
    weight: float
    """Share among the regimes that begin on their own; 0 for those that follow another."""
    drift: float
    volatility: float
    volume: float
    shortest: int
    longest: int
    """Minutes."""
    memory: float = 1.0
    """What is left after a minute of a move away from where the regime began: below 1 the market ranges."""
    then: str = ""
    """The regime that follows; empty: drawn."""


REGIMES = (
    Regime("up", 0.28, 0.09, 1.0, 1.1, 120, 300),
    Regime("down", 0.20, -0.09, 1.1, 1.1, 120, 300),
    Regime("range", 0.27, 0.0, 0.9, 0.8, 120, 300, memory=0.96),
    Regime("squeeze", 0.20, 0.0, 0.4, 0.6, 60, 180, memory=0.98, then="break"),
    Regime("crash", 0.05, -0.45, 3.0, 2.5, 25, 60, then="rebound"),
    Regime("break", 0.0, 0.35, 1.7, 1.6, 20, 45),
    Regime("rebound", 0.0, 0.15, 2.0, 1.3, 60, 120),
)
BY_NAME = {regime.name: regime for regime in REGIMES}

VOLATILITY_WAVES = ((240, 0.25), (60, 0.25), (15, 0.20), (5, 0.20))
"""Waves of log volatility: minutes from knot to knot and the standard deviation of a knot."""
SHOCKS = 4
"""At most so many market-wide shocks a day."""
SHOCK_LEAST, SHOCK_MOST = 3.0, 9.0
"""Size of a shock in calm standard deviations."""
AFTERSHOCK = np.cumprod(np.full(120, 0.94))
"""How the excitement of a shock fades from minute to minute."""
SHOCK_VOLATILITY = 2.0


class Segment(msgspec.Struct, frozen=True):
    """Minutes start..stop-1 of a day under one regime; `sign` is the side a break goes to."""

    start: int
    stop: int
    regime: Regime
    sign: int


class Weather(msgspec.Struct, frozen=True):
    """One day of the market as a whole: columns of 1,440 minutes."""

    segments: tuple[Segment, ...]
    drift: Floats
    """Standard deviations a minute."""
    volatility: Floats
    """Multiple of a calm minute's."""
    volume: Floats
    """Multiple beyond what goes with volatility."""
    common: Floats
    """The market's own normal numbers."""
    jump: Floats
    """Market-wide shocks, in calm standard deviations."""


@lru_cache(maxsize=64)
def weather(seed: int, day: int) -> Weather:
    """The weather of a day; day 0 is the first one traded."""
    draws = Draws(seed, 0, day)
    segments = _segments(draws)
    lengths = [segment.stop - segment.start for segment in segments]
    drift = np.repeat([segment.sign * segment.regime.drift for segment in segments], lengths)
    calm = np.repeat([segment.regime.volatility for segment in segments], lengths)
    jump, excitement = shocks(draws, SHOCKS)
    tide = 2 * np.arange(MINUTES) / MINUTES - 1
    return Weather(
        segments,
        drift,
        calm * (0.75 + 0.75 * tide * tide) * _waves(seed, day) * (1 + SHOCK_VOLATILITY * excitement),
        np.repeat([segment.regime.volume for segment in segments], lengths),
        draws.normals(MINUTES),
        jump,
    )


def shocks(draws: Draws, most: int) -> tuple[Floats, Floats]:
    """Sudden moves at random minutes (in calm standard deviations), and the excitement each leaves behind."""
    jump, excitement = np.zeros(MINUTES), np.zeros(MINUTES)
    picks = draws.uniforms(1 + 3 * most)
    for i in range(int(picks[0] * (most + 1))):
        when, size, side = picks[1 + 3 * i : 4 + 3 * i].tolist()
        minute = int(when * MINUTES)
        jump[minute] += (SHOCK_LEAST + (SHOCK_MOST - SHOCK_LEAST) * size * size) * (1 if side < 0.5 else -1)
        rest = min(len(AFTERSHOCK), MINUTES - minute)
        excitement[minute : minute + rest] += AFTERSHOCK[:rest]
    return jump, excitement


def _segments(draws: Draws) -> tuple[Segment, ...]:
    """Regimes one after the other until the day is full."""
    segments: list[Segment] = []
    start, then = 0, ""
    while start < MINUTES:
        pick, length, side = draws.uniforms(3).tolist()
        regime = BY_NAME[then] if then else _drawn(pick)
        stop = min(MINUTES, start + regime.shortest + int(length * (regime.longest - regime.shortest)))
        sign = -1 if regime.name == "break" and side < 0.5 else 1
        segments.append(Segment(start, stop, regime, sign))
        start, then = stop, regime.then
    return tuple(segments)


def _drawn(pick: float) -> Regime:
    for regime in REGIMES:
        pick -= regime.weight
        if pick < 0:
            return regime
    return REGIMES[0]


def _waves(seed: int, day: int) -> Floats:
    """Volatility that rises and falls in waves of several lengths and joins the next day's without a step."""
    counts = [MINUTES // spacing for spacing, _ in VOLATILITY_WAVES]
    today, tomorrow = Draws(seed, 1, day).normals(sum(counts)), Draws(seed, 1, day + 1).normals(sum(counts))
    level: Floats = np.zeros(MINUTES)
    at = 0
    for (spacing, spread), count in zip(VOLATILITY_WAVES, counts, strict=True):
        knots = np.append(today[at : at + count], tomorrow[at])
        level = level + spread * glide(knots, spacing)
        at += count
    return growth(level)
