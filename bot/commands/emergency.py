"""/pause, /stop, /resume, /close_all: from the gentlest to the last."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.dialogue.grammar import words
from bot.dialogue.presses import AskCloseAll, AskPause, AskResume, AskStop
from bot.dialogue.questions import ask
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker
from bot.dialogue.undo import do_at_once
from engine.model.commands import CloseAll, Halt, Pause, Resume
from engine.model.roles import Role

router = Router(name="emergency")

COMMANDS = (
    CommandSpec("pause", Role.TRADER, 1, "reduce", "no new entries; exits and stops go on"),
    CommandSpec("stop", Role.TRADER, 1, "reduce", "halts at once; asks whether to close everything"),
    CommandSpec("resume", Role.TRADER, 2, "trade", "back to trading; after a halt for admins"),
    CommandSpec("close_all", Role.TRADER, 2, "trade", "stops, then closes every position", aliases=("flatten",)),
)
BUTTONS = (
    ButtonSpec(AskPause.__prefix__, Role.TRADER),
    ButtonSpec(AskStop.__prefix__, Role.TRADER),
    ButtonSpec(AskResume.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(AskCloseAll.__prefix__, Role.TRADER, dangerous=True),
)


@router.message(Command("pause", ignore_case=True))
async def pause(message: Message, command: CommandObject, services: Services, event_update: Update) -> None:
    """No new entries, at once."""
    words(command, "", 0)
    await do_at_once(services, Pause(), asker(message), event_update.update_id)


@router.callback_query(AskPause.filter())
async def press_pause(query: CallbackQuery, services: Services, event_update: Update) -> None:
    """No new entries, at once; who pressed can undo it for half a minute."""
    await do_at_once(services, Pause(), asker(query), event_update.update_id)


@router.message(Command("stop", ignore_case=True))
async def stop(message: Message, command: CommandObject, services: Services, role: Role, event_update: Update) -> None:
    """Halt at once, then ask whether to close what is open."""
    words(command, "", 0)
    await _stop(message, services, role, event_update)


@router.callback_query(AskStop.filter())
async def press_stop(query: CallbackQuery, services: Services, role: Role, event_update: Update) -> None:
    """Halt at once, then ask whether to close what is open."""
    await _stop(query, services, role, event_update)


@router.message(Command("resume", ignore_case=True))
async def resume(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """Ask whether to go on trading."""
    words(command, "", 0)
    await ask(services, Resume(), asker(message), role)


@router.callback_query(AskResume.filter())
async def press_resume(query: CallbackQuery, services: Services, role: Role) -> None:
    """Ask whether to go on trading."""
    await ask(services, Resume(), asker(query), role)


@router.message(Command("close_all", "flatten", ignore_case=True))
async def close_all(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """Ask whether to stop and close everything."""
    words(command, "", 0)
    await ask(services, CloseAll(), asker(message), role)


@router.callback_query(AskCloseAll.filter())
async def press_close_all(query: CallbackQuery, services: Services, role: Role) -> None:
    """Ask whether to stop and close everything."""
    await ask(services, CloseAll(), asker(query), role)


async def _stop(event: Message | CallbackQuery, services: Services, role: Role, update: Update) -> None:
    answer = await do_at_once(services, Halt(), asker(event), update.update_id)
    if answer.ok and services.control.status().positions:
        await ask(services, CloseAll(), asker(event), role, stopped=True)
