"""Rows of a profile that stand out: high and low volume nodes (strategies.md 4.3)."""

from decimal import Decimal
from typing import NamedTuple

from strategies.structure.profile import Profile

BUSY = Decimal("1.2")
QUIET = Decimal("0.5")
"""A node's volume against the mean of all rows: at least, and at most."""


class Nodes(NamedTuple):
    """Places of the nodes in `Profile.volumes`, lowest first."""

    high: tuple[int, ...]
    low: tuple[int, ...]


def smoothed(volumes: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """Each row with a quarter of its neighbours: 1/4, 1/2, 1/4; at an edge 3/4 and 1/4."""
    padded = (volumes[0], *volumes, volumes[-1])
    return tuple((padded[i] + 2 * padded[i + 1] + padded[i + 2]) / 4 for i in range(len(volumes)))


def nodes(profile: Profile) -> Nodes:
    """Inner rows that are a peak (a valley) of the smoothed profile and busy (quiet) against its mean row."""
    volumes, same = profile.volumes, profile.same
    curve = smoothed(volumes)
    mean = profile.total / len(volumes)
    inner = range(1, len(volumes) - 1)
    return Nodes(
        tuple(
            i
            for i in inner
            if volumes[i] >= BUSY * mean - same and curve[i] - curve[i - 1] > same and curve[i + 1] - curve[i] <= same
        ),
        tuple(
            i
            for i in inner
            if volumes[i] <= QUIET * mean + same and curve[i - 1] - curve[i] > same and curve[i] - curve[i + 1] <= same
        ),
    )


def prices(profile: Profile) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Middle prices of the high and of the low volume nodes."""
    found = nodes(profile)
    return (
        tuple(float(profile.middle(row)) for row in found.high),
        tuple(float(profile.middle(row)) for row in found.low),
    )
