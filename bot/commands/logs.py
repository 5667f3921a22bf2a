"""/logs."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import whole, words
from bot.dialogue.presses import ShowLogs
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import show, zone_of
from bot.screens import logs
from engine.model.roles import Role

router = Router(name="logs")

COMMANDS = (CommandSpec("logs", Role.ADMIN, 0, "read", "the last lines of the log, redacted", "[count]"),)
BUTTONS = (ButtonSpec(ShowLogs.__prefix__, Role.ADMIN),)
USUAL = 10


@router.message(Command("logs", ignore_case=True))
async def show_logs(message: Message, command: CommandObject, services: Services) -> None:
    """The last ten lines, or as many as asked for."""
    asked = words(command, "[count]", 1)
    await _show(message, whole(asked[0], 1, logs.LINES, "/logs") if asked else USUAL, services)


@router.callback_query(ShowLogs.filter())
async def refresh_logs(query: CallbackQuery, callback_data: ShowLogs, services: Services) -> None:
    """The same number again."""
    await _show(query, whole(str(callback_data.count), 1, logs.LINES, "/logs"), services)


async def _show(event: Message | CallbackQuery, count: int, services: Services) -> None:
    lines = services.control.logs(count)
    at = services.control.status().at
    await show(event, services, logs.render(lines, count, at, zone_of(services)))
