"""/trades: what was closed."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import whole, words
from bot.dialogue.presses import ShowTrades
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import show, zone_of
from bot.screens import trades
from engine.model.roles import Role

router = Router(name="trades")

COMMANDS = (CommandSpec("trades", Role.VIEWER, 0, "read", "the last closed trades", "[count]"),)
BUTTONS = (ButtonSpec(ShowTrades.__prefix__, Role.VIEWER),)
USUAL = 10


@router.message(Command("trades", ignore_case=True))
async def list_trades(message: Message, command: CommandObject, services: Services) -> None:
    """The last ten, or as many as asked for."""
    asked = words(command, "[count]", 1)
    count = whole(asked[0], 1, trades.ROWS, "/trades") if asked else USUAL
    await _show_trades(message, count, services)


@router.callback_query(ShowTrades.filter())
async def refresh_trades(query: CallbackQuery, callback_data: ShowTrades, services: Services) -> None:
    """The same number again."""
    await _show_trades(query, whole(str(callback_data.count), 1, trades.ROWS, "/trades"), services)


async def _show_trades(event: Message | CallbackQuery, count: int, services: Services) -> None:
    closed = await services.control.trades(count)
    await show(event, services, trades.render(closed, count, services.control.status().at, zone_of(services)))
