"""Local time of bars, on columns."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from engine.model.market import DAY_MS, MINUTE_MS, Flags, Ints
from strategies.rules.nodes import Hours

QUARTER_MS = 15 * MINUTE_MS
"""No zone changes its offset off the quarter hour."""


def inside(hours: Hours, at: Ints) -> Flags:
    """Whether each time (UTC ms) lies in the window: from <= time of day < to, over midnight when from > to."""
    local = at + offsets(hours.zone, at)
    minute = local // MINUTE_MS % 1440
    weekday = (local // DAY_MS + 3) % 7 + 1
    late, early = minute >= hours.start, minute < hours.end
    in_window: Flags = late & early if hours.start <= hours.end else late | early
    return in_window & np.isin(weekday, hours.days)


def offsets(zone: str, at: Ints) -> Ints:
    """What a zone's clocks show more than UTC at each time, in ms."""
    if zone == "UTC" or not len(at):
        return np.zeros(len(at), np.int64)
    clock = ZoneInfo(zone)
    days, day = np.unique(at // DAY_MS, return_inverse=True)
    edges = {int(one): _offset(clock, int(one) * DAY_MS) for one in np.concatenate([days, days + 1])}
    found = np.array([edges[int(one)] for one in days], np.int64)[day]
    for one in days[[edges[int(one)] != edges[int(one) + 1] for one in days]]:
        rows = at // DAY_MS == one
        quarters, quarter = np.unique(at[rows] // QUARTER_MS, return_inverse=True)
        found[rows] = np.array([_offset(clock, int(q) * QUARTER_MS) for q in quarters], np.int64)[quarter]
    return found


def _offset(clock: ZoneInfo, at: int) -> int:
    shift = datetime.fromtimestamp(at / 1000, UTC).astimezone(clock).utcoffset()
    return 0 if shift is None else round(shift.total_seconds() * 1000)
