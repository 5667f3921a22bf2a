"""What differs from person to person while an update is handled: the zone in which times are shown."""

from typing import Any

import msgspec
from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update

from bot.dialogue.services import Services
from bot.telegram.guard import Handler


class OwnZone(BaseMiddleware):
    """Hands the services over with the zone of whoever said or pressed it. Runs behind the gates."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """The desk's zone stays where the person has set none."""
        services: Services = data["services"]
        content = (event.message or event.callback_query) if isinstance(event, Update) else None
        if content is not None and content.from_user is not None:
            zone = (await services.preferences.of(content.from_user.id)).zone
            if zone:
                own = msgspec.structs.replace(services.desk, zone=zone)
                data["services"] = msgspec.structs.replace(services, desk=own)
        return await handler(event, data)
