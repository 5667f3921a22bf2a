"""/mode: simulated or live."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import one_of, words
from bot.dialogue.presses import AskMode, ShowMode
from bot.dialogue.questions import ask
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.screens import mode
from engine.model.commands import SetMode
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="mode")

MODES = ("sim", "live")
COMMANDS = (CommandSpec("mode", Role.VIEWER, 3, "trade", "shows or switches the mode", "[sim|live]", Role.ADMIN),)
BUTTONS = (
    ButtonSpec(ShowMode.__prefix__, Role.VIEWER),
    ButtonSpec(AskMode.__prefix__, Role.ADMIN, dangerous=True),
)


@router.message(Command("mode", ignore_case=True))
async def show_mode(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The screen, or the question whether to switch."""
    asked = words(command, "[sim|live]", 1)
    if asked:
        await _switch(message, one_of(asked[0], MODES, "/mode"), services, role)
    else:
        await _show(message, services, role)


@router.callback_query(ShowMode.filter())
async def refresh_mode(query: CallbackQuery, services: Services, role: Role) -> None:
    """The screen again."""
    await _show(query, services, role)


@router.callback_query(AskMode.filter())
async def ask_mode(query: CallbackQuery, callback_data: AskMode, services: Services, role: Role) -> None:
    """Ask whether to switch."""
    await _switch(query, one_of(callback_data.mode, MODES, "/mode"), services, role)


async def _show(event: Message | CallbackQuery, services: Services, role: Role) -> None:
    at = services.control.status().at
    await show(event, services, mode.render(services.control.mode(), at, zone_of(services), role))


async def _switch(event: Message | CallbackQuery, target: str, services: Services, role: Role) -> None:
    """Asks only for what can be done: while something is missing the screen, which lists it, is the answer."""
    view = services.control.mode()
    if view.mode.lower() == target:
        raise BadInput(f"The mode is {target.upper()} already.")
    if target == "live" and view.missing and role >= Role.ADMIN:
        await _show(event, services, role)
        return
    await ask(services, SetMode(target), asker(event), role)
