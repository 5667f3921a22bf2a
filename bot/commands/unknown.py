"""What nobody else took: unknown words, outdated buttons, and every refusal's sentence."""

from aiogram import Router
from aiogram.filters import ExceptionTypeFilter
from aiogram.types import CallbackQuery, ErrorEvent, Message

from bot.dialogue.registry import ButtonSpec, CommandSpec, allowed
from bot.dialogue.services import Services
from bot.dialogue.showing import show, zone_of
from bot.outbox.body import body
from bot.screens import menu
from bot.telegram.answers import Answers
from engine.model.errors import BadInput, Unavailable
from engine.model.roles import Role

router = Router(name="unknown")

COMMANDS: tuple[CommandSpec, ...] = ()
BUTTONS: tuple[ButtonSpec, ...] = ()


@router.message()
async def unknown_words(message: Message, services: Services, role: Role) -> None:
    """One sentence with the commands."""
    names = ", ".join(f"/{spec.name}" for spec in allowed(role))
    await services.say.reply(message.chat.id, body(f"I know {names}."))


@router.callback_query()
async def outdated_button(query: CallbackQuery, services: Services, answer: Answers) -> None:
    """A button of an older version, or a forged one: the main menu takes its place."""
    await answer(query.id, "Outdated, refreshed")
    await show(query, services, menu.render(services.control.status(), zone_of(services)))


@router.errors(ExceptionTypeFilter(BadInput, Unavailable))
async def refused(error: ErrorEvent, services: Services) -> None:
    """Bad input: its one sentence, and nothing is changed."""
    event = error.update.event
    sentence = body(str(error.exception))
    if isinstance(event, Message):
        await services.say.reply(event.chat.id, sentence)
    elif isinstance(event, CallbackQuery):
        await services.say.reply(event.from_user.id, sentence)
