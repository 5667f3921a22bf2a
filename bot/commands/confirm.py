"""Confirm and Cancel under a question."""

from aiogram import Router
from aiogram.types import CallbackQuery, Update

from bot.intents import Void
from bot.presses import Confirm, Decline
from bot.questions import Shown, ask, name, shown
from bot.registry import ButtonSpec, CommandSpec
from bot.screens.closing import render_progress
from bot.screens.confirm import render_answer, render_void
from bot.services import Services
from bot.showing import asker, show
from engine.model.commands import CloseAll
from engine.model.roles import Role

router = Router(name="confirm")

COMMANDS: tuple[CommandSpec, ...] = ()
BUTTONS = (
    ButtonSpec(Confirm.__prefix__, Role.TRADER, dangerous=True),
    ButtonSpec(Decline.__prefix__, Role.VIEWER),
)
CHANGED = "Things changed since you were asked. This is how it is now:"


@router.callback_query(Confirm.filter())
async def confirm(
    query: CallbackQuery, callback_data: Confirm, services: Services, role: Role, event_update: Update
) -> None:
    """Carry the intent out, unless it is void or the world is not the one that was shown."""
    person = asker(query)
    intent = services.intents.take(callback_data.intent, person, person, role)
    if isinstance(intent, Void):
        await show(query, services, render_void(intent.text))
        return
    if not (isinstance(intent.snapshot, Shown) and intent.snapshot.same(shown(intent.action, services.control))):
        await show(query, services, render_void("Things changed before you confirmed."))
        await ask(services, intent.action, person, role, CHANGED)
        return
    if isinstance(intent.action, CloseAll):
        symbols = [position.symbol for position in services.control.status().positions]
        await services.say.edit(person, name(intent.id), render_progress([], symbols))
    answer = await services.control.do(intent.action, person, intent.id, event_update.update_id)
    if not (answer.ok and isinstance(intent.action, CloseAll)):
        await services.say.edit(person, name(intent.id), render_answer(answer))


@router.callback_query(Decline.filter())
async def decline(query: CallbackQuery, callback_data: Decline, services: Services) -> None:
    """Drop the intent."""
    person = asker(query)
    void = services.intents.cancel(callback_data.intent, person, person)
    await show(query, services, render_void(void.text if void else "Cancelled."))
