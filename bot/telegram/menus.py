"""The command menu beside the input line, for each known person the one of the role."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SetMyCommands
from aiogram.types import BotCommand, BotCommandScopeChat

from bot.dialogue.registry import CommandSpec
from bot.outbox.courier import Unreachable, translated
from engine.model.roles import Role

HELP_LIMIT = 256


async def set_menus(bot: Bot, people: Mapping[int, Role], specs: Iterable[CommandSpec]) -> None:
    """Sends everybody's menu; who never started the bot has no chat yet and gets it at the next start.

    Raises Away, Throttled or TokenRefused.
    """
    known = tuple(specs)
    for user, role in people.items():
        menu = [
            BotCommand(command=spec.name, description=spec.help[:HELP_LIMIT]) for spec in known if spec.role <= role
        ]
        with suppress(TelegramBadRequest, Unreachable), translated():
            await bot(SetMyCommands(commands=menu, scope=BotCommandScopeChat(chat_id=user)))
