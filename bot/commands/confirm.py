"""Confirm and Cancel under a question, Undo under what was done at once, and /cancel for everything that is open."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.dialogue.grammar import words
from bot.dialogue.intents import UNDO_S, SetRole, Void
from bot.dialogue.presses import Confirm, Decline, Undo
from bot.dialogue.questions import Shown, ask, name, shown
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.dialogue.showing import asker, show
from bot.outbox.body import body
from bot.people.enrolment import set_role
from bot.screens.closing import render_progress
from bot.screens.confirm import render_answer, render_void
from engine.model.commands import CloseAll
from engine.model.roles import Role

router = Router(name="confirm")

COMMANDS = (CommandSpec("cancel", Role.VIEWER, 1, "read", "ends every question that waits for your Confirm"),)
BUTTONS = (
    ButtonSpec(Confirm.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(Undo.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(Decline.__prefix__, Role.VIEWER),
)
OVERTAKEN = "Something else has changed since then."
CHANGED = "Things changed since you were asked. This is how it is now:"


@router.callback_query(Confirm.filter())
async def confirm(
    query: CallbackQuery, callback_data: Confirm, services: Services, role: Role, age_s: float, event_update: Update
) -> None:
    """Carry the intent out, unless it is void or the world is not the one that was shown."""
    person = asker(query)
    intent = services.intents.take(callback_data.intent, person, person, role, age_s)
    if isinstance(intent, Void):
        await show(query, services, render_void(intent.text))
        return
    if not (isinstance(intent.snapshot, Shown) and intent.snapshot.same(shown(intent.action, services.control))):
        await show(query, services, render_void("Things changed before you confirmed."))
        await ask(services, intent.action, person, role, CHANGED)
        return
    if isinstance(intent.action, CloseAll):
        symbols = [position.symbol for position in services.control.status().positions]
        await services.say.edit(person, name(intent.id), render_progress([], symbols, {}))
    if isinstance(intent.action, SetRole):
        answer = await set_role(services, intent.action, person)
    else:
        answer = await services.control.do(intent.action, person, intent.id, event_update.update_id)
    if not (answer.ok and answer.durable and isinstance(intent.action, CloseAll)):
        await services.say.edit(person, name(intent.id), render_answer(answer))


@router.callback_query(Decline.filter())
async def decline(query: CallbackQuery, callback_data: Decline, services: Services) -> None:
    """Drop the intent."""
    person = asker(query)
    void = services.intents.cancel(callback_data.intent, person, person)
    view = services.control.status()
    kept = (
        " The desk stays halted; its positions keep their stops." if view.state == "HALTED" and view.positions else ""
    )
    await show(query, services, render_void(void.text if void else f"Cancelled.{kept}"))


@router.message(Command("cancel", ignore_case=True))
async def cancel(message: Message, command: CommandObject, services: Services) -> None:
    """Drop every question that this person has not answered yet."""
    words(command, "", 0)
    person = asker(message)
    ended = services.intents.end(lambda one: not one.undo and (one.user, one.chat) == (person, person))
    for intent in ended:
        await services.say.edit(person, name(intent.id), render_void("Cancelled."))
    codes = ", ".join(intent.code for intent in ended)
    sentence = f"Cancelled {codes}; nothing was done." if ended else "No question is open; there is nothing to cancel."
    await services.say.reply(person, body(sentence))


@router.callback_query(Undo.filter())
async def undo(
    query: CallbackQuery, callback_data: Undo, services: Services, role: Role, age_s: float, event_update: Update
) -> None:
    """Take it back, unless the time is over or something else has changed meanwhile."""
    person = asker(query)
    intent = services.intents.take(callback_data.intent, person, person, role, age_s)
    if isinstance(intent, Void):
        why = {"expired": f"That could be undone for {UNDO_S:.0f} seconds.", "cancelled": OVERTAKEN}
        await show(query, services, render_void(why.get(intent.code, intent.text), "Not undone"))
    elif isinstance(intent.action, SetRole) or intent.snapshot != shown(intent.action, services.control):
        await show(query, services, render_void(OVERTAKEN, "Not undone"))
    else:
        answer = await services.control.do(intent.action, person, intent.id, event_update.update_id)
        await show(query, services, render_answer(answer))
