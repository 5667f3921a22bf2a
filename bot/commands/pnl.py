"""/pnl: results by period, and their equity chart."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import one_of, words
from bot.dialogue.presses import ShowEquity, ShowPnl
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.figures.charts import draw_equity
from bot.outbox.body import body
from bot.screens import pnl
from bot.telegram.answers import Answers
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="pnl")

USAGE = "[24h|7d|30d|all]"
COMMANDS = (CommandSpec("pnl", Role.VIEWER, 0, "read", "results by period, with a chart", USAGE),)
BUTTONS = tuple(ButtonSpec(press.__prefix__, Role.VIEWER) for press in (ShowPnl, ShowEquity))


@router.message(Command("pnl", ignore_case=True))
async def show_pnl(message: Message, command: CommandObject, services: Services) -> None:
    """The last 24 hours, or the period named."""
    asked = words(command, USAGE, 1)
    period = one_of(asked[0], pnl.PERIODS, "/pnl") if asked else "24h"
    await show(message, services, pnl.render(await services.control.pnl(period), zone_of(services)))


@router.callback_query(ShowPnl.filter())
async def turn_pnl(query: CallbackQuery, callback_data: ShowPnl, services: Services) -> None:
    """Another period, another order, or the same again."""
    period = one_of(callback_data.period, pnl.PERIODS, "/pnl")
    view = await services.control.pnl(period)
    await show(query, services, pnl.render(view, zone_of(services), callback_data.pairs))


@router.callback_query(ShowEquity.filter())
async def chart(query: CallbackQuery, callback_data: ShowEquity, services: Services, answer: Answers) -> None:
    """The equity of the period as a photo of its own."""
    await answer(query.id, "Drawing the chart")
    period = one_of(callback_data.period, pnl.PERIODS, "/pnl")
    view = await services.control.pnl(period)
    if len(view.equity_curve) < 2:
        raise BadInput("There is no chart yet: it needs two hourly marks of the account.")
    photo = await draw_equity(view.equity_curve, zone_of(services), f"Equity, {pnl.LABELS[period]}")
    await services.say.reply(asker(query), body(pnl.headline(view), photo=photo))
