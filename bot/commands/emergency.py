"""/pause, /stop, /resume, /close_all: from the gentlest to the last."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.grammar import words
from bot.presses import AskCloseAll, AskPause, AskResume, AskStop
from bot.questions import ask
from bot.registry import ButtonSpec, CommandSpec
from bot.screens.confirm import render_answer
from bot.services import Services
from bot.showing import asker
from engine.model.commands import Action, CloseAll, Halt, Pause, Resume
from engine.model.roles import Role
from engine.model.views import Answer

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


@router.message(Command("pause"))
async def pause(message: Message, command: CommandObject, services: Services, event_update: Update) -> None:
    """No new entries, at once."""
    words(command, "", 0)
    await _at_once(message, Pause(), services, event_update)


@router.callback_query(AskPause.filter())
async def press_pause(query: CallbackQuery, services: Services, event_update: Update) -> None:
    """No new entries, at once."""
    await _at_once(query, Pause(), services, event_update)


@router.message(Command("stop"))
async def stop(message: Message, command: CommandObject, services: Services, role: Role, event_update: Update) -> None:
    """Halt at once, then ask whether to close what is open."""
    words(command, "", 0)
    await _stop(message, services, role, event_update)


@router.callback_query(AskStop.filter())
async def press_stop(query: CallbackQuery, services: Services, role: Role, event_update: Update) -> None:
    """Halt at once, then ask whether to close what is open."""
    await _stop(query, services, role, event_update)


@router.message(Command("resume"))
async def resume(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """Ask whether to go on trading."""
    words(command, "", 0)
    await ask(services, Resume(), asker(message), role)


@router.callback_query(AskResume.filter())
async def press_resume(query: CallbackQuery, services: Services, role: Role) -> None:
    """Ask whether to go on trading."""
    await ask(services, Resume(), asker(query), role)


@router.message(Command("close_all", "flatten"))
async def close_all(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """Ask whether to stop and close everything."""
    words(command, "", 0)
    await ask(services, CloseAll(), asker(message), role)


@router.callback_query(AskCloseAll.filter())
async def press_close_all(query: CallbackQuery, services: Services, role: Role) -> None:
    """Ask whether to stop and close everything."""
    await ask(services, CloseAll(), asker(query), role)


async def _at_once(event: Message | CallbackQuery, action: Action, services: Services, update: Update) -> Answer:
    """Do it and say what became of it. The update's id makes it a thing done once."""
    person = asker(event)
    answer = await services.control.do(action, person, f"u{update.update_id}", update.update_id)
    await services.say.reply(person, render_answer(answer))
    return answer


async def _stop(event: Message | CallbackQuery, services: Services, role: Role, update: Update) -> None:
    answer = await _at_once(event, Halt(), services, update)
    if answer.ok and services.control.status().positions:
        await ask(services, CloseAll(), asker(event), role, stopped=True)
