"""The command menus that a bot has set, by scope and language, and which of them a person sees."""

import re

from bot.playground import errors
from bot.playground.objects import BotCommand, Chat

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"([a-z]{2})?")
LIMIT = 100
DESCRIPTION_LIMIT = 256

type Scope = tuple[str, int, int]
"""Scope type, chat id and user id; 0 where the scope has none."""

DEFAULT: Scope = ("default", 0, 0)


class CommandMenus:
    """Menus by scope and language code ("" is for every language without a menu of its own)."""

    def __init__(self) -> None:
        self._menus: dict[tuple[Scope, str], list[BotCommand]] = {}

    def set(self, scope: Scope, language: str, commands: list[BotCommand]) -> None:
        """Replaces a menu; an ApiError for a command or a language that the server would refuse."""
        _check_language(language)
        if len(commands) > LIMIT:
            raise errors.bad_request("BOT_COMMANDS_TOO_MUCH")
        self._menus[scope, language] = [_cleaned(command) for command in commands]

    def get(self, scope: Scope, language: str) -> list[BotCommand]:
        """The menu of exactly this scope and language; empty where none was set."""
        _check_language(language)
        return self._menus.get((scope, language), [])

    def delete(self, scope: Scope, language: str) -> None:
        """Takes a menu away, so that the next wider scope shows."""
        _check_language(language)
        self._menus.pop((scope, language), None)

    def shown(self, chat: Chat, user_id: int, language: str) -> list[BotCommand]:
        """What a person sees in a chat: the narrowest scope, there first the own language."""
        if chat["type"] == "private":
            scopes: list[Scope] = [("chat", chat["id"], 0), ("all_private_chats", 0, 0), DEFAULT]
        else:
            member: Scope = ("chat_member", chat["id"], user_id)
            scopes = [member, ("chat", chat["id"], 0), ("all_group_chats", 0, 0), DEFAULT]
        for scope in scopes:
            for code in (language, ""):
                if menu := self._menus.get((scope, code)):
                    return menu
        return []


def _check_language(language: str) -> None:
    if not LANGUAGE.fullmatch(language):
        raise errors.bad_request("invalid language code specified")


def _cleaned(command: BotCommand) -> BotCommand:
    name, description = command["command"].strip().removeprefix("/"), command["description"].strip()
    if not name:
        raise errors.bad_request("command must be non-empty")
    if not description:
        raise errors.bad_request("command description must be non-empty")
    if len(description) > DESCRIPTION_LIMIT:
        raise errors.bad_request(f"command description length must not exceed {DESCRIPTION_LIMIT}")
    if not COMMAND.fullmatch(name):
        raise errors.bad_request("BOT_COMMAND_INVALID")
    cleaned = command.copy()
    cleaned["command"], cleaned["description"] = name, description
    return cleaned
