"""How a screen reaches the person: a command gets a new message, a button edits the one it hangs on."""

from zoneinfo import ZoneInfo

from aiogram.types import CallbackQuery, Message

from bot.dialogue.services import Services
from bot.outbox.body import Body


async def show(event: Message | CallbackQuery, services: Services, screen: Body) -> None:
    """Send or edit. A message that is too old to be edited is answered with a new one."""
    if isinstance(event, Message):
        await services.say.reply(event.chat.id, screen)
        return
    if isinstance(event.message, Message):
        await services.say.edit(event.message.chat.id, event.message.message_id, screen)
    else:
        await services.say.reply(event.from_user.id, screen)


def asker(event: Message | CallbackQuery) -> int:
    """The id of the person; commands from nobody were refused before."""
    if event.from_user is None:
        raise ValueError("an update without a person reached a handler")
    return event.from_user.id


def zone_of(services: Services) -> ZoneInfo:
    """The zone in which times are shown."""
    return ZoneInfo(services.desk.zone)
