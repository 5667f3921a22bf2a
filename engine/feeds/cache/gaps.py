"""Candles that are missing from a series, and how often an exchange was asked for them in vain."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
import numpy as np

from engine.model.market import Ints

SETTLED = 2
"""After so many downloads that asked for it a candle counts as one that the exchange does not have."""


class Stretch(msgspec.Struct, frozen=True):
    """Opening times from `start` up to, but not with, `stop` (UTC ms)."""

    start: int
    stop: int


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of which every candle that is missing was asked for in so many downloads (at most SETTLED)."""

    start: int
    stop: int
    times: int


def lacking(ts: Ints, span: int, start: int, stop: int) -> list[Stretch]:
    """The stretches of start..stop without a candle. `ts` rises; start and stop are on the grid of `span`."""
    held = ts[np.searchsorted(ts, start) : np.searchsorted(ts, stop)]
    edges = np.concatenate(([start - span], held, [stop]))
    before = np.flatnonzero(np.diff(edges) > span)
    return [Stretch(int(low) + span, int(high)) for low, high in zip(edges[before], edges[before + 1], strict=True)]


def inner(ts: Ints, span: int) -> list[Stretch]:
    """The stretches without a candle between the first and the last one."""
    return lacking(ts, span, int(ts[0]), int(ts[-1]) + span) if len(ts) else []


def count(stretches: Sequence[Stretch], span: int) -> int:
    """Candles that fit into these stretches."""
    return sum(stretch.stop - stretch.start for stretch in stretches) // span


def noted(asked: Sequence[Asked], start: int, stop: int) -> tuple[Asked, ...]:
    """The record after one more download has asked for everything that was missing in start..stop."""
    edges = sorted({start, stop, *(edge for each in asked for edge in (each.start, each.stop))})
    pieces: list[Asked] = []
    for low, high in pairwise(edges):
        times = next((each.times for each in asked if each.start <= low < each.stop), 0)
        times = min(times + (start <= low < stop), SETTLED)
        if pieces and (pieces[-1].stop, pieces[-1].times) == (low, times):
            pieces[-1] = Asked(pieces[-1].start, high, times)
        elif times:
            pieces.append(Asked(low, high, times))
    return tuple(pieces)


def unsettled(stretches: Sequence[Stretch], asked: Sequence[Asked]) -> Iterator[Stretch]:
    """The parts of ordered stretches that are still worth asking for."""
    settled = [each for each in asked if each.times >= SETTLED]
    for stretch in stretches:
        start = stretch.start
        for each in settled:
            if each.stop <= start or each.start >= stretch.stop:
                continue
            if each.start > start:
                yield Stretch(start, each.start)
            start = each.stop
        if start < stretch.stop:
            yield Stretch(start, stretch.stop)


def windows(stretches: Sequence[Stretch], longest: int) -> Iterator[Stretch]:
    """Stretches to ask for in order: short ones that lie within `longest` ms of one another are taken together."""
    window: Stretch | None = None
    for stretch in stretches:
        if window is not None and stretch.stop - window.start <= longest:
            window = Stretch(window.start, stretch.stop)
            continue
        if window is not None:
            yield window
        window = stretch
    if window is not None:
        yield window
