"""/users: who may do what here; an admin enrols, changes a role, blocks."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.dialogue.grammar import one_of, quoted, whole, words
from bot.dialogue.intents import SetRole
from bot.dialogue.presses import AskRole, ShowPeople
from bot.dialogue.questions import ask
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show, zone_of
from bot.screens import people
from engine.model.errors import BadInput
from engine.model.roles import Role

router = Router(name="people")

USAGE = "[id role]"
COMMANDS = (
    CommandSpec("users", Role.ADMIN, 3, "trade", "who may do what; enrol, change a role, block", USAGE, Role.ADMIN),
)
BUTTONS = (
    ButtonSpec(ShowPeople.__prefix__, Role.ADMIN),
    ButtonSpec(AskRole.__prefix__, Role.ADMIN, dangerous=True),
)
ROLES = {"blocked": 0, **{role.name.lower(): role.value for role in Role}}


@router.message(Command("users", ignore_case=True))
async def show_people(message: Message, command: CommandObject, services: Services, role: Role) -> None:
    """The list, or the question whether somebody is to have another role."""
    asked = words(command, USAGE, 2)
    if not asked:
        await _show(message, services)
        return
    if len(asked) == 1:
        raise BadInput("/users takes the id of a person and a role: /users 123456789 viewer.")
    user = _id(asked[0])
    await _ask(message, services, SetRole(user, ROLES[one_of(asked[1], tuple(ROLES), f"/users {user}")]), role)


@router.callback_query(ShowPeople.filter())
async def refresh(query: CallbackQuery, services: Services) -> None:
    """The list again."""
    await _show(query, services)


@router.callback_query(AskRole.filter())
async def ask_role(query: CallbackQuery, callback_data: AskRole, services: Services, role: Role) -> None:
    """Ask whether a stranger is to be enrolled or blocked."""
    wanted = whole(str(callback_data.role), 0, max(Role), "A role")
    await _ask(query, services, SetRole(_id(str(callback_data.user)), wanted), role)


async def _ask(event: Message | CallbackQuery, services: Services, action: SetRole, role: Role) -> None:
    if action.user == asker(event):
        raise BadInput("Nobody changes the own role; another admin can.")
    await ask(services, action, asker(event), role)


async def _show(event: Message | CallbackQuery, services: Services) -> None:
    known, blocked = await services.people(), await services.users.roles()
    tried = services.strangers.counted.ever
    strangers = {user: count for user, count in tried.items() if user not in known and user not in blocked}
    at = services.control.status().at
    await show(event, services, people.render(known, strangers, at, zone_of(services)))


def _id(text: str) -> int:
    """The numeric id of a person."""
    if text.isascii() and text.isdecimal() and 0 < int(text) < 2**52:
        return int(text)
    raise BadInput(f"A person is named by the number of the account, like 123456789, not {quoted(text)}.")
