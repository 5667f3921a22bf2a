"""The chats in a file, so that a demo that is started again shows what was said before."""

import asyncio
from pathlib import Path

import msgspec

from bot.playground.chats import Record
from bot.playground.files import StoredFile
from bot.playground.world import World

MOST = 400
"""Newest messages that are kept."""
EVERY_S = 5.0


class Kept(msgspec.Struct, frozen=True):
    """The newest messages, the pinned ones, and the files in them."""

    records: list[Record]
    pinned: dict[int, int]
    files: list[StoredFile]


class Keeper:
    """Loads the chats of a world, then writes them as long as they change."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._written = 0

    def load(self) -> bool:
        """Take up what the file holds; False where there is none that can be read."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (OSError, msgspec.DecodeError):
            return False
        for record in kept.records:
            chat = record.message["chat"]["id"]
            self._world.chats.open(chat, self._world.person(max(chat, 1)))
        self._world.chats.restore(kept.records, kept.pinned)
        for stored in kept.files:
            self._world.files.restore(stored)
        self._written = self._world.chats.revision
        return bool(kept.records)

    async def run(self) -> None:
        """Write every few seconds, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.write()

    def write(self) -> None:
        """Write them, whole or not at all; where there is no folder or no space, later."""
        chats = self._world.chats
        if chats.revision == self._written or not self._path.parent.is_dir():
            return
        records = chats.since(0)[-MOST:]
        files = [stored for record in records for stored in self._world.files.within(record.message)]
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            new.write_bytes(msgspec.json.encode(Kept(records, chats.pinned, files)))
            new.replace(self._path)
        except OSError:
            return
        self._written = chats.revision
