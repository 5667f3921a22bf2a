"""Long texts in pieces that Telegram takes, cut between lines and counted in UTF-16 code units."""

from collections.abc import Iterator

import msgspec

from bot.outbox.body import Body

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
MAX_PIECES = 3
"""A text that needs more messages than this is sent as a document."""


def pieces(content: Body) -> tuple[Body, ...]:
    """The body as one or more that can be sent; buttons hang on the last, a file on the first."""
    wide = _wide(content.text)
    has_file = content.photo is not None or content.document is not None
    if not has_file and len(wide) > MAX_PIECES * TEXT_LIMIT:
        return (_as_document(content, wide),)
    first = CAPTION_LIMIT if has_file else TEXT_LIMIT
    parts = [_part(content, wide, start, end) for start, end in _cuts(wide, first)]
    if len(parts) == 1:
        return (content,)
    head = msgspec.structs.replace(parts[0], photo=content.photo, document=content.document, filename=content.filename)
    tail = msgspec.structs.replace(parts[-1], buttons=content.buttons)
    return (head, *parts[1:-1], tail)


def plain(content: Body) -> Body:
    """The same without entities."""
    return msgspec.structs.replace(content, entities=())


def _as_document(content: Body, wide: str) -> Body:
    _, end = next(_cuts(wide, CAPTION_LIMIT))
    head = _part(content, wide, 0, end)
    return msgspec.structs.replace(
        head, document=content.text.encode(), filename=content.filename or "message.txt", buttons=content.buttons
    )


def _cuts(wide: str, first: int) -> Iterator[tuple[int, int]]:
    """Start and end of each piece: after a line break where there is one, never inside a character."""
    start, limit = 0, first
    while len(wide) - start > limit:
        end = wide.rfind("\n", start, start + limit) + 1
        if end <= start:
            end = start + limit
            end -= "\udc00" <= wide[end] <= "\udfff"
        yield start, end
        start, limit = end, TEXT_LIMIT
    yield start, len(wide)


def _part(content: Body, wide: str, start: int, end: int) -> Body:
    """The text from start to end, with the entities that touch it, without files and buttons."""
    text = wide[start:end].encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    found = tuple(_clipped(content, start, end))
    return Body(text, found, protect=content.protect)


def _clipped(content: Body, start: int, end: int) -> Iterator[dict[str, object]]:
    for entity in content.entities:
        offset, length = entity["offset"], entity["length"]
        assert isinstance(offset, int)
        assert isinstance(length, int)
        left, right = max(offset, start), min(offset + length, end)
        if left < right:
            yield {**entity, "offset": left - start, "length": right - left}


def _wide(text: str) -> str:
    """One character for each UTF-16 code unit, so that len and slices count as Telegram does."""
    raw = text.encode("utf-16-le")
    return "".join(chr(low | high << 8) for low, high in zip(raw[::2], raw[1::2], strict=True))
