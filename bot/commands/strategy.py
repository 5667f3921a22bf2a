"""/strategy: what runs, what it has earned; switch it, change its parameters."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.grammar import assignment, named, words
from bot.presses import AskSwitch, ShowStrategies, ShowStrategy
from bot.questions import ask, strategy_of
from bot.registry import ButtonSpec, CommandSpec
from bot.screens import strategies
from bot.services import Services
from bot.showing import acknowledge, asker, show, zone_of
from engine.model.commands import StrategyParams, StrategySwitch
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="strategy")

USAGE = "[name [on|off|key=value ...]]"
COMMANDS = (
    CommandSpec(
        "strategy", Role.VIEWER, 2, "trade", "strategies, their results and switches", USAGE, Role.TRADER
    ),
)
BUTTONS = (
    ButtonSpec(ShowStrategies.__prefix__, Role.VIEWER),
    ButtonSpec(ShowStrategy.__prefix__, Role.VIEWER),
    ButtonSpec(AskSwitch.__prefix__, Role.TRADER, dangerous=True),
)
MOST = 12


@router.message(Command("strategy"))
async def show_strategy(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The list, the card of one, or the question whether one is to change."""
    asked = words(command, USAGE, MOST)
    zone, at = zone_of(services), services.control.status().at
    if not asked:
        await show(message, services, strategies.render(services.control.strategies(), at, zone))
        return
    view = strategy_of(services.control, named(asked[0], "/strategy"))
    if len(asked) == 1:
        await show(message, services, strategies.render_card(view, at, zone, role))
    elif len(asked) == 2 and asked[1].lower() in ("on", "off"):
        await _switch(message, services, view.id, asked[1].lower() == "on", role)
    else:
        params = dict(assignment(text, "/strategy") for text in asked[1:])
        unknown = sorted(params.keys() - dict(view.params).keys())
        if unknown:
            known = ", ".join(name for name, _ in view.params)
            raise BadInput(f"{view.id} has no parameter {unknown[0]}; it has {known}.")
        await ask(services, StrategyParams(view.id, params), asker(message), role)


@router.callback_query(ShowStrategies.filter())
async def turn_page(query: CallbackQuery, callback_data: ShowStrategies, services: Services) -> None:
    """Another page, or the same again."""
    control = services.control
    page = strategies.render(
        control.strategies(), control.status().at, zone_of(services), callback_data.page
    )
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
    await acknowledge(query)
    await _switch(query, services, callback_data.strategy, callback_data.on, role)


async def _switch(
    event: Message | CallbackQuery, services: Services, strategy: str, on: bool, role: Role
) -> None:
    if strategy_of(services.control, strategy).on == on:
        raise BadInput(f"{strategy} is {'on' if on else 'off'} already.")
    await ask(services, StrategySwitch(strategy, on), asker(event), role)
