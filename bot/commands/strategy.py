"""/strategy: what runs, what it has earned; switch it, change its parameters."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.grammar import named, one_of, words
from bot.presses import AskSwitch, ShowStrategies, ShowStrategy
from bot.questions import ask, strategy_of
from bot.registry import ButtonSpec, CommandSpec
from bot.screens import strategies
from bot.services import Services
from bot.showing import asker, show, zone_of
from engine.model.commands import StrategySwitch
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="strategy")

USAGE = "[name [on|off]]"
COMMANDS = (
    CommandSpec("strategy", Role.VIEWER, 2, "trade", "strategies, their results and switches", USAGE, Role.TRADER),
)
BUTTONS = (
    ButtonSpec(ShowStrategies.__prefix__, Role.VIEWER),
    ButtonSpec(ShowStrategy.__prefix__, Role.VIEWER),
    ButtonSpec(AskSwitch.__prefix__, Role.TRADER, dangerous=True),
)


@router.message(Command("strategy"))
async def show_strategy(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The list, the card of one, or the question whether one is to change."""
    asked = words(command, USAGE, 2)
    zone, at = zone_of(services), services.control.status().at
    if not asked:
        await show(message, services, strategies.render(services.control.strategies(), at, zone))
        return
    view = strategy_of(services.control, named(asked[0], "/strategy"))
    if len(asked) == 1:
        await show(message, services, strategies.render_card(view, at, zone, role))
    else:
        on = one_of(asked[1], ("on", "off"), f"/strategy {view.id}") == "on"
        await _switch(message, services, view.id, on, role)


@router.callback_query(ShowStrategies.filter())
async def turn_page(query: CallbackQuery, callback_data: ShowStrategies, services: Services) -> None:
    """Another page, or the same again."""
    control = services.control
    page = strategies.render(control.strategies(), control.status().at, zone_of(services), callback_data.page)
    await show(query, services, page)


@router.callback_query(ShowStrategy.filter())
async def card(query: CallbackQuery, callback_data: ShowStrategy, services: Services, role: Role) -> None:
    """The card of one strategy."""
    view = strategy_of(services.control, callback_data.strategy)
    at = services.control.status().at
    await show(query, services, strategies.render_card(view, at, zone_of(services), role))


@router.callback_query(AskSwitch.filter())
async def ask_switch(query: CallbackQuery, callback_data: AskSwitch, services: Services, role: Role) -> None:
    """Ask whether it is to be turned on or off."""
    await _switch(query, services, callback_data.strategy, callback_data.on, role)


async def _switch(event: Message | CallbackQuery, services: Services, strategy: str, on: bool, role: Role) -> None:
    if strategy_of(services.control, strategy).on == on:
        raise BadInput(f"{strategy} is {'on' if on else 'off'} already.")
    await ask(services, StrategySwitch(strategy, on), asker(event), role)
