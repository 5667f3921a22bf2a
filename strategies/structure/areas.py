"""Value areas of many profiles at once, for a value on every bar (the rule of `value_area`, in floats)."""

from typing import NamedTuple

import numpy as np

from engine.model.market import Floats, Ints

SAME = 1e-9
"""Volumes nearer than this share of the total are equal."""


class Areas(NamedTuple):
    """A value area on every bar as prices; NaN where it is not known."""

    val: Floats
    poc: Floats
    vah: Floats


def unknown(size: int) -> Areas:
    """A column of areas nobody knows."""
    return Areas(*np.full((3, size), np.nan))


class Spans(NamedTuple):
    """Rows of value areas, counted from the first column: lowest, point of control, highest."""

    low: Ints
    poc: Ints
    high: Ints


def points_of_control(volumes: Floats, first: Ints, last: Ints, same: Floats) -> Ints:
    """Column with the largest volume of each profile; equal: nearest to the middle of its rows, then the lower."""
    tied = volumes >= (volumes.max(axis=1) - same)[:, None]
    found: Ints = tied.argmax(axis=1)
    several = np.flatnonzero(np.count_nonzero(tied, axis=1) > 1)
    away = np.abs(2 * np.arange(volumes.shape[1]) - (first + last)[several, None])
    found[several] = np.where(tied[several], away, np.iinfo(np.int64).max).argmin(axis=1)
    return found


def value_areas(volumes: Floats, first: Ints, last: Ints, total: Floats, share: float) -> Spans:
    """Value areas of profiles (profiles x rows) whose rows are `first`..`last` and whose volume is `total`.

    All profiles grow together, two rows a step, until each holds its share; a single one grows in plain numbers,
    which gives the same and is what a desk asks for at each close.
    """
    same = SAME * total
    if len(volumes) == 1:
        least = share * total.item() - same.item()
        alone = _grown(volumes[0].tolist(), first.item(), last.item(), least, same.item())
        return Spans(*np.array(alone)[:, None])
    poc = points_of_control(volumes, first, last, same)
    every = np.arange(len(volumes))
    held, wanted = volumes[every, poc], share * total - same
    low, high = _grown_together(volumes, poc, (first, last), held, wanted, same)
    return Spans(low, poc, high)


def _grown_together(
    volumes: Floats, poc: Ints, ends: tuple[Ints, Ints], held: Floats, wanted: Floats, same: Floats
) -> tuple[Ints, Ints]:
    """Lowest and highest row of each; what has grown up leaves the columns that are worked on."""
    low, high = poc.copy(), poc.copy()
    pairs = np.pad(volumes, ((0, 0), (2, 2)))
    pairs = pairs[:, :-1] + pairs[:, 1:]
    every: Ints = np.arange(len(poc))
    places, amounts = [every, every * pairs.shape[1], poc, poc, *ends], [held, wanted, same]
    pairs = pairs.ravel()
    while places[0].size:
        open_, start, bottom, top, first, last = places
        held, wanted, same = amounts
        grows = (held < wanted) & ((bottom > first) | (top < last))
        if not grows.all():
            low[open_], high[open_] = bottom, top
            places, amounts = [column[grows] for column in places], [column[grows] for column in amounts]
            continue
        up, down = pairs[start + top + 3], pairs[start + bottom]
        rises = (top < last) & (up >= down - same)
        places[2] = np.where(rises, bottom, np.maximum(bottom - 2, first))
        places[3] = np.where(rises, np.minimum(top + 2, last), top)
        amounts[0] = held + np.where(rises, up, down)
    return low, high


def _grown(volumes: list[float], first: int, last: int, wanted: float, same: float) -> tuple[int, int, int]:
    """Lowest row, point of control and highest row of one value area that holds `wanted`."""
    held = max(volumes)
    tied = [row for row, volume in enumerate(volumes) if volume >= held - same]
    poc = low = high = min(tied, key=lambda row: abs(2 * row - first - last))
    held, padded = volumes[poc], [0.0, 0.0, *volumes, 0.0, 0.0]
    while held < wanted and (low > first or high < last):
        up, down = padded[high + 3] + padded[high + 4], padded[low + 1] + padded[low]
        if high < last and up >= down - same:
            high, held = min(high + 2, last), held + up
        else:
            low, held = max(low - 2, first), held + down
    return low, poc, high
