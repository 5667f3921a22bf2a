"""Uploaded files, kept in memory, and the size of a picture read from its header."""

import hashlib
import mimetypes
import struct
from pathlib import PurePath

import msgspec

from bot.playground import errors
from bot.playground.objects import Document, Message, PhotoSize

PHOTO_LIMIT = 10 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
SIDES_LIMIT = 10_000
RATIO_LIMIT = 20


class StoredFile(msgspec.Struct):
    """A file: `kind` is photo or document from its first use on, and it cannot be used as the other."""

    file_id: str
    unique_id: str
    name: str
    mime_type: str
    content: bytes
    kind: str = ""

    @property
    def path(self) -> str:
        """The path that getFile names."""
        return f"{self.kind}s/{self.file_id}{PurePath(self.name).suffix}"


class Files:
    """All files of the emulator by file_id. Equal content has an equal unique id."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def add(self, name: str, content: bytes) -> StoredFile:
        """Keeps an upload."""
        unique_id = hashlib.sha256(content).hexdigest()[:16]
        mime_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        stored = StoredFile(f"file_{len(self._files) + 1}_{unique_id}", unique_id, name, mime_type, content)
        self._files[stored.file_id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        """The file of that id."""
        return self._files.get(file_id)

    def restore(self, stored: StoredFile) -> None:
        """Takes up a file of an earlier run."""
        self._files[stored.file_id] = stored

    def within(self, message: Message) -> list[StoredFile]:
        """The files that a message shows."""
        shown = [*message.get("photo", []), *([message["document"]] if "document" in message else [])]
        return [self._files[each["file_id"]] for each in shown if each["file_id"] in self._files]

    def by_path(self, path: str) -> StoredFile | None:
        """The file that getFile gave this path."""
        return next((stored for stored in self._files.values() if stored.kind and stored.path == path), None)

    def photo(self, file_id: str) -> list[PhotoSize]:
        """A file as the photo of a message; an ApiError for what the server would not take as one."""
        stored = self._use(file_id, "photo")
        size = picture_size(stored.content)
        if size is None:
            raise errors.bad_request("IMAGE_PROCESS_FAILED")
        width, height = size
        if len(stored.content) > PHOTO_LIMIT:
            raise errors.bad_request("file is too big for a photo")
        if width + height > SIDES_LIMIT or max(size) > RATIO_LIMIT * min(size):
            raise errors.bad_request("PHOTO_INVALID_DIMENSIONS")
        return [
            PhotoSize(
                file_id=stored.file_id,
                file_unique_id=stored.unique_id,
                width=width,
                height=height,
                file_size=len(stored.content),
            )
        ]

    def document(self, file_id: str) -> Document:
        """A file as the document of a message; an ApiError for what the server would not take as one."""
        stored = self._use(file_id, "document")
        return Document(
            file_id=stored.file_id,
            file_unique_id=stored.unique_id,
            file_name=stored.name,
            mime_type=stored.mime_type,
            file_size=len(stored.content),
        )

    def _use(self, file_id: str, kind: str) -> StoredFile:
        if file_id.startswith(("http://", "https://")):
            raise errors.bad_request("failed to get HTTP URL content")
        stored = self._files.get(file_id)
        if stored is None:
            raise errors.bad_request("wrong file identifier/HTTP URL specified")
        if not stored.content:
            raise errors.bad_request("file must be non-empty")
        if stored.kind not in ("", kind):
            raise errors.bad_request(f"can't use file of type {stored.kind.capitalize()} as {kind.capitalize()}")
        stored.kind = kind
        return stored


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF or JPEG; None for anything else, or where a side is 0."""
    size: tuple[int, int] | None = None
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        size = struct.unpack(">II", content[16:24])
    elif content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        size = struct.unpack("<HH", content[6:10])
    elif content.startswith(b"\xff\xd8"):
        size = _jpeg_size(content)
    return size if size and all(size) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walks the segments to the start of frame, which holds height and width."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
