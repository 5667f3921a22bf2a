import pytest

from bot.playground.commands import DEFAULT, CommandMenus, Scope
from bot.playground.errors import ApiError
from bot.playground.objects import BotCommand, Chat

PRIVATE = Chat(id=1001, type="private")
GROUP = Chat(id=-5, type="supergroup")


def menu(*names: str) -> list[BotCommand]:
    return [BotCommand(command=name, description=name) for name in names]


def names(commands: list[BotCommand]) -> list[str]:
    return [one["command"] for one in commands]


def test_the_narrowest_scope_is_shown_and_in_it_the_own_language() -> None:
    menus = CommandMenus()
    chat: Scope = ("chat", 1001, 0)
    assert menus.shown(PRIVATE, 1001, "en") == []
    menus.set(DEFAULT, "", menu("a"))
    menus.set(DEFAULT, "de", menu("b"))
    menus.set(("all_private_chats", 0, 0), "", menu("c"))
    menus.set(chat, "", menu("d"))
    menus.set(chat, "de", menu("e"))
    assert names(menus.shown(PRIVATE, 1001, "en")) == ["d"]
    assert names(menus.shown(PRIVATE, 1001, "de")) == ["e"]
    menus.delete(chat, "")
    menus.delete(chat, "de")
    assert names(menus.shown(PRIVATE, 1001, "en")) == ["c"]
    menus.delete(("all_private_chats", 0, 0), "")
    assert names(menus.shown(PRIVATE, 1001, "de")) == ["b"]
    assert names(menus.shown(PRIVATE, 1001, "en")) == ["a"]


def test_in_a_group_the_member_comes_first() -> None:
    menus = CommandMenus()
    menus.set(("all_group_chats", 0, 0), "", menu("all"))
    menus.set(("chat_member", -5, 7), "", menu("mine"))
    assert names(menus.shown(GROUP, 7, "en")) == ["mine"]
    assert names(menus.shown(GROUP, 8, "en")) == ["all"]


def test_reading_asks_for_exactly_one_scope_and_language() -> None:
    menus = CommandMenus()
    menus.set(DEFAULT, "", menu("a"))
    assert names(menus.get(DEFAULT, "")) == ["a"]
    assert menus.get(DEFAULT, "de") == []


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        (menu("Status"), "BOT_COMMAND_INVALID"),
        (menu("close-all"), "BOT_COMMAND_INVALID"),
        (menu("a" * 33), "BOT_COMMAND_INVALID"),
        (menu("/"), "must be non-empty"),
        ([BotCommand(command="a", description=" ")], "description must be non-empty"),
        ([BotCommand(command="a", description="x" * 257)], "must not exceed 256"),
        (menu(*[f"c{n}" for n in range(101)]), "BOT_COMMANDS_TOO_MUCH"),
    ],
)
def test_a_wrong_command_is_refused_and_changes_nothing(commands: list[BotCommand], reason: str) -> None:
    menus = CommandMenus()
    menus.set(DEFAULT, "", menu("old"))
    with pytest.raises(ApiError, match=reason):
        menus.set(DEFAULT, "", commands)
    assert names(menus.get(DEFAULT, "")) == ["old"]


def test_a_slash_and_spaces_are_taken_off() -> None:
    menus = CommandMenus()
    menus.set(DEFAULT, "", [BotCommand(command=" /status ", description=" how things stand ")])
    assert menus.get(DEFAULT, "") == [BotCommand(command="status", description="how things stand")]


def test_a_language_has_two_letters() -> None:
    with pytest.raises(ApiError, match="invalid language code specified"):
        CommandMenus().set(DEFAULT, "english", menu("a"))
