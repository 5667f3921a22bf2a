"""The settings of the person who presses."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from aiogram import Bot, Dispatcher

from bot.people.preferences import Preferences
from engine.model.roles import Role
from tests.unit.bot.commands.person import Person


@pytest.fixture
def viewer(dispatcher: Dispatcher, bot: Bot) -> Person:
    return Person(dispatcher, bot, Role.VIEWER, 1003)


async def kept(person: Person) -> Preferences:
    return await person.services.preferences.of(person.user)


@pytest.mark.parametrize(
    ("labels", "wishes"),
    [
        (["Notifications", "exit win 🔔"], Preferences({"exit_win": "silent"})),
        (["Notifications", "exit win 🔔", "exit win 🔕"], Preferences({"exit_win": "off"})),
        (["Notifications", "risk 🔔", "risk 🔕", "risk off"], Preferences({"risk": "rings"})),
        (["Notifications", "500"], Preferences(smallest=Decimal(500))),
        (["Notifications", "Quiet hours...", "Turn on 22:00-07:00"], Preferences(quiet=(22, 7))),
        (["Notifications", "Quiet hours...", "Turn on 22:00-07:00", "Turn off"], Preferences()),
        (["Reports", "hourly 🔕"], Preferences({"hourly": "off"})),
        (["Reports", "daily 🔕", "daily off"], Preferences({"daily": "rings"})),
        (["Reports", "+", "+"], Preferences(hour=2)),
        (["Reports", "-"], Preferences(hour=23)),
    ],
)
async def test_a_viewer_sets_the_own_settings_by_buttons(
    viewer: Person, labels: Sequence[str], wishes: Preferences
) -> None:
    await viewer.say("/settings")
    for label in labels:
        await viewer.choose(label)
    assert await kept(viewer) == wishes
    assert viewer.control.done == []
    assert await viewer.services.preferences.of(1001) == Preferences()


async def test_each_end_of_the_quiet_hours_is_moved_by_an_hour_and_the_ends_never_meet(viewer: Person) -> None:
    await viewer.press("qh:22:0")
    from_row, to_row = viewer.shelf.bodies()[-1].buttons[:2]
    assert [one.data for one in (*from_row, *to_row)] == [
        "qh:21:0",
        "qh:22:0",
        "qh:23:0",
        "qh:22:23",
        "qh:22:0",
        "qh:22:1",
    ]
    await viewer.press("qh:22:23")
    (_, _, later), (earlier, _, _) = viewer.shelf.bodies()[-1].buttons[:2]
    assert later.data == earlier.data == "qh:22:23"


async def test_a_zone_is_typed_and_given_back(viewer: Person) -> None:
    screen = await viewer.say("/settings zone Asia/Kolkata")
    assert "zone Asia/Kolkata" in screen.text
    assert "20:02:05 IST" in screen.text
    assert await kept(viewer) == Preferences(zone="Asia/Kolkata")
    await viewer.say("/settings zone desk")
    assert await kept(viewer) == Preferences()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/settings zone", "/settings takes nothing, or a time zone: /settings zone Europe/Berlin."),
        ("/settings zone Mars/Phobos", "There is no time zone Mars/Phobos;"),
        ("/settings zone ../../etc/passwd", "There is no time zone"),
        ("/settings zone Europe/Berlin now", "/settings takes at most 2 arguments"),
    ],
)
async def test_a_zone_that_is_none_changes_nothing(viewer: Person, text: str, sentence: str) -> None:
    assert (await viewer.say(text)).text.startswith(sentence)
    assert await kept(viewer) == Preferences()


@pytest.mark.parametrize(
    "data", ["nm:fireworks:off", "nm:stop:loud", "nm:stop", "qh:24:1", "qh:-1:1", "rh:24", "sz:-5", "sz:x", "qh"]
)
async def test_a_forged_button_changes_nothing(viewer: Person, data: str) -> None:
    await viewer.press(data)
    assert await kept(viewer) == Preferences()
