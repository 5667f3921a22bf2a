"""Hours, days and weeks of the desk's zone: which one has just ended, and what it is called. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Kind = Literal["hourly", "daily", "weekly"]
KINDS: tuple[Kind, ...] = ("hourly", "daily", "weekly")
HOUR_MS = 3_600_000
LATE_MS = 600_000
"""A report that comes this long (market time) after its period is marked as delayed."""


class Period(msgspec.Struct, frozen=True, order=True):
    """A finished period, from `start` up to but without `end` (UTC ms). `name` is unique, also where clocks go back."""

    start: int
    end: int
    kind: Kind
    name: str


def ended(kind: Kind, at: int, zone: ZoneInfo) -> Period:
    """The last period of a kind that was over at market time `at`."""
    match kind:
        case "hourly":
            end = _hour(at, zone)
            start = _hour(end - 1, zone)
            name = datetime.fromtimestamp(start / 1000, zone).strftime("%Y-%m-%dT%H%z")
        case "daily":
            today = datetime.fromtimestamp(at / 1000, zone).date()
            first = today - timedelta(days=1)
            start, end, name = _midnight(first, zone), _midnight(today, zone), first.isoformat()
        case "weekly":
            today = datetime.fromtimestamp(at / 1000, zone).date()
            monday = today - timedelta(days=today.weekday())
            first = monday - timedelta(days=7)
            start, end, name = _midnight(first, zone), _midnight(monday, zone), f"{first:%G-W%V}"
    return Period(start, end, kind, name)


def due(at: int, zone: ZoneInfo, last: Mapping[Kind, str | None]) -> list[Period]:
    """Of each kind the period that has ended and is not the `last` one: at most one, however many were missed."""
    found = [ended(kind, at, zone) for kind in KINDS if kind in last]
    return [period for period in found if period.name != last[period.kind]]


def delayed(period: Period, at: int) -> bool:
    """Whether a report of this period comes late."""
    return at - period.end > LATE_MS


def _hour(at: int, zone: ZoneInfo) -> int:
    """The start of the local hour: zones may be half an hour off."""
    local = datetime.fromtimestamp(at / 1000, zone)
    return at - at % 60_000 - local.minute * 60_000


def _midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day; where midnight does not exist, the moment the clock jumped."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000
