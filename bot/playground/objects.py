"""The Bot API objects that the emulator makes: plain dictionaries with the documented keys."""

from typing import Literal, NotRequired, TypedDict


class User(TypedDict):
    """A person or the bot."""

    id: int
    is_bot: bool
    first_name: str
    username: NotRequired[str]
    language_code: NotRequired[str]


class Chat(TypedDict):
    """A private chat, or a supergroup where the id is negative."""

    id: int
    type: Literal["private", "supergroup"]
    first_name: NotRequired[str]
    title: NotRequired[str]
    username: NotRequired[str]


class Entity(TypedDict):
    """A MessageEntity: `offset` and `length` count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: NotRequired[str]
    user: NotRequired[User]
    language: NotRequired[str]
    custom_emoji_id: NotRequired[str]
    unix_time: NotRequired[int]
    date_time_format: NotRequired[str]


class CopyText(TypedDict):
    """What a copy button puts on the clipboard."""

    text: str


class Button(TypedDict):
    """An InlineKeyboardButton, in the kinds that the page can show."""

    text: str
    callback_data: NotRequired[str]
    url: NotRequired[str]
    copy_text: NotRequired[CopyText]
    style: NotRequired[str]
    disabled: NotRequired[dict[str, object]]


class Keyboard(TypedDict):
    """An InlineKeyboardMarkup."""

    inline_keyboard: list[list[Button]]


class PhotoSize(TypedDict):
    """A photo; the emulator keeps the size that was uploaded and no smaller ones."""

    file_id: str
    file_unique_id: str
    width: int
    height: int
    file_size: int


class Document(TypedDict):
    """A file of any kind."""

    file_id: str
    file_unique_id: str
    file_name: str
    mime_type: str
    file_size: int


class Reaction(TypedDict):
    """A ReactionType: an emoji under a message."""

    type: str
    emoji: NotRequired[str]


Message = TypedDict(
    "Message",
    {
        "message_id": int,
        "date": int,
        "chat": Chat,
        "from": User,
        "edit_date": NotRequired[int],
        "text": NotRequired[str],
        "entities": NotRequired[list[Entity]],
        "caption": NotRequired[str],
        "caption_entities": NotRequired[list[Entity]],
        "photo": NotRequired[list[PhotoSize]],
        "document": NotRequired[Document],
        "media_group_id": NotRequired[str],
        "reply_markup": NotRequired[Keyboard],
        "reply_to_message": NotRequired["Message"],
        "link_preview_options": NotRequired[dict[str, object]],
        "has_protected_content": NotRequired[bool],
    },
)


class View(Message):
    """A message as `GET /emu/messages` shows it: `revision` rises with every send, edit and deletion."""

    revision: int
    silent: bool
    deleted: bool
    reaction: list[Reaction]


CallbackQuery = TypedDict(
    "CallbackQuery",
    {"id": str, "from": User, "chat_instance": str, "message": Message, "data": str},
)


class Answer(TypedDict):
    """How the bot answered a press: a toast, or an alert that must be closed."""

    callback_query_id: str
    user_id: int
    chat_id: int
    message_id: int
    text: str
    show_alert: bool
    url: str


class BotCommand(TypedDict):
    """A line of the command menu."""

    command: str
    description: str
    is_ephemeral: NotRequired[bool]
