"""/trades and /why: what was closed, and why anything was opened or refused."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.grammar import trade_key, whole, words
from bot.presses import ShowTrades, ShowWhy
from bot.registry import ButtonSpec, CommandSpec
from bot.screens import trades, why
from bot.services import Services
from bot.showing import show, zone_of
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="trades")

COMMANDS = (
    CommandSpec("trades", Role.VIEWER, 0, "read", "the last closed trades", "[count]"),
    CommandSpec("why", Role.VIEWER, 0, "read", "decision record of a trade or order", "number"),
)
BUTTONS = tuple(ButtonSpec(press.__prefix__, Role.VIEWER) for press in (ShowTrades, ShowWhy))
USUAL = 10


@router.message(Command("trades"))
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


@router.message(Command("why"))
async def explain(message: Message, command: CommandObject, services: Services) -> None:
    """The record of one trade."""
    asked = words(command, "number", 1)
    if not asked:
        raise BadInput("/why takes the number of a trade, as /trades shows it.")
    await _show_why(message, trade_key(asked[0], "/why"), services)


@router.callback_query(ShowWhy.filter())
async def explain_card(query: CallbackQuery, callback_data: ShowWhy, services: Services) -> None:
    """The record of the trade whose card this is."""
    await _show_why(query, callback_data.key, services)


async def _show_why(event: Message | CallbackQuery, key: str, services: Services) -> None:
    record = await services.control.why(key)
    if record is None:
        raise BadInput(f"There is no decision record of {key}; /trades shows the numbers.")
    await show(event, services, why.render(record, zone_of(services)))
