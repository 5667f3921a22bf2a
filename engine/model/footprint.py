"""Diagonal imbalances of a footprint and how they stack (strategies.md 5.4)."""

from collections.abc import Iterable
from math import nan
from typing import NamedTuple

from engine.model.market import Footprint

SAME = 1e-12
"""Products nearer than this fraction are equal: floats cannot hold every volume."""
RATIO = 3.0
LEAST = 20.0
"""Base units, or contracts of inverse markets."""


class Imbalance(NamedTuple):
    """A row in which one side took at least `RATIO` times what the other took a row away."""

    row: int
    ratio: float | None
    """None: the other side took nothing."""


class Imbalances(NamedTuple):
    """Imbalanced rows of one bar, lowest first, and the longest run of consecutive ones on each side."""

    buy: tuple[Imbalance, ...]
    sell: tuple[Imbalance, ...]
    stacked_buy: int
    stacked_sell: int


def imbalances(footprint: Footprint, ratio: float = RATIO, least: float = LEAST) -> Imbalances | None:
    """Buy: ask_i >= ratio * bid_{i-1} and ask_i >= least; sell: bid_i >= ratio * ask_{i+1} and bid_i >= least.

    None when trades are missing. `ratio` 1.5..10, `least` above 0.
    """
    if not footprint.complete:
        return None
    rows = footprint.rows
    buys = ((i, rows[i].ask, rows[i - 1].bid) for i in range(1, len(rows)))
    sells = ((i, rows[i].bid, rows[i + 1].ask) for i in range(len(rows) - 1))
    buy, sell = _found(buys, ratio, least), _found(sells, ratio, least)
    return Imbalances(buy, sell, _stacked(buy), _stacked(sell))


def stacked(footprint: Footprint | None) -> tuple[float, float]:
    """Longest runs of buy and of sell imbalances; NaN where there is no footprint or trades are missing."""
    found = None if footprint is None else imbalances(footprint)
    return (nan, nan) if found is None else (float(found.stacked_buy), float(found.stacked_sell))


def _found(pairs: Iterable[tuple[int, float, float]], ratio: float, least: float) -> tuple[Imbalance, ...]:
    """`pairs`: row, what one side took, what the other took on the diagonal."""
    return tuple(
        Imbalance(row, took / other if other else None)
        for row, took, other in pairs
        if took >= least and took >= ratio * other * (1.0 - SAME)
    )


def _stacked(found: tuple[Imbalance, ...]) -> int:
    longest = run = 0
    before = -2
    for row, _ in found:
        run = run + 1 if row == before + 1 else 1
        longest, before = max(longest, run), row
    return longest
