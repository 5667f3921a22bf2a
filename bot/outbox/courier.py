"""Carries one message to Telegram: sends, edits, degrades where it must, and says in our words what went wrong.

CourierError
├── Away           no answer, or none that can be read: try again later
├── Throttled      429: this chat waits
├── Unreachable    blocked, deactivated, never started: the chat is parked
├── Undeliverable  this message will never be taken
└── TokenRefused   the token is not, or no longer, ours: nothing can be sent
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteMessage, GetMe, TelegramMethod
from aiogram.types import Message

from bot.outbox.body import Body
from bot.outbox.calls import editing, sending
from bot.outbox.pieces import pieces, plain

TIMEOUT_S = 30
GONE = (
    "message to edit not found",
    "message can't be edited",
    "no text in the message to edit",
    "message_id_invalid",
)
NOBODY = ("chat not found", "user is deactivated", "bot can't initiate", "peer_id_invalid")

on_duty: ContextVar[bool] = ContextVar("on_duty", default=False)
"""True while a courier calls: the request guard of telegram.py lets nobody else send."""


class CourierError(Exception):
    """A message was not delivered."""


class Away(CourierError):
    """Telegram did not answer."""


class Throttled(CourierError):
    """The chat's budget at Telegram is spent; `retry_after` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class Unreachable(CourierError):
    """The person cannot be written to."""


class Undeliverable(CourierError):
    """Telegram will not take this message."""


class TokenRefused(CourierError):
    """Telegram does not know the token."""


class Courier:
    """Delivers bodies through one aiogram Bot. Every method raises the errors at the top of this file."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def probe(self) -> None:
        """Returns when Telegram answers."""
        await self._call(GetMe())

    async def deliver(
        self,
        chat: int,
        content: Body,
        *,
        edit: int | None = None,
        reply_to: int | None = None,
        silent: bool = False,
        topic: int | None = None,
    ) -> int:
        """Edits message `edit`, or sends a new one where there is none to edit; answers the message id.

        Of a text that needs several messages it is the id of the last, which has the buttons.
        """
        parts = pieces(content)
        if edit is not None and len(parts) == 1:
            if await self._edit(chat, edit, content):
                return edit
            with suppress(Unreachable, Undeliverable, TelegramBadRequest):
                await self._call(DeleteMessage(chat_id=chat, message_id=edit))
        message_id = 0
        for part in parts:
            message_id = await self._send(chat, part, reply_to, silent, topic)
            reply_to = None
        return message_id

    async def _send(self, chat: int, content: Body, reply_to: int | None, silent: bool, topic: int | None) -> int:
        def call(body: Body) -> TelegramMethod[Message]:
            return sending(chat, body, reply_to=reply_to, silent=silent, topic=topic)

        return (await self._degrading(content, call)).message_id

    async def _edit(self, chat: int, message_id: int, content: Body) -> bool:
        """False where there is nothing left to edit."""

        def call(body: Body) -> TelegramMethod[Message | bool]:
            return editing(chat, message_id, body)

        try:
            await self._degrading(content, call)
        except Undeliverable as error:
            reason = str(error).lower()
            if "message is not modified" in reason:
                return True
            if any(words in reason for words in GONE):
                return False
            raise
        return True

    async def _degrading[T](self, content: Body, call: Callable[[Body], TelegramMethod[T]]) -> T:
        """As it is, and if Telegram cannot read the entities, as plain text."""
        try:
            return await self._call(call(content))
        except TelegramBadRequest as error:
            if not content.entities or "entit" not in error.message.lower():
                raise _refusal(error) from error
        try:
            return await self._call(call(plain(content)))
        except TelegramBadRequest as error:
            raise _refusal(error) from error

    async def _call[T](self, method: TelegramMethod[T]) -> T:
        """A TelegramBadRequest passes through, for the caller knows what it asked."""
        token = on_duty.set(True)
        try:
            with translated():
                return await self._bot(method, request_timeout=TIMEOUT_S)
        finally:
            on_duty.reset(token)


@contextmanager
def translated() -> Iterator[None]:
    """What aiogram raises, in our words, none of which can hold the token; a TelegramBadRequest passes."""
    try:
        yield
    except TelegramBadRequest:
        raise
    except TelegramRetryAfter as error:
        raise Throttled(error.retry_after) from None
    except TelegramForbiddenError as error:
        raise Unreachable(error.message) from None
    except (TelegramUnauthorizedError, TelegramNotFound) as error:
        raise TokenRefused(error.message) from None
    except TelegramEntityTooLarge as error:
        raise Undeliverable(error.message) from None
    except (TelegramNetworkError, TelegramServerError, ClientDecodeError) as error:
        raise Away(type(error).__name__) from None
    except TelegramAPIError as error:
        raise Undeliverable(error.message) from None


def _refusal(error: TelegramBadRequest) -> CourierError:
    if any(words in error.message.lower() for words in NOBODY):
        return Unreachable(error.message)
    return Undeliverable(error.message)
