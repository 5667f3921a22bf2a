"""Admins look at who is here and who tried, and give and take roles."""

import pytest
from aiogram import Bot, Dispatcher

from engine.model.roles import Role
from tests.unit.bot.commands.person import Person

KIM = 4004


async def test_a_stranger_is_enrolled_after_confirm_and_told_so(admin: Person) -> None:
    admin.services.strangers.count(KIM)
    screen = await admin.say("/users")
    assert screen.text.startswith("👥 2 known · 1 stranger")
    assert "4004          once" in screen.text
    question = await admin.choose("Enrol 4004")
    assert question.text.startswith("🟠 4004 becomes VIEWER")
    assert KIM not in await admin.services.people()
    await admin.choose("Confirm: viewer")
    assert (await admin.services.people())[KIM] is Role.VIEWER
    assert [item.chat for item in admin.shelf.items[-2:]] == [KIM, 1001]
    assert "0 strangers" in (await admin.press("us")).text
    assert admin.control.done == []


async def test_a_blocked_stranger_is_offered_no_more(admin: Person) -> None:
    admin.services.strangers.count(KIM)
    await admin.press("us")
    await admin.choose("Block 4004")
    await admin.choose("Confirm: block")
    assert KIM not in await admin.services.people()
    assert "no strangers" in (await admin.say("/users")).text


async def test_a_role_is_changed_by_its_name_and_taken_away(admin: Person) -> None:
    await admin.say("/users 1002 viewer")
    await admin.choose("Confirm: viewer")
    assert (await admin.services.people())[1002] is Role.VIEWER
    await admin.say("/users 1002 blocked")
    await admin.choose("Confirm: block")
    assert 1002 not in await admin.services.people()


async def test_who_is_admin_by_the_settings_stays_one_and_that_is_said(dispatcher: Dispatcher, bot: Bot) -> None:
    other = Person(dispatcher, bot, Role.ADMIN, 1005)
    await other.say("/users 1001 viewer")
    answer = await other.choose("Confirm: viewer")
    assert "1001 stays admin: TELEGRAM_ADMIN_IDS names this account." in answer.text.replace("\n", " ")
    assert (await other.services.people())[1001] is Role.ADMIN


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/users 4004", "/users takes the id of a person and a role: /users 123456789 viewer."),
        ("/users kim viewer", "A person is named by the number of the account, like 123456789, not 'kim'."),
        ("/users 0 viewer", "A person is named by the number"),
        ("/users 4004 king", "/users 4004 takes blocked, viewer, trader or admin, not 'king'."),
        ("/users 1001 viewer", "Nobody changes the own role; another admin can."),
    ],
)
async def test_what_is_no_person_or_no_role_is_refused(admin: Person, text: str, sentence: str) -> None:
    assert (await admin.say(text)).text.startswith(sentence)


@pytest.mark.parametrize("data", ["ur:4004:4", "ur:4004:-1", "ur:0:1", "ur:1001:1", "ur:x:1"])
async def test_a_forged_button_asks_nothing(admin: Person, data: str) -> None:
    answer = await admin.press(data)
    assert not any(one.label.startswith("Confirm") for row in answer.buttons for one in row)


async def test_a_trader_cannot_give_roles_by_whatever_way(dispatcher: Dispatcher, bot: Bot) -> None:
    trader = Person(dispatcher, bot, Role.TRADER, 1002)
    answer = await trader.say("/users 4004 admin")
    assert "needs the role admin" in answer.text
