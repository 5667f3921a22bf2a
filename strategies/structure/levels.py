"""Key levels and the clusters they form (strategies.md 6.2)."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from strategies.columns import SAME

Tier = Literal[1, 2, 3]
WEIGHTS: dict[Tier, int] = {1: 3, 2: 2, 3: 1}
JOINED = 1.001
"""A level up to this multiple of a cluster's first price belongs to it."""
HEAVIEST = 6


class Level(NamedTuple):
    """A price others look at, and why."""

    price: float
    tier: Tier
    name: str = ""


class Cluster(NamedTuple):
    """Levels so near to one another that they act as one."""

    price: float
    """Mean of the levels, weighted."""
    tier: Tier
    """The best among them."""
    weight: int
    """Sum of their weights, at most 6."""
    levels: tuple[Level, ...]

    @property
    def significance(self) -> float:
        """The weight as 0..100."""
        return 100.0 * self.weight / HEAVIEST

    def side(self, price: float) -> Literal["support", "resistance"]:
        """What the cluster is to a market at `price`: support below it, resistance above."""
        return "support" if self.price < price else "resistance"


def clusters(levels: Iterable[Level]) -> list[Cluster]:
    """Gather levels by price; each group spans at most 0.1 % from its first price."""
    groups: list[list[Level]] = []
    for level in sorted(levels, key=lambda level: level.price):
        if groups and level.price <= groups[-1][0].price * (JOINED * (1.0 + SAME)):
            groups[-1].append(level)
        else:
            groups.append([level])
    return [_cluster(group) for group in groups]


def significance_near(found: Iterable[Cluster], price: float, within: float) -> float:
    """Largest significance of a cluster at most the fraction `within` of `price` away from it; 0 without one."""
    return max((one.significance for one in found if abs(one.price - price) <= within * price), default=0.0)


def _cluster(group: list[Level]) -> Cluster:
    weight = sum(WEIGHTS[level.tier] for level in group)
    price = sum(WEIGHTS[level.tier] * level.price for level in group) / weight
    return Cluster(price, min(level.tier for level in group), min(weight, HEAVIEST), tuple(group))
