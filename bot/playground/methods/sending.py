"""sendMessage, sendPhoto, sendDocument, sendMediaGroup."""

import secrets

import msgspec

from bot.playground import errors
from bot.playground.methods.call import Call, Formatting, set_keyboard
from bot.playground.objects import Entity, Message
from bot.playground.world import World

ALBUM_LIMIT = 10


class ReplyTo(msgspec.Struct):
    """ReplyParameters, as far as the page shows them."""

    message_id: int = 0
    allow_sending_without_reply: bool = False


class Sending(Formatting, kw_only=True):
    """The parameters that all new messages share."""

    chat_id: int | str
    disable_notification: bool = False
    protect_content: bool = False
    reply_parameters: ReplyTo | None = None
    reply_markup: dict[str, object] | None = None

    def draft(self, world: World) -> Message:
        """An empty message in its chat, as a reply where it is one."""
        chat = world.chats.writable(self.chat_id)
        message = world.chats.draft(chat, world.bot)
        if self.protect_content:
            message["has_protected_content"] = True
        if self.reply_parameters and self.reply_parameters.message_id:
            self._reply(world, message, self.reply_parameters)
        set_keyboard(message, self.reply_markup)
        return message

    def send(self, world: World, message: Message) -> Message:
        """Puts the message into its chat, if the budget allows."""
        world.budget.spend(message["chat"]["id"], world.clock.now())
        return world.chats.add(message, silent=self.disable_notification).message

    def _reply(self, world: World, message: Message, to: ReplyTo) -> None:
        try:
            replied = world.chats.record(message["chat"]["id"], to.message_id, "be replied").message.copy()
        except errors.ApiError:
            if to.allow_sending_without_reply:
                return
            raise
        replied.pop("reply_to_message", None)
        message["reply_to_message"] = replied


class SendMessage(Sending, kw_only=True):
    """Sends a text."""

    text: str
    entities: list[Entity] = msgspec.field(default_factory=list)
    link_preview_options: dict[str, object] | None = None

    def answer(self, world: World) -> Message:
        """The sent message."""
        message = self.draft(world)
        self.set_text(world, message, self.text, self.entities)
        if self.link_preview_options:
            message["link_preview_options"] = self.link_preview_options
        return self.send(world, message)


class SendPhoto(Sending, kw_only=True):
    """Sends a photo, uploaded or by file_id."""

    photo: str
    caption: str = ""
    caption_entities: list[Entity] = msgspec.field(default_factory=list)

    def answer(self, world: World) -> Message:
        """The sent message."""
        message = self.draft(world)
        message["photo"] = world.files.photo(self.photo)
        self.set_caption(world, message, self.caption, self.caption_entities)
        return self.send(world, message)


class SendDocument(Sending, kw_only=True):
    """Sends a file, uploaded or by file_id."""

    document: str
    caption: str = ""
    caption_entities: list[Entity] = msgspec.field(default_factory=list)

    def answer(self, world: World) -> Message:
        """The sent message."""
        message = self.draft(world)
        message["document"] = world.files.document(self.document)
        self.set_caption(world, message, self.caption, self.caption_entities)
        return self.send(world, message)


class Media(msgspec.Struct):
    """InputMediaPhoto or InputMediaDocument."""

    type: str
    media: str
    caption: str = ""
    caption_entities: list[Entity] = msgspec.field(default_factory=list)

    def attach(self, call: Formatting, world: World, message: Message) -> None:
        """Makes this the content of the message, in place of what it was."""
        message.pop("photo", None)
        message.pop("document", None)
        if self.type == "photo":
            message["photo"] = world.files.photo(self.media)
        elif self.type == "document":
            message["document"] = world.files.document(self.media)
        else:
            world.note(call.method(), "request", f"media: {self.type} is not emulated")
            raise errors.bad_request(f"media of type {self.type} is not emulated")
        call.set_caption(world, message, self.caption, self.caption_entities)


class SendMediaGroup(Sending, kw_only=True):
    """Sends an album: photos or documents, one message each."""

    media: list[Media]

    def answer(self, world: World) -> list[Message]:
        """The sent messages."""
        if not self.media:
            raise errors.bad_request("there are no messages to send")
        if len(self.media) > ALBUM_LIMIT:
            raise errors.bad_request("too many messages to send as an album")
        if len({media.type for media in self.media}) > 1:
            raise errors.bad_request("can't use the media of the specified type in the album")
        group = str(secrets.randbits(53))
        messages = []
        for media in self.media:
            message = self.draft(world)
            message["media_group_id"] = group
            media.attach(self, world, message)
            messages.append(message)
        return [self.send(world, message) for message in messages]


CALLS: list[type[Call]] = [SendMessage, SendPhoto, SendDocument, SendMediaGroup]
