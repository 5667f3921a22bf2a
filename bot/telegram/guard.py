"""The second and third line of defence, inside the dispatcher: who it is, and what it takes to ask for this.

The first line is the pump's, on the raw update. Each alone keeps a stranger out.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import CallbackQuery, Message, TelegramObject, Update

from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.outbox.body import body
from bot.outbox.outbox import Say
from bot.people.access import Access, refusal
from bot.telegram.answers import Answers
from bot.telegram.polling import ServerClock
from bot.telegram.updates import Said
from engine.model.roles import Role

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
"""What a middleware of aiogram hands an event on to."""
OUTDATED = "This button is outdated. /menu shows the present ones."


class KnownPeople(BaseMiddleware):
    """Lets through messages and presses of people with a role, in their private chat.

    Handlers get `role`, and `age_s`: seconds since the message (of a press: the one with the button) as Telegram dates.
    """

    def __init__(self, access: Access, server: ServerClock) -> None:
        self._access = access
        self._server = server

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Silence for everybody else."""
        if not isinstance(event, Update):
            return None
        content = event.message or event.callback_query
        if content is None or content.from_user is None:
            return None
        message = content if isinstance(content, Message) else content.message
        user = content.from_user.id
        if message is None or message.chat.type != "private" or message.chat.id != user:
            return None
        role = await self._access.role(user)
        if role is None:
            return None
        data["role"] = role
        data["age_s"] = self._server.now() - (message.date.timestamp() if isinstance(message, Message) else 0)
        return await handler(event, data)


class RoleFloor(BaseMiddleware):
    """Refuses commands and buttons that need more than the person's role, and buttons that nobody knows."""

    def __init__(
        self,
        commands: Mapping[str, CommandSpec],
        buttons: Mapping[str, ButtonSpec],
        say: Say,
        answer: Answers,
    ) -> None:
        self._commands = commands
        self._buttons = buttons
        self._say = say
        self._answer = answer

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """A refusal is told to the person, and nothing else happens."""
        role: Role = data["role"]
        match event:
            case CallbackQuery():
                prefix = (event.data or "").partition(":")[0]
                button = self._buttons.get(prefix)
                if button is None:
                    return await self._answer(event.id, OUTDATED)
                if role < button.role:
                    return await self._answer(event.id, refusal("This button", button.role, role), alert=True)
            case Message():
                said = Said(0, event.chat.id, 0, text=event.text or "")
                spec = self._commands.get(said.command)
                if spec is not None and role < spec.role:
                    return await self._say.reply(event.chat.id, body(refusal(f"/{said.command}", spec.role, role)))
            case _:
                return None
        return await handler(event, data)
