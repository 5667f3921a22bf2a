"""Users, chats and messages. One rising revision orders every send, edit and deletion."""

import msgspec

from bot.playground import errors
from bot.playground.clock import Clock
from bot.playground.events import Events
from bot.playground.objects import Chat, Message, Reaction, User, View


class Record(msgspec.Struct):
    """A message and what the Bot API does not say about it."""

    message: Message
    revision: int
    silent: bool
    deleted: bool = False
    reaction: list[Reaction] = []

    def view(self) -> View:
        """As `GET /emu/messages` shows it."""
        return {
            **self.message,
            "revision": self.revision,
            "silent": self.silent,
            "deleted": self.deleted,
            "reaction": self.reaction,
        }


class Chats:
    """All conversations with the bot. Message ids are unique across chats, as they are for a real bot."""

    def __init__(self, bot: User, clock: Clock, events: Events, last_id: int = 0) -> None:
        self.bot = bot
        self._clock = clock
        self._events = events
        self._users: dict[int, User] = {}
        self._chats: dict[int, Chat] = {}
        self._records: dict[int, Record] = {}
        self._revision = 0
        self._last_id = last_id
        self.pinned: dict[int, int] = {}
        self.blocked: set[int] = set()

    def user(self, user_id: int, name: str) -> User:
        """The user of that id; made on first sight, under that name."""
        return self._users.setdefault(
            user_id,
            User(
                id=user_id,
                is_bot=False,
                first_name=name.capitalize(),
                username=f"{name}_{user_id}",
                language_code="en",
            ),
        )

    def open(self, chat_id: int, user: User) -> Chat:
        """The private chat of a user, or for an id below zero a supergroup; made on first sight."""
        if chat_id < 0:
            fresh = Chat(id=chat_id, type="supergroup", title=f"Group {-chat_id}")
        else:
            fresh = Chat(id=chat_id, type="private", first_name=user["first_name"], username=user["username"])
        return self._chats.setdefault(chat_id, fresh)

    def find(self, chat_id: int | str) -> Chat:
        """A chat that the bot may read; an ApiError where nobody has spoken to it."""
        for chat in self._chats.values():
            if chat["id"] == chat_id or f"@{chat.get('username')}" == chat_id:
                return chat
        raise errors.chat_not_found()

    def writable(self, chat_id: int | str) -> Chat:
        """A chat that the bot may write to; an ApiError also where the user has blocked it."""
        chat = self.find(chat_id)
        if chat["id"] in self.blocked:
            raise errors.blocked()
        return chat

    def draft(self, chat: Chat, sender: User) -> Message:
        """An empty message, not yet in the chat and without an id of its own."""
        return Message({"message_id": 0, "date": self._clock.date(), "chat": chat, "from": sender})

    def add(self, message: Message, *, silent: bool = False) -> Record:
        """Puts a message into its chat, with the next id."""
        self._last_id += 1
        message["message_id"] = self._last_id
        self._revision += 1
        record = Record(message, self._revision, silent)
        self._records[message["message_id"]] = record
        self._events.publish("message", record.view())
        return record

    def record(self, chat_id: int, message_id: int, purpose: str) -> Record:
        """A message that is still there; an ApiError that names what it was wanted for, e.g. "edit"."""
        record = self._records.get(message_id)
        if record is None or record.deleted or record.message["chat"]["id"] != chat_id:
            raise errors.bad_request(f"message to {purpose} not found")
        return record

    def edit(self, record: Record, message: Message) -> None:
        """Replaces a message by its new form."""
        message["edit_date"] = self._clock.date()
        record.message = message
        self._revise(record, "edit")

    def delete(self, record: Record) -> None:
        """Takes a message out of its chat; it stays readable here, marked as deleted."""
        record.deleted = True
        if self.pinned.get(record.message["chat"]["id"]) == record.message["message_id"]:
            del self.pinned[record.message["chat"]["id"]]
        self._revise(record, "delete")

    def react(self, record: Record, reaction: list[Reaction]) -> None:
        """Sets the bot's reaction under a message; no new revision, the message itself is the same."""
        record.reaction = reaction
        self._events.publish("reaction", record.view())

    def lookup(self, message_id: int) -> Record | None:
        """The message of that id in whatever chat, unless it was deleted."""
        record = self._records.get(message_id)
        return None if record is None or record.deleted else record

    @property
    def revision(self) -> int:
        """The newest one."""
        return self._revision

    def restore(self, records: list[Record], pinned: dict[int, int]) -> None:
        """Takes up messages of an earlier run, before anything new is said."""
        self._records = {record.message["message_id"]: record for record in records}
        self.pinned = pinned
        self._revision = max((record.revision for record in records), default=0)
        self._last_id = max([self._last_id, *self._records])

    def since(self, revision: int) -> list[Record]:
        """Messages that were sent, edited or deleted after that revision, in that order."""
        changed = [record for record in self._records.values() if record.revision > revision]
        return sorted(changed, key=lambda record: record.revision)

    def _revise(self, record: Record, event: str) -> None:
        self._revision += 1
        record.revision = self._revision
        self._events.publish(event, record.view())
