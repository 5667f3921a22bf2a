"""Reports: one for each period and person, across restarts and both changes of the clock."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.news.calendar import HOUR_MS
from bot.news.reports import Reporter
from bot.outbox.outbox import Say
from bot.people.preferences import PreferenceBook, Preferences
from engine.model.account import Account
from engine.model.facts import EquityMarked
from engine.model.roles import Role
from engine.model.views import LogLine
from tests.doubles.archive import MemoryArchive
from tests.doubles.users import MemoryUsers
from tests.unit.bot import pictures
from tests.unit.bot.stand_ins import Claims, Picture, Shelf

ZERO = Decimal(0)


async def people() -> dict[int, Role]:
    return {1001: Role.ADMIN, 1003: Role.VIEWER}


class Desk:
    """A desk whose clock a test turns, and whose process a test starts again."""

    def __init__(self, zone: str = "UTC") -> None:
        self.control, self.records, self.claims, self.shelf = Picture(), MemoryArchive(), Claims(), Shelf()
        self.zone, self.users = ZoneInfo(zone), MemoryUsers()
        self.unwritten: list[EquityMarked] = []
        self.start()

    def start(self) -> None:
        say, clock = Say(self.shelf, lambda: pictures.NOW), lambda: pictures.NOW
        self.book = PreferenceBook(self.users)
        self.reporter = Reporter(
            self.control, self.records, self.claims, say, people, self.book, self.zone, clock, self.stored
        )

    async def stored(self) -> None:
        """The disk catches up with the desk."""
        self.records.hours += self.unwritten
        self.unwritten.clear()

    async def at(self, time: int) -> None:
        self.control.view = msgspec.structs.replace(self.control.view, at=time)
        await self.reporter.look()

    def mark(self, time: int, equity: str, positions: int = 0) -> None:
        cash = Decimal(equity)
        account = Account(Decimal(10_000), cash, cash - 10_000, ZERO, ZERO, ZERO)
        self.records.hours.append(EquityMarked(time, account, ZERO, ZERO, positions))

    def heads(self, chat: int = 1001) -> list[str]:
        pairs = zip(self.shelf.items, self.shelf.texts(), strict=True)
        return [text.splitlines()[0] for item, text in pairs if item.chat == chat]


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


async def test_a_fresh_desk_reports_nothing_of_the_time_before_it() -> None:
    desk = Desk()
    await desk.at(utc("2025-05-04T12:34"))
    assert desk.shelf.items == []
    await desk.at(utc("2025-05-04T13:00:01"))
    assert desk.heads() == desk.heads(1003) == ["🕐 12h 0.00 · day 0.00 · 0 open"]


async def test_the_hour_tells_its_result_and_that_of_the_day_from_the_marks_of_the_account() -> None:
    desk = Desk()
    for hour, equity in (("00:00", "10000"), ("12:00", "10029.70"), ("13:00", "10042.10")):
        desk.mark(utc(f"2025-05-04T{hour}:01"), equity, 3)
    desk.records.closed = [pictures.trade(1, exit_at=utc("2025-05-04T12:30"))]
    await desk.at(utc("2025-05-04T12:34"))
    await desk.at(utc("2025-05-04T13:00:02"))
    lines = desk.shelf.texts()[0].splitlines()
    assert lines[0] == "🕐 12h +12.40 · day +42.10 · 3 open"
    assert lines[1] == "BTC    L    +24.60 target"
    assert "nothing needs you" in lines
    assert all(item.silent and item.lane == "report" for item in desk.shelf.items)


async def test_an_hour_whose_end_is_not_on_disk_yet_is_told_with_it_all_the_same() -> None:
    desk = Desk()
    desk.mark(utc("2025-05-04T12:00:01"), "10000")
    await desk.at(utc("2025-05-04T12:34"))
    desk.mark(utc("2025-05-04T13:00:00"), "9470.50")
    desk.unwritten.append(desk.records.hours.pop())
    await desk.at(utc("2025-05-04T13:00:00"))
    assert desk.heads() == ["🕐 12h -529.50 · day -529.50 · 0 open"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("begin", ["2025-03-08T20:00", "2025-03-29T20:00", "2025-10-25T20:00", "2025-11-01T20:00"])
async def test_no_hour_is_told_twice_or_left_out_when_the_clock_changes_and_the_process_restarts(
    zone: str, begin: str
) -> None:
    desk = Desk(zone)
    for minute in range(0, 24 * 60 + 1, 10):
        if minute % 70 == 0:
            desk.start()
        await desk.at(utc(begin) + minute * 60_000)
    for chat in (1001, 1003):
        told = [item.dedupe for item in desk.shelf.items if item.chat == chat]
        assert len(told) == len(set(told))
        assert sum("hourly" in (name or "") for name in told) == 24
        assert sum("daily" in (name or "") for name in told) == 1


async def test_after_a_long_stop_only_the_last_missed_report_comes_marked_as_delayed() -> None:
    desk = Desk()
    await desk.at(utc("2025-05-04T12:34"))
    desk.start()
    await desk.at(utc("2025-05-04T20:45"))
    assert len(desk.heads()) == 1
    assert "delayed · until 04 May 20:00 UTC" in desk.shelf.texts()[0]


async def test_a_stop_between_the_message_and_its_claim_tells_nothing_twice() -> None:
    desk = Desk()
    await desk.at(utc("2025-05-04T12:34"))
    await desk.at(utc("2025-05-04T13:01"))
    desk.claims.claimed = [claim for claim in desk.claims.claimed if "T12" not in claim[2]]
    desk.start()
    await desk.at(utc("2025-05-04T13:02"))
    assert len(desk.heads()) == 1


async def test_an_hour_in_which_nothing_happened_edits_the_report_before() -> None:
    desk = Desk()
    desk.mark(utc("2025-05-04T12:00:01"), "10000")
    for time in ("12:34", "13:01", "14:01"):
        await desk.at(utc(f"2025-05-04T{time}"))
    own = [item.key for item in desk.shelf.items if item.chat == 1001]
    assert own == ["report:hourly:2025-05-04T12+0000"] * 2
    desk.mark(utc("2025-05-04T15:00:01"), "10010")
    await desk.at(utc("2025-05-04T15:01"))
    assert desk.shelf.items[-1].key == "report:hourly:2025-05-04T14+0000"


async def test_a_day_is_one_photo_with_a_caption_that_fits() -> None:
    desk = Desk()
    for hour in range(25):
        desk.mark(utc("2025-05-03T00:00:01") + hour * HOUR_MS, str(10_000 + 10 * hour))
    desk.records.closed = [pictures.trade(n, exit_at=utc("2025-05-03T10:00")) for n in range(30)]
    for age, level in ((1, "ERROR"), (23, "CRITICAL"), (23, "WARNING"), (25, "ERROR")):
        desk.control.lines.append(LogLine(pictures.NOW - age * HOUR_MS, level, "x"))
    await desk.at(utc("2025-05-03T23:30"))
    await desk.at(utc("2025-05-04T00:01"))
    (day,) = [body for body in desk.shelf.bodies() if body.text.startswith("📅")][:1]
    assert day.text.splitlines()[0] == "📅 Day 03 May +240.00 (+2.4%)"
    assert "up 3d 4h · 2 errors" in day.text.splitlines()
    assert [one.label for one in day.buttons[0]] == ["CSV", "7d", "30d", "Status"]
    assert day.photo is not None
    assert day.photo.startswith(b"\x89PNG")
    assert len(day.text) <= 1024


async def test_a_week_compares_strategies_and_shows_the_use_of_limits() -> None:
    desk = Desk()
    for day in range(9):
        desk.mark(utc("2025-04-27T00:00:01") + day * 24 * HOUR_MS, str(10_000 + 10 * day))
    desk.records.closed = [
        pictures.trade(1, "5.00", exit_at=utc("2025-04-29T10:00"), strategy="razor"),
        pictures.trade(2, "-3.00", exit_at=utc("2025-04-30T10:00")),
    ]
    await desk.at(utc("2025-05-04T23:30"))
    await desk.at(utc("2025-05-05T00:01"))
    (week,) = [body for body in desk.shelf.bodies() if body.text.startswith("🗓")][:1]
    lines = week.text.splitlines()
    assert lines[0] == "🗓 Week W18 +70.00 (+0.7%)"
    assert [line.split() for line in lines if line.startswith(("razor", "ma_cross"))] == [
        ["razor", "1", "+5.00"],
        ["ma_cross", "1", "-3.00"],
    ]
    assert "position                80% used" in lines
    assert week.photo is not None


async def test_the_report_of_everything_agrees_with_the_status_screen() -> None:
    desk = Desk()
    await desk.reporter.finish()
    lines = desk.shelf.texts()[0].splitlines()
    assert lines[0] == "🏁 Report +421.50 (+4.2%) · 34 trades"
    assert "equity 10,000.00 -> 10,421.50" in lines
    assert desk.shelf.bodies()[0].photo is not None
    await desk.reporter.finish()
    assert len(desk.shelf.items) == 2


async def test_each_person_gets_the_reports_and_the_hour_and_the_zone_of_the_own_choice() -> None:
    desk = Desk()
    admin = Preferences({"hourly": "off", "daily": "rings", "weekly": "off"}, hour=8, zone="Asia/Kolkata")
    await desk.book.keep(1001, admin)
    await desk.book.keep(1003, Preferences({"hourly": "off", "weekly": "off"}))
    told: dict[int, list[str]] = {1001: [], 1003: []}
    for quarter in range(4 * 48):
        at = utc("2025-05-03T12:00") + quarter * HOUR_MS // 4
        seen = len(desk.shelf.items)
        await desk.at(at)
        for item in desk.shelf.items[seen:]:
            told[item.chat].append(
                f"{datetime.fromtimestamp(at / 1000, UTC):%d %H:%M} {'silent' if item.silent else 'rings'}"
            )
    assert told == {1001: ["04 02:30 rings", "05 02:30 rings"], 1003: ["04 00:00 silent", "05 00:00 silent"]}
    assert "until 04 May 00:00 IST" in desk.shelf.texts()[1]
    assert "delayed" not in desk.shelf.texts()[1]
