"""A request of a Bot API method, and what the methods that write messages share."""

from abc import ABCMeta, abstractmethod
from typing import cast

import msgspec

from bot.playground import entities, errors, markup
from bot.playground.objects import Entity, Keyboard, Message
from bot.playground.world import World

ENTITY_TYPES = {
    *("bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "text_mention"),
    *("custom_emoji", "blockquote", "expandable_blockquote", "date_time"),
}
FOUND_TYPES = {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bank_card_number",
}
"""Entities that the server takes from nobody: it finds them itself."""

DATE_TIME_FORMAT = set("rRtTdDwW")


class AbstractStruct(msgspec.StructMeta, ABCMeta):
    """Structs of which some leave a method to those derived from them."""


class Call(msgspec.Struct, kw_only=True, metaclass=AbstractStruct):
    """A request: named after its method, with the parameters that the emulator acts upon."""

    @classmethod
    def method(cls) -> str:
        """The documented name of the method."""
        return cls.__name__[0].lower() + cls.__name__[1:]

    @abstractmethod
    def answer(self, world: World) -> object:
        """Does what the method says and answers its result; an ApiError where the server would refuse."""


class Formatting(Call, kw_only=True):
    """The parameters of text that the page can show; parse_mode is refused, this project sends entities."""

    parse_mode: str = ""

    def formatted(self, world: World, text: str, given: list[Entity], limit: int) -> tuple[str, list[Entity]]:
        """Text and entities as stored; an ApiError where the text is too long or wrongly marked up."""
        if self.parse_mode:
            world.note(self.method(), "request", f"parse_mode: {self.parse_mode} is not emulated")
            raise errors.bad_request(f"can't parse entities: {self.parse_mode} is not emulated")
        for entity in given:
            _check_entity(entity)
        for entity in entities.beyond(text, given):
            world.note(self.method(), "request", f"{entity} reaches beyond the text")
        own = [entity for entity in given if entity["type"] not in FOUND_TYPES]
        stored, marked = entities.finish(text, own)
        if entities.utf16_length(stored) > limit:
            kind = "message" if limit == entities.TEXT_LIMIT else "message caption"
            raise errors.bad_request(f"{kind} is too long")
        return stored, marked

    def set_text(self, world: World, message: Message, text: str, given: list[Entity]) -> None:
        """Puts a text into the message."""
        text, marked = self.formatted(world, text, given, entities.TEXT_LIMIT)
        if not text:
            raise errors.bad_request("text must be non-empty")
        message["text"], message["entities"] = text, marked
        if not marked:
            del message["entities"]

    def set_caption(self, world: World, message: Message, caption: str, given: list[Entity]) -> None:
        """Puts a caption under the photo or document of the message, or takes it away."""
        caption, marked = self.formatted(world, caption, given, entities.CAPTION_LIMIT)
        message["caption"], message["caption_entities"] = caption, marked
        if not marked:
            del message["caption_entities"]
        if not caption:
            del message["caption"]


def set_keyboard(message: Message, reply_markup: dict[str, object] | None) -> None:
    """Puts an inline keyboard under the message, or takes it away; other markups are not part of one."""
    inline = reply_markup if reply_markup and "inline_keyboard" in reply_markup else None
    # the schema check has seen that this is an InlineKeyboardMarkup
    keyboard = markup.accepted(cast(Keyboard, inline) if inline else None)
    if keyboard:
        message["reply_markup"] = keyboard
    else:
        message.pop("reply_markup", None)


def _check_entity(entity: Entity) -> None:
    if entity["type"] not in ENTITY_TYPES | FOUND_TYPES:
        raise errors.bad_request("can't parse MessageEntity: Unsupported type specified")
    needs = {
        "text_link": "url",
        "text_mention": "user",
        "custom_emoji": "custom_emoji_id",
        "date_time": "unix_time",
    }
    needed = needs.get(entity["type"])
    if needed and needed not in entity:
        raise errors.bad_request(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    if not set(entity.get("date_time_format", "")) <= DATE_TIME_FORMAT:
        raise errors.bad_request("can't parse MessageEntity: Invalid date-time format specified")
