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


def ended(kind: Kind, at: int, zone: ZoneInfo, hour: int = 0) -> Period:
    """The last period of a kind that was over at market time `at`; days and weeks only count from `hour` on."""
    match kind:
        case "hourly":
            end = _hour(at, zone)
            start = _hour(end - 1, zone)
            name = datetime.fromtimestamp(start / 1000, zone).strftime("%Y-%m-%dT%H%z")
        case "daily":
            today = _today(at, zone, hour)
            first = today - timedelta(days=1)
            start, end, name = _midnight(first, zone), _midnight(today, zone), first.isoformat()
        case "weekly":
            today = _today(at, zone, hour)
            monday = today - timedelta(days=today.weekday())
            first = monday - timedelta(days=7)
            start, end, name = _midnight(first, zone), _midnight(monday, zone), f"{first:%G-W%V}"
    return Period(start, end, kind, name)


def due(at: int, zone: ZoneInfo, last: Mapping[Kind, str | None], hour: int = 0) -> list[Period]:
    """Of each kind the period that has ended and comes after the `last` one: at most one, however many were missed.

    Names of days and weeks are in order, so that another hour or zone never goes back; those of hours are not.
    """
    found = [ended(kind, at, zone, hour) for kind in KINDS if kind in last]
    return [period for period in found if _news(period, last[period.kind])]


def delayed(period: Period, at: int, zone: ZoneInfo, hour: int = 0) -> bool:
    """Whether a report of this period, which comes at `hour` unless it is an hour's, is late."""
    wanted = period.end
    if period.kind != "hourly" and hour:
        local = datetime.fromtimestamp(period.end / 1000, zone)
        wanted = int(datetime(local.year, local.month, local.day, hour, tzinfo=zone).timestamp()) * 1000
    return at - wanted > LATE_MS


def _news(period: Period, last: str | None) -> bool:
    return last is None or (period.name != last if period.kind == "hourly" else period.name > last)


def _today(at: int, zone: ZoneInfo, hour: int) -> date:
    """The local date, which begins at `hour`."""
    local = datetime.fromtimestamp(at / 1000, zone)
    return local.date() - timedelta(days=int(local.hour < hour))


def _hour(at: int, zone: ZoneInfo) -> int:
    """The start of the local hour: zones may be half an hour off."""
    local = datetime.fromtimestamp(at / 1000, zone)
    return at - at % 60_000 - local.minute * 60_000


def _midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of a local day; where midnight does not exist, the moment the clock jumped."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000
