"""/risk: limits and their use; an admin changes one by name."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.grammar import named, value, words
from bot.presses import AskReset, ShowLimits, ShowRisk
from bot.questions import ask
from bot.registry import ButtonSpec, CommandSpec
from bot.screens import risk
from bot.services import Services
from bot.showing import asker, show, zone_of
from engine.model.commands import SetRisk
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="risk")

USAGE = "[setting value|reset]"
COMMANDS = (CommandSpec("risk", Role.VIEWER, 3, "trade", "limits and their use; change one", USAGE, Role.ADMIN),)
BUTTONS = (
    ButtonSpec(ShowRisk.__prefix__, Role.VIEWER),
    ButtonSpec(ShowLimits.__prefix__, Role.VIEWER),
    ButtonSpec(AskReset.__prefix__, Role.ADMIN, dangerous=True),
)


@router.message(Command("risk"))
async def show_risk(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The screen, or the question whether a setting is to change."""
    asked = words(command, USAGE, 2)
    view = services.control.risk()
    if not asked:
        await show(message, services, risk.render(view, zone_of(services), role))
        return
    if len(asked) == 1:
        raise BadInput("/risk takes a setting and its value: /risk max_positions 3.")
    name = named(asked[0], "/risk").upper()
    if name not in {setting.name for setting in view.settings}:
        raise BadInput(f"There is no setting {name.lower()}; the screen behind Limits... lists them.")
    new = None if asked[1].lower() == "reset" else value(asked[1], f"/risk {name.lower()}")
    await ask(services, SetRisk(name, new), asker(message), role)


@router.callback_query(ShowRisk.filter())
async def refresh_risk(query: CallbackQuery, services: Services, role: Role) -> None:
    """The screen again."""
    await show(query, services, risk.render(services.control.risk(), zone_of(services), role))


@router.callback_query(ShowLimits.filter())
async def limits(query: CallbackQuery, callback_data: ShowLimits, services: Services, role: Role) -> None:
    """A page of the settings."""
    page = risk.render_limits(services.control.risk(), zone_of(services), callback_data.page, role)
    await show(query, services, page)


@router.callback_query(AskReset.filter())
async def reset(query: CallbackQuery, callback_data: AskReset, services: Services, role: Role) -> None:
    """Ask whether a setting is to go back to the environment's value."""
    await ask(services, SetRisk(callback_data.name, None), asker(query), role)
