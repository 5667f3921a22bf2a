"""What is done at once, and the way back from it: an intent like any other, kept here for half a minute, used once."""

from bot.dialogue.intents import Intent
from bot.dialogue.questions import floor_of, name, setting_of, shown
from bot.dialogue.services import Services
from bot.screens.confirm import render_answer
from engine.control import Control
from engine.model.commands import Action, Pause, Resume, SetRisk
from engine.model.views import Answer


async def do_at_once(services: Services, action: Action, user: int, update: int) -> Answer:
    """Do it, say what became of it, and offer the way back where there is one.

    The update's id makes it a thing done once.
    """
    back = way_back(action, services.control)
    answer = await services.control.do(action, user, f"u{update}", update)
    if answer.ok:
        services.intents.end(lambda one: one.undo and _overtaken(one, action))
    if not answer.ok or back is None:
        await services.say.reply(user, render_answer(answer))
        return answer
    floor = floor_of(back, services.control)
    intent = services.intents.open(back, shown(back, services.control), user, user, floor, undo=True)
    await services.say.reply(user, render_answer(answer, intent.id), key=name(intent.id))
    return answer


def way_back(action: Action, control: Control) -> Action | None:
    """What would undo an action that is still to be done; None where nothing would, or where nothing will change."""
    match action:
        case Pause() if control.status().state == "ACTIVE":
            return Resume()
        case SetRisk():
            setting = setting_of(control, action.name)
            return SetRisk(action.name, setting.value if setting.changed else None)
        case _:
            return None


def _overtaken(offer: Intent[object], action: Action) -> bool:
    """A second pause, whoever asked for it, means that the first one is not to be taken back."""
    return isinstance(offer.action, Resume) and isinstance(action, Pause)
