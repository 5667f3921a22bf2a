"""/why: the decision record of a trade, an order or a refusal, with what followed."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import quoted, trade_key, words
from bot.dialogue.presses import ShowDecisions, ShowWhy
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import show, zone_of
from bot.screens import decisions, why
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="why")

USAGE = "[trade|order|last]"
COMMANDS = (CommandSpec("why", Role.VIEWER, 0, "read", "why something was traded, or was not", USAGE),)
BUTTONS = tuple(ButtonSpec(press.__prefix__, Role.VIEWER) for press in (ShowWhy, ShowDecisions))


@router.message(Command("why", ignore_case=True))
async def explain(message: Message, command: CommandObject, services: Services) -> None:
    """The record of one decision, or the last ones to choose from."""
    asked = words(command, USAGE, 1)
    if not asked:
        await _list(message, services)
    elif asked[0].lower() == "last":
        newest = await services.control.decisions(1)
        if not newest:
            raise BadInput("Nothing has been decided yet.")
        await _show(message, newest[-1].key, services)
    else:
        await _show(message, trade_key(asked[0], "/why"), services)


@router.callback_query(ShowDecisions.filter())
async def list_again(query: CallbackQuery, services: Services) -> None:
    """The last decisions."""
    await _list(query, services)


@router.callback_query(ShowWhy.filter())
async def explain_card(query: CallbackQuery, callback_data: ShowWhy, services: Services) -> None:
    """The record of the trade whose card this is."""
    await _show(query, callback_data.key, services)


async def _list(event: Message | CallbackQuery, services: Services) -> None:
    found, at = await services.control.decisions(decisions.ROWS), services.control.status().at
    await show(event, services, decisions.render(found, at, zone_of(services)))


async def _show(event: Message | CallbackQuery, key: str, services: Services) -> None:
    record = await services.control.why(key)
    if record is None:
        raise BadInput(f"There is no decision record of {quoted(key)}; /why lists the last ones.")
    await show(event, services, why.render(record, zone_of(services), key))
