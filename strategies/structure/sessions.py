"""Sessions are UTC days: the profile of a complete one, and the value area of one that still develops
(strategies.md 4.4)."""

from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple, cast

import msgspec
import numpy as np

from engine.model.market import DAY_MS, MINUTE_MS, Bars, Flags, Floats, Ints
from engine.model.money import exact
from strategies.structure import nodes
from strategies.structure.areas import Areas, unknown, value_areas
from strategies.structure.profile import of_candles
from strategies.structure.rows import Spread, row_size, rows_between, spread
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
    first, last = minutes.ts.searchsorted((opened, opened + DAY_MS)).tolist()
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
            self._known[day] = _session(day, self.minutes, self._tick, self._share)
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


TOGETHER = 360
"""So many times of a day are worked out at once: a table of them by price rows stays in the processor's cache."""


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
    if len(at) and at.item(0) // DAY_MS == at.item(-1) // DAY_MS:
        return [(at.item(0) // DAY_MS, 0, len(at))]
    day = at // DAY_MS
    edges = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), len(at)]
    return [(int(day[first]), first, last) for first, last in pairwise(edges) if last > first]


def _session(day: int, minutes: Bars, tick: Decimal | None, share: float) -> Session | None:
    opened = day * DAY_MS
    if not len(minutes) or minutes.ts[0] > opened or minutes.ts[-1] < opened + DAY_MS - MINUTE_MS:
        return None
    key = "session", day, tick, share
    found = minutes.series.known(key)
    if found is None:
        bars = day_of(minutes, day)
        profile = of_candles(bars, row_size(exact(bars.open[0]), tick)) if len(bars) == MINUTES else None
        if profile is None:
            return None
        val, poc, vah = map(float, value_area(profile, share))
        extremes = float(bars.high.max()), float(bars.low.min())
        found = minutes.series.keep(key, Session(day, *extremes, val, poc, vah, *nodes.prices(profile)))
    return cast(Session, found)


def _areas(today: Bars, closed: Ints, tick: Decimal | None, share: float) -> Areas:
    """Value areas at these minutes of a day. A desk asks about one, and goes on from the one it asked about before."""
    if len(closed) == 1:
        return _newest(today, closed, tick, share).areas
    found: list[Grown] = []
    for first in range(0, len(closed), TOGETHER):
        found.append(_grow(found[-1] if found else None, today, closed[first : first + TOGETHER], tick, share))
    return _joined(found)


def _newest(today: Bars, closed: Ints, tick: Decimal | None, share: float) -> Grown:
    key, minute = ("developing", int(today.ts[0]), tick, share), int(closed[0])
    before = cast(Grown | None, today.series.known(key))
    if before is not None and before.closed >= minute:
        if before.closed == minute:
            return before
        before = None
    return today.series.keep(key, _grow(before, today, closed, tick, share))


def _joined(found: list[Grown]) -> Areas:
    """The areas of one after the other."""
    return Areas(*(np.concatenate(columns) for columns in zip(*(one.areas for one in found), strict=True)))


def _grow(before: Grown | None, today: Bars, closed: Ints, tick: Decimal | None, share: float) -> Grown:
    """`before` and the minutes since then. Volumes are summed in the order of time: nothing tells where it began."""
    since, end = before.closed if before else 0, int(closed[-1])
    today, added = today.slice(0, end), today.slice(since, end)
    rows = rows_between(today.low.min(), today.high.max(), row_size(exact(today.open[0]), tick))
    held, traded = np.zeros(len(rows.middles)), added.volume.copy()
    parts = spread(rows, added.low, added.high, added.volume)
    first, last = _reach(parts, traded > 0.0, len(held))
    if before is not None and before.traded > 0.0:
        place = before.lowest - rows.lowest
        held[place : place + len(before.volumes)] = before.volumes
        traded[0] += before.traded
        first, last = np.minimum(first, place + before.first), np.maximum(last, place + before.last)
    traded, newest = traded.cumsum(), closed - (since + 1)
    volumes = _course(held, parts, newest)
    places = np.flatnonzero(traded[newest] > 0.0)
    newest = newest[places]
    spans = value_areas(volumes[places], first[newest], last[newest], traded[newest], share)
    areas = unknown(len(closed))
    areas.val[places], areas.vah[places] = rows.edges[spans.low], rows.edges[spans.high + 1]
    areas.poc[places] = rows.middles[spans.poc]
    reach = int(first[-1]), int(last[-1])
    return Grown(end, areas, rows.lowest, held, *reach, float(traded[-1]))


def _course(held: Floats, parts: Spread, candles: Ints) -> Floats:
    """Volume of each row after each of these candles, `held` being what was there before all."""
    course = np.empty((len(candles), len(held)))
    since = 0
    for place, until in enumerate(parts.candle.searchsorted(candles, "right").tolist()):
        np.add.at(held, parts.row[since:until], parts.volume[since:until])
        course[place], since = held, until
    return course


def _reach(parts: Spread, traded: Flags, rows: int) -> tuple[Ints, Ints]:
    """Lowest and highest of so many rows that traded up to each minute."""
    return (
        np.minimum.accumulate(np.where(traded, parts.first, rows)),
        np.maximum.accumulate(np.where(traded, parts.last, -1)),
    )
