"""Somebody at the keyboard, in front of a desk that is a picture."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir

from aiogram import Bot, Dispatcher
from aiogram.types import CallbackQuery, Chat, Message, Update, User

from bot.dialogue.intents import Intents
from bot.dialogue.services import Desk, Services
from bot.outbox.body import Body
from bot.outbox.outbox import Say
from bot.people.access import Access
from bot.people.preferences import PreferenceBook
from bot.people.strangers import Strangers
from engine.model.roles import Role
from tests.doubles.archive import MemoryArchive
from tests.doubles.users import MemoryUsers
from tests.unit.bot import pictures
from tests.unit.bot.stand_ins import Picture, Shelf, no_trials

WHEN = datetime(2025, 5, 4, 14, 32, 5, tzinfo=UTC)
SCREEN = 55
"""Id of the message whose buttons are pressed."""


class Person:
    """Somebody at the keyboard, in front of a desk that is a picture."""

    def __init__(self, dispatcher: Dispatcher, bot: Bot, role: Role = Role.ADMIN, user: int = 1001) -> None:
        self.dispatcher, self.bot, self.role, self.user = dispatcher, bot, role, user
        self.control, self.shelf, self.records = Picture(), Shelf(), MemoryArchive()
        self.toasts: list[str] = []
        self.seconds = 0.0
        self.age_s = 0.0
        """Of the message with the button, by Telegram's clock."""
        say = Say(self.shelf, lambda: pictures.NOW)
        intents = Intents("1", lambda: self.seconds)
        desk = Desk("SIM", "synthetic", "UTC", True)
        users = MemoryUsers()
        book = PreferenceBook(users)
        access = Access([1001], [1002], users)
        self.services = Services(
            *(self.control, intents, say, users, book, access.people, Strangers(), self.records, desk),
            lambda: pictures.NOW,
            no_trials(say, Path(gettempdir())),
        )
        self.number = 0

    async def say(self, text: str) -> Body:
        """The last thing the bot says to it."""
        return await self._feed(message=self._message(text, 7))

    async def press(self, data: str) -> Body:
        """The last thing the bot says to it."""
        query = CallbackQuery(
            id=str(self.number), from_user=self._me(), chat_instance="1", message=self._message("", SCREEN), data=data
        )
        return await self._feed(callback_query=query)

    async def choose(self, label: str) -> Body:
        """Press the button of the newest message."""
        (data,) = [one.data for row in self.shelf.bodies()[-1].buttons for one in row if one.label == label]
        return await self.press(data)

    def head(self) -> str:
        return self.shelf.texts()[-1].splitlines()[0]

    async def _feed(self, message: Message | None = None, callback_query: CallbackQuery | None = None) -> Body:
        self.number += 1
        update = Update(update_id=self.number, message=message, callback_query=callback_query)
        given = {"services": self.services, "role": self.role, "age_s": self.age_s, "answer": self._answer}
        await self.dispatcher.feed_update(self.bot, update, **given)
        return self.shelf.bodies()[-1]

    async def _answer(self, query: str, text: str = "", alert: bool = False) -> None:
        self.toasts.append(text)

    def _me(self) -> User:
        return User(id=self.user, is_bot=False, first_name="Kim")

    def _message(self, text: str, number: int) -> Message:
        chat = Chat(id=self.user, type="private")
        return Message(message_id=number, date=WHEN, chat=chat, from_user=self._me(), text=text)
