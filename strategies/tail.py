"""The last bars of a window, for strategies of which a desk asks about the newest bar alone."""

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, cast

from engine.model.market import Bars, Floats, Flow

LEAST = 32
"""Rows a tail has at least: enough to tell a flat market."""


class Tail(Bars, frozen=True):
    """The last of some bars. Averages without end are worked out of all of them, by `along`, and once."""

    whole: Bars

    def flow(self) -> Flow:
        """Order flow of each bar."""
        every = self.whole.flow()
        return Flow(*(getattr(every, name)[self.first :] for name in Flow.__struct_fields__))

    @property
    def first(self) -> int:
        """Row of all bars that is the first one here."""
        return len(self.whole) - len(self)


def tail(bars: Bars, rows: int) -> Bars:
    """The last `rows` bars, or a few more; all where there are no more than that."""
    size = max(LEAST, 1 << (rows - 1).bit_length())
    first = len(bars) - size
    if first <= 0:
        return bars
    found = bars.memory.get(size)
    if found is None:
        last = Bars.slice(bars, first, len(bars))
        columns = last.ts, last.open, last.high, last.low, last.close, last.volume, last.taker_buy
        found = bars.memory[size] = Tail(*columns, whole=bars)
    return cast(Tail, found)


def along[V: Floats | tuple[Floats, ...]](bars: Bars, name: Hashable, indicator: Callable[[Bars], V]) -> V:
    """What an indicator says of each of these bars, with all that stand before them; `name` tells it from others."""
    if not isinstance(bars, Tail):
        return indicator(bars)
    found = bars.memory.get(name)
    if found is None:
        said: Any = indicator(bars.whole)
        cut = tuple(column[bars.first :] for column in said) if isinstance(said, tuple) else said[bars.first :]
        found = bars.memory[name] = cut
    return cast(V, found)


def along_closes[**P, V: Floats | tuple[Floats, ...]](
    bars: Bars, indicator: Callable[Concatenate[Floats, P], V], *params: P.args, **names: P.kwargs
) -> V:
    """The same of an indicator of closes."""
    return along(bars, (indicator, *params), lambda every: indicator(every.close, *params, **names))
