"""Trades and positions as files."""

from aiogram import Router
from aiogram.types import CallbackQuery

from bot.dialogue.presses import SendPositions, SendTrades
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, zone_of
from bot.figures.figures import moment, signed
from bot.figures.tables import positions_csv, trades_csv
from bot.outbox.body import body
from bot.screens.pnl import count
from bot.telegram.answers import Answers
from engine.model.errors import BadInput
from engine.model.money import ZERO
from engine.model.roles import Role

router = Router(name="files")

COMMANDS: tuple[CommandSpec, ...] = ()
BUTTONS = (ButtonSpec(SendTrades.__prefix__, Role.VIEWER), ButtonSpec(SendPositions.__prefix__, Role.VIEWER))
WRITING = "Writing the file"


@router.callback_query(SendTrades.filter())
async def send_trades(query: CallbackQuery, callback_data: SendTrades, services: Services, answer: Answers) -> None:
    """The trades that were closed in the time the button stands for."""
    await answer(query.id, WRITING)
    start, end = callback_data.start, callback_data.end or services.control.status().at + 1
    trades = [trade for trade in await services.archive.trades(start) if trade.exit_at < end]
    if not trades:
        raise BadInput("No trade was closed in that time, so there is no file.")
    zone = zone_of(services)
    first, last = (moment(trade.exit_at, zone, "%d %b %H:%M") for trade in (trades[0], trades[-1]))
    total = sum((trade.pnl for trade in trades), ZERO)
    name = f"trades-{moment(trades[0].exit_at, zone, '%Y%m%d')}-{moment(trades[-1].exit_at, zone, '%Y%m%d')}.csv"
    words = f"📄 {count(len(trades))} · {signed(total)}\nclosed {first} to {last}"
    await services.say.document(asker(query), body(words, document=trades_csv(trades), filename=name))


@router.callback_query(SendPositions.filter())
async def send_positions(query: CallbackQuery, services: Services, answer: Answers) -> None:
    """What is open now."""
    await answer(query.id, WRITING)
    view = services.control.status()
    if not view.positions:
        raise BadInput("No position is open, so there is no file.")
    name = f"positions-{moment(view.at, zone_of(services), '%Y%m%d-%H%M')}.csv"
    words = f"📄 {len(view.positions)} open"
    await services.say.document(asker(query), body(words, document=positions_csv(view.positions), filename=name))
