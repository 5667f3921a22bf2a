"""editMessageText, -Caption, -Media and -ReplyMarkup, deleteMessage, deleteMessages."""

import msgspec

from bot.playground import errors
from bot.playground.chats import Record
from bot.playground.methods.call import Call, Formatting, set_keyboard
from bot.playground.methods.sending import Media
from bot.playground.objects import Entity, Message
from bot.playground.world import World

DELETABLE_S = 48 * 3600
"""A bot can delete a message for this long."""


class Editing(Formatting, kw_only=True):
    """The parameters that all edits share. Without a keyboard in the call the message loses its own."""

    chat_id: int | str | None = None
    message_id: int = 0
    reply_markup: dict[str, object] | None = None

    def record(self, world: World) -> Record:
        """The message to edit; an ApiError where it is gone or not the bot's."""
        if self.chat_id is None:
            raise errors.missing("chat_id" if self.message_id else "message_id")
        chat = world.chats.writable(self.chat_id)
        record = world.chats.record(chat["id"], self.message_id, "edit")
        if record.message["from"] != world.bot:
            raise errors.bad_request("message can't be edited")
        return record

    def apply(self, world: World, record: Record, message: Message) -> Message:
        """Replaces the message, if the budget allows; an ApiError where nothing would change."""
        set_keyboard(message, self.reply_markup)
        world.budget.spend(message["chat"]["id"], world.clock.now())
        if _content(message) == _content(record.message):
            raise errors.not_modified()
        world.chats.edit(record, message)
        return message


class EditMessageText(Editing, kw_only=True):
    """Changes text and keyboard of a text message."""

    text: str = ""
    entities: list[Entity] = msgspec.field(default_factory=list)
    link_preview_options: dict[str, object] | None = None

    def answer(self, world: World) -> Message:
        """The edited message."""
        if not self.text:
            raise errors.missing("text")
        record = self.record(world)
        if "text" not in record.message:
            raise errors.bad_request("there is no text in the message to edit")
        message = record.message.copy()
        self.set_text(world, message, self.text, self.entities)
        if self.link_preview_options:
            message["link_preview_options"] = self.link_preview_options
        return self.apply(world, record, message)


class EditMessageCaption(Editing, kw_only=True):
    """Changes caption and keyboard of a photo or document."""

    caption: str = ""
    caption_entities: list[Entity] = msgspec.field(default_factory=list)

    def answer(self, world: World) -> Message:
        """The edited message."""
        record = self.record(world)
        if "text" in record.message:
            raise errors.bad_request("there is no caption in the message to edit")
        message = record.message.copy()
        self.set_caption(world, message, self.caption, self.caption_entities)
        return self.apply(world, record, message)


class EditMessageMedia(Editing, kw_only=True):
    """Changes the photo or document of a message; a text message becomes one."""

    media: Media

    def answer(self, world: World) -> Message:
        """The edited message."""
        record = self.record(world)
        message = record.message.copy()
        message.pop("text", None)
        message.pop("entities", None)
        self.media.attach(self, world, message)
        return self.apply(world, record, message)


class EditMessageReplyMarkup(Editing, kw_only=True):
    """Changes only the keyboard."""

    def answer(self, world: World) -> Message:
        """The edited message."""
        record = self.record(world)
        return self.apply(world, record, record.message.copy())


class DeleteMessage(Call, kw_only=True):
    """Deletes a message, the bot's or the person's."""

    chat_id: int | str
    message_id: int

    def answer(self, world: World) -> bool:
        """True."""
        chat = world.chats.writable(self.chat_id)
        _delete(world, world.chats.record(chat["id"], self.message_id, "delete"))
        return True


class DeleteMessages(Call, kw_only=True):
    """Deletes up to 100 messages; those that are gone already are passed over."""

    chat_id: int | str
    message_ids: list[int]

    def answer(self, world: World) -> bool:
        """True."""
        chat = world.chats.writable(self.chat_id)
        if not self.message_ids:
            raise errors.missing("message_ids")
        if len(self.message_ids) > 100:
            raise errors.bad_request("too many message identifiers specified")
        for message_id in self.message_ids:
            record = world.chats.lookup(message_id)
            if record and record.message["chat"]["id"] == chat["id"]:
                _delete(world, record)
        return True


def _delete(world: World, record: Record) -> None:
    if world.clock.now() - record.message["date"] > DELETABLE_S:
        raise errors.bad_request("message can't be deleted for everyone")
    world.chats.delete(record)


def _content(message: Message) -> Message:
    content = message.copy()
    content.pop("edit_date", None)
    return content


CALLS: list[type[Call]] = [
    EditMessageText,
    EditMessageCaption,
    EditMessageMedia,
    EditMessageReplyMarkup,
    DeleteMessage,
    DeleteMessages,
]
