"""/positions and /close: the list, a card, closing one or a share of it."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import trade_key, whole, words
from bot.dialogue.presses import AskClose, ShowPosition, ShowPositions
from bot.dialogue.questions import ask, position_of
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.screens import position, positions
from bot.telegram.answers import Answers
from engine.model.commands import Close
from engine.model.errors import BadInput
from engine.model.roles import Role
from engine.model.views import PositionView, StatusView

router = Router(name="positions")

COMMANDS = (
    CommandSpec("positions", Role.VIEWER, 0, "read", "open positions; with a number the card of one", "[number]"),
    CommandSpec("close", Role.TRADER, 2, "trade", "close one position, or a share of it", "number [percent]"),
)
BUTTONS = (
    ButtonSpec(ShowPositions.__prefix__, Role.VIEWER),
    ButtonSpec(ShowPosition.__prefix__, Role.VIEWER),
    ButtonSpec(AskClose.__prefix__, Role.TRADER, dangerous=True),
)
LAST = 999


@router.message(Command("positions", ignore_case=True))
async def list_positions(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The first page, or the card of the position with that number in the list."""
    view, zone = services.control.status(), zone_of(services)
    asked = words(command, "[number]", 1)
    if not asked:
        await show(message, services, positions.render(view, zone))
        return
    found = _numbered(view, asked[0], "/positions")
    await show(message, services, position.render(found, view.at, zone, role))


@router.callback_query(ShowPositions.filter())
async def turn_page(query: CallbackQuery, callback_data: ShowPositions, services: Services) -> None:
    """Another page, or the same again."""
    page = positions.render(services.control.status(), zone_of(services), callback_data.page)
    await show(query, services, page)


@router.callback_query(ShowPosition.filter())
async def card(
    query: CallbackQuery, callback_data: ShowPosition, services: Services, role: Role, answer: Answers
) -> None:
    """The card of one position; the list where it is closed by now."""
    view, zone = services.control.status(), zone_of(services)
    found = [one for one in view.positions if one.trade == callback_data.trade]
    if not found:
        await answer(query.id, "That position is closed; this is the list.")
        await show(query, services, positions.render(view, zone))
        return
    await show(query, services, position.render(found[0], view.at, zone, role))


@router.message(Command("close", ignore_case=True))
async def close(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """Ask for the close of the position with that number: its place in the list, or its trade."""
    asked = words(command, "number [percent]", 2)
    if not asked:
        raise BadInput("/close takes the number of a position, as /positions shows it: /close 1 or /close 1 50.")
    share = whole(asked[1], 1, 100, "The share of /close") if len(asked) == 2 else 100
    found = _named(services.control.status(), asked[0])
    await ask(services, Close(found.symbol, share), asker(message), role)


@router.callback_query(AskClose.filter())
async def ask_close(query: CallbackQuery, callback_data: AskClose, services: Services, role: Role) -> None:
    """Ask for the close of this position, or of a share of it."""
    found = position_of(services.control.status(), trade=callback_data.trade)
    share = whole(str(callback_data.share), 1, 100, "The share of a close")
    await ask(services, Close(found.symbol, share), asker(query), role)


def _named(view: StatusView, text: str) -> PositionView:
    """`2` is the second of the list, `#17` the position of that trade."""
    if text.startswith("#"):
        return position_of(view, trade=trade_key(text, "/close"))
    return _numbered(view, text, "/close")


def _numbered(view: StatusView, text: str, what: str) -> PositionView:
    number = whole(text, 1, LAST, what)
    if number > len(view.positions):
        raise BadInput(f"There is no position {number}; {len(view.positions)} are open.")
    return view.positions[number - 1]
