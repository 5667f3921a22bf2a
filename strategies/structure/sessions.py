"""Sessions are UTC days: the profile of a complete one, and the value area of one that still develops
(strategies.md 4.4)."""

from decimal import Decimal
from itertools import pairwise

import msgspec
import numpy as np

from engine.model.market import DAY_MS, MINUTE_MS, Bars, Floats, Ints
from engine.model.money import exact
from strategies.structure import nodes
from strategies.structure.areas import Areas, unknown, value_areas
from strategies.structure.profile import of_candles
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
    along = minutes.ts[first:last] == opened + MINUTE_MS * np.arange(last - first)
    return minutes.slice(first, first + (len(along) if along.all() else int(along.argmin())))


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
    for day, first, last in _by_day(at):
        session = sessions.of(day - 1)
        if session is not None:
            out.val[first:last], out.poc[first:last], out.vah[first:last] = session.val, session.poc, session.vah
    return out


def developing(minutes: Bars, at: Ints, tick: Decimal | None = None, share: float = SHARE) -> Areas:
    """Value area, at each time (UTC ms, rising), of the minutes closed since 00:00 of its day.

    NaN at 00:00 itself, while nothing traded, and from the first missing minute to the end of the day.
    """
    out = unknown(len(at))
    for day, first, last in _by_day(at):
        today = day_of(minutes, day)
        closed = (at[first:last] - day * DAY_MS) // MINUTE_MS
        traded = np.cumsum(today.volume)
        known = np.flatnonzero((closed > 0) & (closed <= len(today)))
        known = known[traded[closed[known] - 1] > 0.0]
        if known.size:
            areas = _areas(today.slice(0, int(closed[known[-1]])), closed[known] - 1, traded, tick, share)
            for column, values in zip(out, areas, strict=True):
                column[first + known] = values
    return out


def _by_day(at: Ints) -> list[tuple[int, int, int]]:
    """Day, first row and row after the last, of times that rise."""
    day = at // DAY_MS
    edges = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), len(at)]
    return [(int(day[first]), first, last) for first, last in pairwise(edges) if last > first]


def _session(day: int, bars: Bars, tick: Decimal | None, share: float) -> Session | None:
    if len(bars) < MINUTES:
        return None
    profile = of_candles(bars, row_size(exact(bars.open[0]), tick))
    if profile is None:
        return None
    val, poc, vah = map(float, value_area(profile, share))
    return Session(day, float(bars.high.max()), float(bars.low.min()), val, poc, vah, *nodes.prices(profile))


def _areas(today: Bars, newest: Ints, traded: Floats, tick: Decimal | None, share: float) -> Areas:
    """Areas of the minutes up to each `newest`, which rise."""
    size = row_size(exact(today.open[0]), tick)
    rows = rows_between(today.low.min(), today.high.max(), size)
    volumes = np.cumsum(spread(rows, today.low, today.high, today.volume), axis=0)[newest]
    first, last = _reach(rows, today)
    spans = value_areas(volumes, first[newest], last[newest], traded[newest], share)
    return Areas(rows.edges[spans.low], rows.middles()[spans.poc], rows.edges[spans.high + 1])


def _reach(rows: Rows, today: Bars) -> tuple[Ints, Ints]:
    """Lowest and highest row that traded up to each minute."""
    first, last = touched(rows, today.low, today.high)
    traded = today.volume > 0.0
    return (
        np.minimum.accumulate(np.where(traded, first, len(rows.edges))),
        np.maximum.accumulate(np.where(traded, last, -1)),
    )
