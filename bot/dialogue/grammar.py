"""What people may type after a command. Whatever else they type is answered with one sentence and changes nothing."""

import re
from collections.abc import Sequence

from aiogram.filters import CommandObject

from bot.figures.figures import clip
from engine.model.errors import BadInput

QUOTED = 24
"""Columns of what was typed that a refusal repeats."""
WHOLE = re.compile(r"[0-9]{1,6}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@~-]{0,39}")
VALUE = re.compile(r"[A-Za-z0-9_.+%/-]{1,32}")
TRADE = re.compile(r"#?[A-Za-z0-9_-]{1,40}")


def words(command: CommandObject, usage: str, most: int) -> list[str]:
    """The arguments, at most `most` of them."""
    found = (command.args or "").split()
    if len(found) > most:
        much = "no arguments" if most == 0 else f"at most {most} argument{'s' if most > 1 else ''}"
        raise BadInput(f"/{command.command} takes {much}: {_form(command, usage)}")
    return found


def alone(command: CommandObject | None, most: int = 0) -> None:
    """Refuse what follows a command that takes nothing; None for a press."""
    if command is not None:
        words(command, "", most)


def whole(text: str, lowest: int, highest: int, what: str) -> int:
    """A whole number in ASCII digits within its range."""
    if WHOLE.fullmatch(text) and lowest <= (value := int(text)) <= highest:
        return value
    raise BadInput(f"{what} takes a whole number from {lowest} to {highest}, not {quoted(text)}.")


def one_of(text: str, accepted: Sequence[str], what: str) -> str:
    """One of a few words, in any case."""
    if text.isascii() and text.lower() in accepted:
        return text.lower()
    raise BadInput(f"{what} takes {', '.join(accepted[:-1])} or {accepted[-1]}, not {quoted(text)}.")


def named(text: str, what: str) -> str:
    """A name of ours: letters, digits and a few signs."""
    if NAME.fullmatch(text):
        return text
    raise BadInput(f"{what} takes a name of letters, digits and _, not {quoted(text)}.")


def value(text: str, what: str) -> str:
    """The text of a setting's value; what it means is for the setting to say."""
    if VALUE.fullmatch(text):
        return text
    raise BadInput(f"{what} takes a number or a word of up to 32 plain characters, not {quoted(text)}.")


def trade_key(text: str, what: str) -> str:
    """The number of a trade or an order, with or without its #."""
    if TRADE.fullmatch(text):
        return text.removeprefix("#")
    raise BadInput(f"{what} takes the number of a trade, as /trades shows it, not {quoted(text)}.")


def quoted(text: str) -> str:
    """What was typed, short and on one line."""
    return f"'{clip(''.join(letter if letter.isprintable() else ' ' for letter in text), QUOTED)}'"


def _form(command: CommandObject, usage: str) -> str:
    return f"/{command.command} {usage}".rstrip() + "."
