"""/start, /menu, /settings, /help: the ways in. /start greets and never starts trading."""

from aiogram import Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import alone
from bot.dialogue.presses import ShowEmergency, ShowHelp, ShowMenu, ShowSettings
from bot.dialogue.registry import ButtonSpec, CommandSpec, allowed
from bot.dialogue.services import Services
from bot.dialogue.showing import show, zone_of
from bot.screens import help as help_screen
from bot.screens import menu
from engine.model.roles import Role

router = Router(name="start")

COMMANDS = (
    CommandSpec("start", Role.VIEWER, 0, "read", "greeting and main menu; never starts trading"),
    CommandSpec("menu", Role.VIEWER, 0, "read", "main menu"),
    CommandSpec("settings", Role.VIEWER, 1, "read", "strategies, risk, mode, notifications", "[zone name]"),
    CommandSpec("help", Role.VIEWER, 0, "read", "this list"),
)
BUTTONS = tuple(
    ButtonSpec(press.__prefix__, Role.VIEWER) for press in (ShowMenu, ShowSettings, ShowEmergency, ShowHelp)
)


@router.message(CommandStart(ignore_case=True))
@router.message(Command("menu", ignore_case=True))
@router.callback_query(ShowMenu.filter())
async def greet(event: Message | CallbackQuery, services: Services, command: CommandObject | None = None) -> None:
    """The main menu. A link to the bot may carry a word behind /start."""
    alone(command, 1 if command and command.command.lower() == "start" else 0)
    await show(event, services, menu.render(services.control.status(), zone_of(services)))


@router.message(Command("settings", ignore_case=True))
@router.callback_query(ShowSettings.filter())
async def settings(event: Message | CallbackQuery, services: Services) -> None:
    """The settings menu."""
    await show(event, services, menu.render_settings(services.control.status(), zone_of(services)))


@router.callback_query(ShowEmergency.filter())
async def emergency(query: CallbackQuery, services: Services) -> None:
    """The emergency menu."""
    await show(query, services, menu.render_emergency(services.control.status(), zone_of(services)))


@router.message(Command("help", ignore_case=True))
@router.callback_query(ShowHelp.filter())
async def guide(
    event: Message | CallbackQuery, services: Services, role: Role, command: CommandObject | None = None
) -> None:
    """What this person may send."""
    alone(command)
    await show(event, services, help_screen.render(allowed(role), role))
