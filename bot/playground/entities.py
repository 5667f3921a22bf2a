"""Text with entities: lengths in UTF-16 units, the server's trimming, and the entities it finds itself."""

import re
from collections.abc import Iterable

from bot.playground.objects import Entity

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

FOUND = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"]+[^\s<>\".,;:!?)\]])"
    r"|(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?\b(?![/]))"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31}\b)"
    r"|(?P<hashtag>(?<!\w)#(?=\w*[^\W\d])\w{1,256})"
    r"|(?P<cashtag>(?<!\w)\$[A-Z]{3,8}\b)"
)
"""What every client shows as a link without being told."""

VERBATIM = {"code", "pre", "text_link", "text_mention"}
"""Nothing is found inside these."""


def utf16_length(text: str) -> int:
    """The length that Telegram counts: a character outside the basic plane is two units."""
    return len(text.encode("utf-16-le")) // 2


def finish(text: str, given: Iterable[Entity]) -> tuple[str, list[Entity]]:
    """As the server stores it: trimmed, entities clamped and sorted, with those that it finds itself."""
    entities = list(given)
    lead = len(text) - len(text.lstrip(" \n"))
    start = min([lead, *(entity["offset"] for entity in entities)])
    text = text[start:].rstrip()
    end = utf16_length(text)
    stored = [clamped for entity in entities if (clamped := _clamp(entity, start, end))]
    verbatim = [entity for entity in stored if entity["type"] in VERBATIM]
    stored += [entity for entity in _find(text) if not any(_overlap(entity, other) for other in verbatim)]
    return text, sorted(stored, key=lambda entity: (entity["offset"], -entity["length"]))


def beyond(text: str, entities: Iterable[Entity]) -> list[Entity]:
    """Entities that do not lie inside the text: the server tolerates them, but somebody counted wrongly."""
    end = utf16_length(text)
    return [
        entity
        for entity in entities
        if entity["offset"] < 0 or entity["length"] < 1 or entity["offset"] + entity["length"] > end
    ]


def split(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The messages that a client makes of a long text; no piece is longer than `limit` UTF-16 units."""
    pieces, piece, size = [], "", 0
    for character in text:
        width = 2 if ord(character) > 0xFFFF else 1
        if size + width > limit:
            pieces.append(piece)
            piece, size = "", 0
        piece += character
        size += width
    return [*pieces, piece] if piece else pieces


def _clamp(entity: Entity, start: int, end: int) -> Entity | None:
    first = max(0, entity["offset"] - start)
    last = min(end, entity["offset"] - start + entity["length"])
    if last <= first:
        return None
    clamped = entity.copy()
    clamped["offset"], clamped["length"] = first, last - first
    return clamped


def _find(text: str) -> Iterable[Entity]:
    for match in FOUND.finditer(text):
        if match.lastgroup:
            offset = utf16_length(text[: match.start()])
            yield Entity(type=match.lastgroup, offset=offset, length=utf16_length(match[0]))


def _overlap(one: Entity, other: Entity) -> bool:
    return one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
