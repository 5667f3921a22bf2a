"""Candles of several origins as one series."""

from collections.abc import Sequence

import numpy as np

from engine.model.market import Bars, Ints

EMPTY = Bars(np.empty(0, np.int64), *(np.empty(0) for _ in range(6)))


def union(parts: Sequence[Bars]) -> Bars:
    """All candles in order of time; of those that open at one time the one of the latest part."""
    if not parts:
        return EMPTY
    ts = np.concatenate([part.ts for part in parts])
    order = np.argsort(ts, kind="stable")
    newest = np.append(np.diff(ts[order]) != 0, True)[: len(ts)]
    return taken(concatenated(parts), order[newest])


def concatenated(parts: Sequence[Bars]) -> Bars:
    """Bars one after the other as they stand."""
    return Bars(*(np.concatenate([getattr(part, name) for part in parts]) for name in Bars.__struct_fields__))


def taken(bars: Bars, rows: Ints) -> Bars:
    """Some rows, by their places or by a mask."""
    return Bars(*(getattr(bars, name)[rows] for name in Bars.__struct_fields__))


def differing(one: Bars, other: Bars) -> Ints:
    """Opening times that both have with different numbers; both rise. Unknown taker volume equals unknown."""
    both, left, right = np.intersect1d(one.ts, other.ts, assume_unique=True, return_indices=True)
    same = np.ones(len(both), np.bool_)
    for name in Bars.__struct_fields__[1:]:
        a, b = getattr(one, name)[left], getattr(other, name)[right]
        same &= (a == b) | (np.isnan(a) & np.isnan(b))
    return both[~same]
