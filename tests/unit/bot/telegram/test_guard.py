"""Every role before every command and every kind of button there is."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from bot.dialogue import registry
from bot.outbox.outbox import Say
from bot.people.access import Access
from bot.telegram.answers import Answers
from bot.telegram.guard import KnownPeople, RoleFloor
from bot.telegram.polling import ServerClock
from engine.model.roles import Role
from tests.doubles.outbox import MemoryOutbox
from tests.doubles.users import MemoryUsers

VIEWER = 7
ROLES = list(Role)


class Reached:
    """A handler that notes what got through to it."""

    def __init__(self) -> None:
        self.roles: list[object] = []

    async def __call__(self, event: TelegramObject, data: dict[str, Any]) -> None:
        self.roles.append(data.get("role"))


class Toasts(Answers):
    """Answers to presses, kept instead of sent."""

    def __init__(self) -> None:
        super().__init__(Bot("7:" + "x" * 35))
        self.texts: list[str] = []

    async def __call__(self, query: str, text: str = "", alert: bool = False) -> None:
        self.texts.append(text)


def message(text: str, user: int = VIEWER, chat: Chat | None = None) -> Message:
    return Message(
        message_id=1,
        date=datetime.now(UTC),
        chat=chat or Chat(id=user, type="private"),
        from_user=User(id=user, is_bot=False, first_name="x"),
        text=text,
    )


def press(data: str, user: int = VIEWER) -> CallbackQuery:
    sender = User(id=user, is_bot=False, first_name="x")
    return CallbackQuery(id="1", from_user=sender, chat_instance="1", message=message("x", user), data=data)


class Floor:
    def __init__(self) -> None:
        self.outbox, self.toasts, self.reached = MemoryOutbox(), Toasts(), Reached()
        say = Say(self.outbox, lambda: 0)
        self.guard = RoleFloor(registry.commands(), registry.buttons(), say, self.toasts)

    async def passes(self, event: TelegramObject, role: Role) -> bool:
        before = len(self.reached.roles)
        await self.guard(self.reached, event, {"role": role})
        return len(self.reached.roles) > before

    @property
    def refusals(self) -> int:
        return len(self.outbox.waiting_rows) + len(self.toasts.texts)


async def test_a_command_passes_exactly_from_its_role_on_and_is_refused_in_words_below() -> None:
    floor = Floor()
    expected = {(name, role): role >= spec.role for name, spec in registry.commands().items() for role in ROLES}
    found = {(name, role): await floor.passes(message(f"/{name} x"), role) for name, role in expected}
    assert found == expected
    assert floor.refusals == list(expected.values()).count(False) > 0


async def test_writing_a_command_in_another_way_does_not_lower_its_floor() -> None:
    floor = Floor()
    for text in ("/CLOSE_ALL", "/close_all@pocketdesk_bot", "/Close_All\nnow", " /stop", "\u3000/stop"):
        assert not await floor.passes(message(text), Role.VIEWER)


async def test_a_button_passes_exactly_from_its_role_on_and_is_refused_in_words_below() -> None:
    floor = Floor()
    expected = {(spec.prefix, role): role >= spec.role for spec in registry.buttons().values() for role in ROLES}
    found = {(prefix, role): await floor.passes(press(f"{prefix}:x"), role) for prefix, role in expected}
    assert found == expected
    assert floor.refusals == list(expected.values()).count(False) > 0


async def test_a_button_that_nobody_knows_reaches_nothing_for_any_role() -> None:
    floor = Floor()
    for role in ROLES:
        assert not await floor.passes(press("zz:1"), role)
    assert floor.toasts.texts == ["This button is outdated. /menu shows the present ones."] * len(ROLES)


@pytest.mark.parametrize(
    ("event", "known"),
    [
        (Update(update_id=1, message=message("/status")), True),
        (Update(update_id=1, callback_query=press("s")), True),
        (Update(update_id=1, message=message("/status", user=4004)), False),
        (Update(update_id=1, callback_query=press("s", user=4004)), False),
        (Update(update_id=1, message=message("/status", chat=Chat(id=-1, type="group"))), False),
        (Update(update_id=1, edited_message=message("/status")), False),
        (Update(update_id=1, channel_post=message("/status")), False),
    ],
    ids=["message", "press", "stranger", "stranger's press", "group", "edited", "channel"],
)
async def test_only_known_people_in_their_private_chat_get_past_the_second_line(event: Update, known: bool) -> None:
    reached = Reached()
    access = Access([], [], MemoryUsers({VIEWER: Role.VIEWER}))
    await KnownPeople(access, ServerClock(lambda: 0))(reached, event, {})
    assert reached.roles == ([Role.VIEWER] if known else [])
