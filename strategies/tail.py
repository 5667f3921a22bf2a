"""The last bars of windows: of one, when a desk asks about the newest bar alone, of several for a whole history."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Concatenate, cast

import numpy as np
import numpy.typing as npt

from engine.model.market import Bars, Floats, Flow

LEAST = 32
"""Rows a tail has at least: enough to tell a flat market."""


class Tail(Bars, frozen=True):
    """The last of some bars. Averages without end are worked out of all of them, by `along`, and once."""

    whole: Bars
    first: int
    """Row of all bars that is the first one here."""

    def flow(self) -> Flow:
        """Order flow of each bar."""
        return self.whole.slice(self.first, len(self.whole)).flow()


class Splice(Bars, frozen=True):
    """The last rows of several windows, one after the other. Averages without end are of each window's own bars."""

    windows: tuple[Bars, ...]
    sizes: tuple[int, ...]
    """Rows of each window that are here."""

    def flow(self) -> Flow:
        """Order flow of each bar."""
        every = [window.flow() for window in self.windows]
        return Flow(*(self.joined([getattr(each, name) for each in every]) for name in Flow.__struct_fields__))

    @property
    def first(self) -> int:
        """Bars that stand before the rows of each window, at least."""
        return min(len(window) - size for window, size in zip(self.windows, self.sizes, strict=True))

    def joined(self, columns: Sequence[Floats]) -> Floats:
        """The rows that are here of a column of each window."""
        return _ends(columns, self.sizes)


def ample(rows: int) -> int:
    """Rows that are taken where so many are needed: few different numbers."""
    return max(LEAST, 1 << (rows - 1).bit_length())


def splice(windows: Sequence[Bars], sizes: Sequence[int]) -> Splice:
    """The last rows of each window."""
    of = Bars(*(_ends([getattr(each, name) for each in windows], sizes) for name in Bars.__struct_fields__))
    columns = of.ts, of.open, of.high, of.low, of.close, of.volume, of.taker_buy
    return Splice(*columns, windows=tuple(windows), sizes=tuple(sizes))


def _ends[D: np.generic](columns: Sequence[npt.NDArray[D]], sizes: Sequence[int]) -> npt.NDArray[D]:
    """The last values of each column, one after the other."""
    return np.concatenate([column[len(column) - size :] for column, size in zip(columns, sizes, strict=True)])


def tail(bars: Bars, rows: int) -> Bars:
    """The last `rows` bars, or a few more; all where there are no more than that.

    Nobody keeps it: bars that knew their tail would be freed late, by a collection.
    """
    size = ample(rows)
    first = len(bars) - size
    if first <= 0:
        return bars
    return Tail(
        bars.ts[first:],
        bars.open[first:],
        bars.high[first:],
        bars.low[first:],
        bars.close[first:],
        bars.volume[first:],
        bars.taker_buy[first:],
        whole=bars,
        first=first,
    )


def along[V: Floats | tuple[Floats, ...]](bars: Bars, name: Hashable, indicator: Callable[[Bars], V]) -> V:
    """What an indicator says of each of these bars, with all that stand before them; `name` tells it from others."""
    if isinstance(bars, Tail):
        said, first = along(bars.whole, name, indicator), bars.first
        return cast(V, tuple(column[first:] for column in said) if isinstance(said, tuple) else said[first:])
    found = bars.memory.get(name)
    if found is None:
        found = bars.memory[name] = _spliced(bars, indicator) if isinstance(bars, Splice) else indicator(bars)
    return cast(V, found)


def _spliced(bars: Splice, indicator: Callable[[Bars], Any]) -> Floats | tuple[Floats, ...]:
    said = [indicator(window) for window in bars.windows]
    return tuple(map(bars.joined, zip(*said, strict=True))) if isinstance(said[0], tuple) else bars.joined(said)


def along_closes[**P, V: Floats | tuple[Floats, ...]](
    bars: Bars, indicator: Callable[Concatenate[Floats, P], V], *params: P.args, **names: P.kwargs
) -> V:
    """The same of an indicator of closes."""
    return along(bars, (indicator, *params), lambda every: indicator(every.close, *params, **names))
