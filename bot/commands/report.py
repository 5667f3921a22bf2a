"""/report: the whole run so far, with its chart."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import words
from bot.dialogue.presses import ShowReport
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, zone_of
from bot.news.reports import final_report
from bot.telegram.answers import Answers
from engine.model.roles import Role

router = Router(name="report")

COMMANDS = (CommandSpec("report", Role.VIEWER, 0, "read", "a report now, with the equity chart"),)
BUTTONS = (ButtonSpec(ShowReport.__prefix__, Role.VIEWER),)


@router.message(Command("report", ignore_case=True))
async def report(message: Message, command: CommandObject, services: Services) -> None:
    """Everything since the first start."""
    words(command, "", 0)
    await services.say.reply(asker(message), await final_report(services.control, zone_of(services)))


@router.callback_query(ShowReport.filter())
async def press_report(query: CallbackQuery, services: Services, answer: Answers) -> None:
    """Everything since the first start."""
    await answer(query.id, "Writing the report")
    await services.say.reply(asker(query), await final_report(services.control, zone_of(services)))
