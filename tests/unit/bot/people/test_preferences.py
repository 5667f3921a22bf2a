"""What a person wants to hear, and what is kept of it."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.people.preferences import MATTERS, PreferenceBook, Preferences
from tests.doubles.users import MemoryUsers

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
USER = 1003


def at(hour: int, zone: ZoneInfo = UTC) -> int:
    return int(datetime(2025, 5, 4, hour, 30, tzinfo=zone).timestamp()) * 1000


def test_trades_and_trouble_ring_and_reports_are_silent_until_a_person_says_otherwise() -> None:
    usual = {matter: Preferences().manner(matter, at(12), UTC) for matter in MATTERS}
    assert {matter for matter, loud in usual.items() if loud == "silent"} == {"hourly", "daily", "weekly"}
    assert "off" not in usual.values()


def test_one_matter_is_turned_and_the_others_stay() -> None:
    wishes = Preferences({"daily": "off"}).turned("stop", "silent")
    assert [wishes.of(matter) for matter in ("stop", "daily", "fill")] == ["silent", "off", "rings"]


@pytest.mark.parametrize(
    ("quiet", "silent"),
    [((22, 7), {22, 23, 0, 1, 2, 3, 4, 5, 6}), ((13, 15), {13, 14}), (None, set())],
)
def test_nothing_rings_in_the_quiet_hours_of_the_persons_own_zone(
    quiet: tuple[int, int] | None, silent: set[int]
) -> None:
    wishes = Preferences(quiet=quiet, zone="Europe/Berlin")
    found = {hour for hour in range(24) if wishes.manner("entry", at(hour, BERLIN), UTC) == "silent"}
    assert found == silent


def test_quiet_hours_do_not_bring_back_what_is_off() -> None:
    assert Preferences({"entry": "off"}, (0, 23)).manner("entry", at(12), UTC) == "off"


def test_small_entries_are_silent_and_their_ends_ring() -> None:
    wishes = Preferences(smallest=Decimal(500))
    assert wishes.manner("entry", at(12), UTC, Decimal("499.99")) == "silent"
    assert wishes.manner("entry", at(12), UTC, Decimal(500)) == "rings"
    assert wishes.manner("exit_loss", at(12), UTC) == "rings"


async def test_preferences_outlive_the_process() -> None:
    users = MemoryUsers()
    wishes = Preferences({"stop": "off"}, (22, 7), Decimal("0.5"), 8, "Asia/Kolkata")
    await PreferenceBook(users).keep(USER, wishes)
    assert await PreferenceBook(users).of(USER) == wishes
    assert await PreferenceBook(users).of(1001) == Preferences()


@pytest.mark.parametrize("text", ['{"loud":{"fireworks":"rings"}}', '{"zone":"Mars/Phobos"}', '{"zone":"../x"}', "?"])
async def test_what_cannot_be_read_counts_as_nothing(text: str) -> None:
    users = MemoryUsers()
    await users.set_preferences(USER, text)
    assert await PreferenceBook(users).of(USER) == Preferences()
