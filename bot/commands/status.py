"""/status."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import alone
from bot.dialogue.presses import ShowStatus
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import show, zone_of
from bot.screens import status
from engine.model.roles import Role

router = Router(name="status")

COMMANDS = (CommandSpec("status", Role.VIEWER, 0, "read", "state, equity, open positions, links"),)
BUTTONS = (ButtonSpec(ShowStatus.__prefix__, Role.VIEWER),)


@router.message(Command("status", ignore_case=True))
@router.callback_query(ShowStatus.filter())
async def show_status(
    event: Message | CallbackQuery, services: Services, role: Role, command: CommandObject | None = None
) -> None:
    """The status screen."""
    alone(command)
    await show(event, services, status.render(services.control.status(), zone_of(services), role))
