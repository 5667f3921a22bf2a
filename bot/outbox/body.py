"""What a message holds: text with entities (never HTML or Markdown), buttons, a photo or a document."""

import msgspec
from aiogram.utils.formatting import Text
from aiogram.utils.text_decorations import add_surrogates

DATA_LIMIT = 64
"""Bytes of a button's callback data."""


class Button(msgspec.Struct, frozen=True):
    """One inline button. `data` has 1 to 64 bytes; `style` is danger, success, primary or None.

    A ValueError for data that the Bot API would refuse: better when the keyboard is made than when it is sent.
    """

    label: str
    data: str
    style: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.data.encode()) <= DATA_LIMIT:
            raise ValueError(f"button {self.label!r} carries {self.data!r}, takes 1 to {DATA_LIMIT} bytes")


class Body(msgspec.Struct, frozen=True):
    """A whole message. With a photo or a document the text is its caption; `buttons` are rows.

    Entities are those of the Bot API, with offset and length in UTF-16 code units. `protect` forbids forwarding
    and saving.
    """

    text: str
    entities: tuple[dict[str, object], ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    photo: bytes | None = None
    document: bytes | None = None
    filename: str | None = None
    protect: bool = False


def body(
    *parts: Text | str,
    buttons: tuple[tuple[Button, ...], ...] = (),
    photo: bytes | None = None,
    document: bytes | None = None,
    filename: str | None = None,
    protect: bool = False,
) -> Body:
    """A body from strings and nodes of aiogram.utils.formatting."""
    text, found = Text(*parts).render()
    entities = tuple(entity.model_dump(exclude_none=True) for entity in found)
    return Body(text, entities, buttons, photo, document, filename, protect)


def encode(content: Body) -> str:
    """As the JSON text of an outbox row; files become base64."""
    return msgspec.json.encode(content).decode()


def decode(text: str) -> Body:
    """The body of an outbox row; a msgspec.DecodeError for what is none."""
    return msgspec.json.decode(text, type=Body)


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(add_surrogates(text)) // 2
