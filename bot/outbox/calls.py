"""A body as the Bot API call that sends it or edits a message into it."""

from aiogram.methods import EditMessageMedia, EditMessageText, SendDocument, SendMessage, SendPhoto
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

from bot.outbox.body import Body

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def sending(
    chat: int, content: Body, *, reply_to: int | None = None, silent: bool = False, topic: int | None = None
) -> SendMessage | SendPhoto | SendDocument:
    """A new message; without the message it answers, should that be gone."""
    answers = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True) if reply_to else None
    shared = {
        "chat_id": chat,
        "message_thread_id": topic,
        "disable_notification": silent or None,
        "protect_content": content.protect or None,
        "reply_parameters": answers,
        "reply_markup": _keyboard(content),
    }
    if content.photo is None and content.document is None:
        text = {"text": content.text, "entities": _entities(content), "link_preview_options": NO_PREVIEW}
        return SendMessage.model_validate(shared | text)
    caption = {"caption": content.text or None, "caption_entities": _entities(content)}
    if content.photo is not None:
        return SendPhoto.model_validate(shared | caption | {"photo": _photo(content.photo, content)})
    return SendDocument.model_validate(shared | caption | {"document": _document(content)})


def editing(chat: int, message_id: int, content: Body) -> EditMessageText | EditMessageMedia:
    """The message `message_id` made into this body."""
    if content.photo is None and content.document is None:
        return EditMessageText(
            chat_id=chat,
            message_id=message_id,
            text=content.text,
            entities=_entities(content),
            link_preview_options=NO_PREVIEW,
            reply_markup=_keyboard(content),
        )
    kind = InputMediaDocument if content.photo is None else InputMediaPhoto
    file = _document(content) if content.photo is None else _photo(content.photo, content)
    media = kind(media=file, caption=content.text or None, caption_entities=_entities(content))
    return EditMessageMedia(chat_id=chat, message_id=message_id, media=media, reply_markup=_keyboard(content))


def _photo(picture: bytes, content: Body) -> BufferedInputFile:
    return BufferedInputFile(picture, content.filename or "chart.png")


def _document(content: Body) -> BufferedInputFile:
    return BufferedInputFile(content.document or b"", content.filename or "file.txt")


def _entities(content: Body) -> list[MessageEntity] | None:
    return [MessageEntity.model_validate(entity) for entity in content.entities] or None


def _keyboard(content: Body) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(text=one.label, callback_data=one.data, style=one.style) for one in row]
        for row in content.buttons
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
