"""Periods of the desk's zone, over both changes of the clock."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.news.calendar import HOUR_MS, Kind, Period, delayed, due, ended

BERLIN, NEW_YORK, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("zone", "at", "start", "hours"),
    [
        (BERLIN, "2025-03-31T00:00", "2025-03-29T23:00", 23),  # 30 March 2025: 02:00 becomes 03:00
        (BERLIN, "2025-10-27T00:00", "2025-10-25T22:00", 25),  # 26 October 2025: 03:00 becomes 02:00
        (NEW_YORK, "2025-03-10T12:00", "2025-03-09T05:00", 23),
        (NEW_YORK, "2025-11-03T12:00", "2025-11-02T04:00", 25),
        (BERLIN, "2025-06-02T12:00", "2025-05-31T22:00", 24),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(zone: ZoneInfo, at: str, start: str, hours: int) -> None:
    day = ended("daily", utc(at), zone)
    assert (day.start, day.end - day.start) == (utc(start), hours * HOUR_MS)


def test_the_hour_that_comes_twice_has_two_names() -> None:
    first, second = (ended("hourly", utc(f"2025-10-26T0{hour}:00"), BERLIN) for hour in (1, 2))
    assert (first.name, second.name) == ("2025-10-26T02+0200", "2025-10-26T02+0100")
    assert first.end == second.start


def test_the_hour_that_does_not_exist_is_not_missed() -> None:
    before, after = (ended("hourly", utc(f"2025-03-30T0{hour}:00"), BERLIN) for hour in (1, 2))
    assert (before.name, after.name) == ("2025-03-30T01+0100", "2025-03-30T03+0200")


def test_hours_of_a_zone_that_is_half_an_hour_off_begin_at_its_full_hours() -> None:
    hour = ended("hourly", utc("2025-05-04T09:29"), KOLKATA)  # 14:59 there
    assert (hour.name, hour.end) == ("2025-05-04T13+0530", utc("2025-05-04T08:30"))


def test_a_week_ends_on_sunday_and_carries_its_iso_name() -> None:
    week = ended("weekly", utc("2025-01-01T12:00"), ZoneInfo("UTC"))
    assert week == Period(utc("2024-12-23T00:00"), utc("2024-12-30T00:00"), "weekly", "2024-W52")


def test_of_many_missed_periods_only_the_last_is_due() -> None:
    last: dict[Kind, str | None] = {"hourly": "2025-05-04T01+0000", "daily": "2025-05-03", "weekly": "2025-W17"}
    found = due(utc("2025-05-04T14:32:05"), ZoneInfo("UTC"), last)
    assert [period.name for period in found] == ["2025-05-04T13+0000"]


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK])
@pytest.mark.parametrize("begin", ["2025-03-08T00:00", "2025-03-29T00:00", "2025-10-25T00:00", "2025-11-01T00:00"])
def test_a_look_every_minute_over_a_change_of_the_clock_finds_each_hour_and_day_once(
    zone: ZoneInfo, begin: str
) -> None:
    found: list[Period] = []
    last: dict[Kind, str | None] = {"hourly": None, "daily": None}
    for at in range(utc(begin), utc(begin) + 72 * HOUR_MS, 60_000):
        for period in due(at, zone, last):
            last[period.kind] = period.name
            found.append(period)
    hours = [period for period in found if period.kind == "hourly"]
    assert len({period.name for period in found}) == len(found)
    assert len(hours) == 72
    assert all(one.end == other.start for one, other in pairwise(hours))
    days = [period for period in found if period.kind == "daily"]
    assert all(one.end == other.start for one, other in pairwise(days))


def test_a_report_is_late_ten_minutes_after_its_period() -> None:
    hour = ended("hourly", utc("2025-05-04T14:05"), BERLIN)
    assert not delayed(hour, hour.end + 600_000, BERLIN)
    assert delayed(hour, hour.end + 600_001, BERLIN)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, KOLKATA])
def test_a_day_that_is_told_at_eight_is_told_once_between_eight_and_nine_on_each_day_of_a_year(zone: ZoneInfo) -> None:
    last: dict[Kind, str | None] = {"daily": "2024-12-30"}
    told = []
    for at in range(utc("2025-01-01T12:00"), utc("2026-01-01T12:00"), 900_000):
        for period in due(at, zone, last, 8):
            last["daily"] = period.name
            told.append(period)
            local = datetime.fromtimestamp(at / 1000, zone)
            assert at == utc("2025-01-01T12:00") or (local.hour == 8 and not delayed(period, at, zone, 8))
            assert delayed(period, at + HOUR_MS, zone, 8)
    assert len({period.name for period in told}) == len(told) == 366 - (zone is NEW_YORK)


def test_a_later_hour_or_another_zone_never_goes_back_to_a_day_that_was_passed() -> None:
    last: dict[Kind, str | None] = {"daily": "2025-05-03"}
    assert due(utc("2025-05-04T06:00"), ZoneInfo("UTC"), last, 8) == []
