"""The levels a market has at one moment, from its closed days, hours and minutes (strategies.md 6.2).

A level whose bars are not all known is left out: it is never estimated from a part of them.
"""

from collections.abc import Iterator
from decimal import Decimal
from math import ceil, floor
from typing import NamedTuple

import numpy as np

from engine.model.market import DAY_MS, MINUTE_MS, SPAN_MS, Bars
from engine.model.money import exact
from strategies.structure.closed import runs
from strategies.structure.levels import Level
from strategies.structure.sessions import Session, Sessions, day_of
from strategies.structure.swings import WING, swing_highs, swing_lows

POC_DAYS = 30
SWING_DAYS = 5
MONDAY = 3
"""Days from Monday to 1970-01-01, a Thursday."""
ROUND_REACH = Decimal("0.1")
"""Round numbers are listed up to this fraction of the price away: at least one on each side or at it."""


class History(NamedTuple):
    """What levels are taken from; bars that close later than the moment asked for are not looked at."""

    sessions: Sessions
    hours: Bars
    days: Bars


def landmarks(history: History, at: int, price: float) -> list[Level]:
    """All levels at the time `at` (UTC ms) for a market at `price`."""
    day = at // DAY_MS
    today = day_of(history.sessions.minutes, day)
    today = today.slice(0, max((at - day * DAY_MS) // MINUTE_MS, 0))
    return [
        *_periods(history.days, day),
        *_untested(history.sessions, today, day),
        *_yesterday(history.sessions.of(day - 1)),
        *_opens(history.days, today, day),
        *_swings(history.hours, at),
        *_round(exact(price)),
    ]


def _periods(days: Bars, day: int) -> Iterator[Level]:
    """High and low of the previous calendar month and of the previous week, which begins on Monday."""
    month = np.datetime64(day, "D").astype("datetime64[M]")
    before, since = (int(one.astype("datetime64[D]").astype(np.int64)) for one in (month - 1, month))
    monday = day - (day + MONDAY) % 7
    for name, first, last in (("month", before, since), ("week", monday - 7, monday)):
        a, b = np.searchsorted(days.ts, (first * DAY_MS, last * DAY_MS))
        if b - a == last - first:
            yield Level(float(days.high[a:b].max()), 1, f"{name} high")
            yield Level(float(days.low[a:b].min()), 1, f"{name} low")


def _untested(sessions: Sessions, today: Bars, day: int) -> Iterator[Level]:
    """Points of control since which price has not been on both sides, back to the first day that is not known."""
    low = float(today.low.min(initial=np.inf))
    high = float(today.high.max(initial=-np.inf))
    for past in range(day - 1, day - 1 - POC_DAYS, -1):
        session = sessions.of(past)
        if session is None:
            return
        if not low < session.poc < high:
            yield Level(session.poc, 1, "untested poc")
        low, high = min(low, session.low), max(high, session.high)


def _yesterday(session: Session | None) -> Iterator[Level]:
    if session is not None:
        for name in ("high", "low", "vah", "val", "poc"):
            yield Level(getattr(session, name), 2, f"day {name}")
        yield from (Level(price, 3, "hvn") for price in session.hvn)
        yield from (Level(price, 3, "lvn") for price in session.lvn)


def _opens(days: Bars, today: Bars, day: int) -> Iterator[Level]:
    """Open of the day, and of the week: on a Monday the same, later that of Monday's closed bar."""
    monday = day - (day + MONDAY) % 7
    if len(today):
        yield Level(float(today.open[0]), 3, "day open")
        if day == monday:
            yield Level(float(today.open[0]), 2, "week open")
    row = int(np.searchsorted(days.ts, monday * DAY_MS))
    if day > monday and row < len(days) and days.ts[row] == monday * DAY_MS:
        yield Level(float(days.open[row]), 2, "week open")


def _swings(hours: Bars, at: int) -> Iterator[Level]:
    """Swing highs and lows of hours that opened in the last 5 days, confirmed by now; none across a missing hour."""
    hour, since = SPAN_MS["1h"], at - SWING_DAYS * DAY_MS
    first, last = np.searchsorted(hours.ts, (since - WING * hour, at - hour + 1)).tolist()
    recent = hours.slice(first, last)
    for start, stop in runs(recent, "1h"):
        run = recent.slice(start, stop)
        yield from (Level(float(run.high[i]), 3, "swing high") for i in swing_highs(run.high) if run.ts[i] >= since)
        yield from (Level(float(run.low[i]), 3, "swing low") for i in swing_lows(run.low) if run.ts[i] >= since)


class RoundNumbers(NamedTuple):
    """The multiples of `step` from `first` to `last` times it."""

    step: Decimal
    first: int
    last: int


def round_numbers(price: Decimal) -> RoundNumbers:
    """Multiples of a tenth of the price's power of ten that are near enough to be listed."""
    step = Decimal(1).scaleb(price.adjusted() - 1)
    return RoundNumbers(step, ceil(price * (1 - ROUND_REACH) / step), floor(price * (1 + ROUND_REACH) / step))


def _round(price: Decimal) -> Iterator[Level]:
    step, first, last = round_numbers(price)
    for k in range(first, last + 1):
        yield Level(float(k * step), 3, "round")
