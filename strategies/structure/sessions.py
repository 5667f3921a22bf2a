"""Sessions are UTC days: the profile of a complete one, and the value area of one that still develops
(strategies.md 4.4)."""

from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from engine.model.market import DAY_MS, MINUTE_MS, Bars, Floats, Ints
from engine.model.money import exact
from strategies.structure import nodes
from strategies.structure.areas import Areas, unknown, value_areas
from strategies.structure.profile import of_candles
from strategies.structure.remembered import Remembered, content
from strategies.structure.rows import Rows, row_size, rows_between, spread, touched
from strategies.structure.value_area import SHARE, value_area

MINUTES = DAY_MS // MINUTE_MS


class Session(msgspec.Struct, frozen=True):
    """A complete day, all its 1,440 minutes known."""

    day: int
    """Days since 1970-01-01."""
    high: float
    low: float
    val: float
    poc: float
    vah: float
    hvn: tuple[float, ...]
    lvn: tuple[float, ...]


def day_of(minutes: Bars, day: int) -> Bars:
    """The minutes of a day that follow on each other from 00:00; none when the first is missing."""
    opened = day * DAY_MS
    first, last = np.searchsorted(minutes.ts, (opened, opened + DAY_MS)).tolist()
    size = last - first
    if size and minutes.ts[first] == opened and minutes.ts[last - 1] == opened + (size - 1) * MINUTE_MS:
        return minutes.slice(first, last)  # they rise, so none is missing between the two
    along = minutes.ts[first:last] == opened + MINUTE_MS * np.arange(size)
    return minutes.slice(first, first + (int(along.argmin()) if size else 0))


class Sessions:
    """The complete days among some minutes, each worked out when it is first asked for."""

    def __init__(self, minutes: Bars, tick: Decimal | None = None, share: float = SHARE) -> None:
        self.minutes = minutes
        self._tick = tick
        self._share = share
        self._known: dict[int, Session | None] = {}

    def of(self, day: int) -> Session | None:
        """The session of a day; None when a minute is missing or nothing traded."""
        if day not in self._known:
            self._known[day] = _session(day, day_of(self.minutes, day), self._tick, self._share)
        return self._known[day]


def previous(sessions: Sessions, at: Ints) -> Areas:
    """Value area of the day before each time; NaN where that day is not complete."""
    out = unknown(len(at))
    for day, first, last in by_day(at):
        session = sessions.of(day - 1)
        if session is not None:
            out.val[first:last], out.poc[first:last], out.vah[first:last] = session.val, session.poc, session.vah
    return out


class Grown(NamedTuple):
    """A day up to a minute: what its next ones are added to."""

    closed: int
    """Minutes closed by then."""
    areas: Areas
    """At each time that was asked for; the last is this minute."""
    lowest: int
    """Number of the first row."""
    volumes: Floats
    """Of each row up to the highest price."""
    first: int
    """Lowest row that traded, counted from `lowest`; nothing without volume."""
    last: int
    """Highest row that did."""
    traded: float
    """Volume of all rows."""


GROWN: Remembered[Grown] = Remembered(1_024)
"""Days of 20 symbols for about four hours; one takes 2 KB or so."""
AT_ONCE = 2
"""So few times of a day are asked about by somebody who goes on from the first of them."""
TOGETHER = 360
"""Of more, so many are worked out at once: a table of them by price rows stays in the processor's cache."""
SESSIONS: Remembered[Session] = Remembered(4_096)
"""A month of 100 symbols; one takes about 1 KB."""


def developing(minutes: Bars, at: Ints, tick: Decimal | None = None, share: float = SHARE) -> Areas:
    """Value area, at each time (UTC ms, rising), of the minutes closed since 00:00 of its day.

    NaN at 00:00 itself, while nothing traded, and from the first missing minute to the end of the day.
    """
    out = unknown(len(at))
    for day, first, last in by_day(at):
        today = day_of(minutes, day)
        closed = (at[first:last] - day * DAY_MS) // MINUTE_MS
        known = np.flatnonzero((closed > 0) & (closed <= len(today)))
        if known.size:
            areas = _areas(today, closed[known], tick, share)
            for column, values in zip(out, areas, strict=True):
                column[first + known] = values
    return out


def by_day(at: Ints) -> list[tuple[int, int, int]]:
    """Day, first row and row after the last, of times that rise."""
    day = at // DAY_MS
    if len(at) and day[0] == day[-1]:
        return [(int(day[0]), 0, len(at))]
    edges = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), len(at)]
    return [(int(day[first]), first, last) for first, last in pairwise(edges) if last > first]


def _session(day: int, bars: Bars, tick: Decimal | None, share: float) -> Session | None:
    if len(bars) < MINUTES:
        return None
    key = content(day, tick, share, bars.open[:1], bars.low, bars.high, bars.volume)
    found = SESSIONS.known(key)
    if found is not None:
        return found
    profile = of_candles(bars, row_size(exact(bars.open[0]), tick))
    if profile is None:
        return None
    val, poc, vah = map(float, value_area(profile, share))
    extremes = float(bars.high.max()), float(bars.low.min())
    return SESSIONS.keep(key, Session(day, *extremes, val, poc, vah, *nodes.prices(profile)))


def _areas(today: Bars, closed: Ints, tick: Decimal | None, share: float) -> Areas:
    """Value areas at these minutes of a day; each of a few goes on from the one before, whoever asked for that."""
    found: list[Grown] = []
    if len(closed) > AT_ONCE:
        for first in range(0, len(closed), TOGETHER):
            found.append(_grow(found[-1] if found else None, today, closed[first : first + TOGETHER], tick, share))
        return _joined(found)
    for minute in closed.tolist():
        upto = today.slice(0, minute)
        key = content(tick, share, upto.open[:1], upto.low, upto.high, upto.volume)
        known = GROWN.known(key)
        if known is None:
            known = GROWN.keep(key, _grow(found[-1] if found else None, upto, np.array([minute]), tick, share))
        found.append(known)
    return _joined(found)


def _joined(found: list[Grown]) -> Areas:
    """The areas of one after the other."""
    return Areas(*(np.concatenate(columns) for columns in zip(*(one.areas for one in found), strict=True)))


def _grow(before: Grown | None, today: Bars, closed: Ints, tick: Decimal | None, share: float) -> Grown:
    """`before` and the minutes since then. Volumes are summed in the order of time: nothing tells where it began."""
    since, end = before.closed if before else 0, int(closed[-1])
    today, added = today.slice(0, end), today.slice(since, end)
    rows = rows_between(today.low.min(), today.high.max(), row_size(exact(today.open[0]), tick))
    volumes, traded = spread(rows, added.low, added.high, added.volume), added.volume.copy()
    first, last = _reach(rows, added)
    if before is not None and before.traded > 0.0:
        place = before.lowest - rows.lowest
        volumes[0, place : place + len(before.volumes)] += before.volumes
        traded[0] += before.traded
        first, last = np.minimum(first, place + before.first), np.maximum(last, place + before.last)
    for row, following in pairwise(volumes):
        following += row
    traded = np.cumsum(traded)
    newest = closed - since - 1
    places = np.flatnonzero(traded[newest] > 0.0)
    newest = newest[places]
    spans = value_areas(volumes[newest], first[newest], last[newest], traded[newest], share)
    areas = unknown(len(closed))
    areas.val[places], areas.vah[places] = rows.edges[spans.low], rows.edges[spans.high + 1]
    areas.poc[places] = rows.middles[spans.poc]
    reach = int(first[-1]), int(last[-1])
    return Grown(end, areas, rows.lowest, volumes[-1].copy(), *reach, float(traded[-1]))


def _reach(rows: Rows, bars: Bars) -> tuple[Ints, Ints]:
    """Lowest and highest row that traded up to each minute."""
    first, last = touched(rows, bars.low, bars.high)
    traded = bars.volume > 0.0
    return (
        np.minimum.accumulate(np.where(traded, first, len(rows.edges))),
        np.maximum.accumulate(np.where(traded, last, -1)),
    )
