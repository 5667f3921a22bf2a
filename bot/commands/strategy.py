"""/strategy: what runs, what it has earned; start, switch, change, replace, shadow and remove it."""

import asyncio

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.changing import started, switch, wish
from bot.dialogue.grammar import named, words
from bot.dialogue.presses import (
    AskFile,
    AskPromote,
    AskRemove,
    AskSwitch,
    AskUnshadow,
    ShowChange,
    ShowStrategies,
    ShowStrategy,
)
from bot.dialogue.questions import ask, strategy_of
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.screens import strategies
from engine.model.commands import Action, StrategyPromote, StrategyRemove, StrategyShadow, StrategySwap
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="strategy")

USAGE = "[name [on|off|param=value|swap|remove|shadow|promote]]"
WORDS = 24
PASTED = 2_000
"""Words of a set of parameters as JSON: what fits in a message."""
COMMANDS = (CommandSpec("strategy", Role.VIEWER, 2, "trade", "strategies: results, changes", USAGE, Role.TRADER),)
BUTTONS = (
    ButtonSpec(ShowStrategies.__prefix__, Role.VIEWER),
    ButtonSpec(ShowStrategy.__prefix__, Role.VIEWER),
    ButtonSpec(ShowChange.__prefix__, Role.TRADER),
    ButtonSpec(AskSwitch.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(AskFile.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(AskRemove.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(AskPromote.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(AskUnshadow.__prefix__, Role.TRADER, dangerous=True),
)


@router.message(Command("strategy", ignore_case=True))
async def show_strategy(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The list, the card of one, or the question whether one is to change."""
    asked = words(command, USAGE, PASTED if "{" in (command.args or "") else WORDS)
    zone, at = zone_of(services), services.control.status().at
    if not asked:
        await show(message, services, strategies.render(services.control.strategies(), at, zone))
        return
    view = strategy_of(services.control, named(asked[0], "/strategy"))
    if len(asked) == 1:
        await show(message, services, strategies.render_card(view, at, zone, role))
    else:
        await _ask(message, services, wish(view, asked[1:], services.control), role)


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


@router.callback_query(ShowChange.filter())
async def changes(query: CallbackQuery, callback_data: ShowChange, services: Services) -> None:
    """How to change it."""
    await show(query, services, strategies.render_change(strategy_of(services.control, callback_data.strategy)))


@router.callback_query(AskSwitch.filter())
async def ask_switch(query: CallbackQuery, callback_data: AskSwitch, services: Services, role: Role) -> None:
    """Ask whether it is to be turned on or off."""
    view = strategy_of(services.control, callback_data.strategy)
    await _ask(query, services, switch(view, callback_data.on, services.control), role)


@router.callback_query(AskFile.filter())
async def ask_file(query: CallbackQuery, callback_data: AskFile, services: Services, role: Role) -> None:
    """Ask whether the new version of its file is to take its place."""
    name = callback_data.strategy
    await _ask(query, services, StrategySwap(name, services.control.startable(name)), role)


@router.callback_query(AskRemove.filter())
async def ask_remove(query: CallbackQuery, callback_data: AskRemove, services: Services, role: Role) -> None:
    """Ask whether it is to go."""
    await _ask(query, services, StrategyRemove(callback_data.strategy), role)


@router.callback_query(AskPromote.filter())
async def ask_promote(query: CallbackQuery, callback_data: AskPromote, services: Services, role: Role) -> None:
    """Ask whether its shadow is to take its place."""
    await _ask(query, services, StrategyPromote(callback_data.strategy, callback_data.hand_over), role)


@router.callback_query(AskUnshadow.filter())
async def ask_unshadow(query: CallbackQuery, callback_data: AskUnshadow, services: Services, role: Role) -> None:
    """Ask whether its shadow is to end."""
    await _ask(query, services, StrategyShadow(callback_data.strategy, 0), role)


async def _ask(event: Message | CallbackQuery, services: Services, action: Action, role: Role) -> None:
    member, judge = started(action, services.control), services.trials.setup.strange
    refusal = None if member is None or judge is None else await asyncio.to_thread(judge, member)
    if refusal is not None:
        raise BadInput(refusal)
    await ask(services, action, asker(event), role)
