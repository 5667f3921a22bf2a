"""The chats in a file, so that a demo that is started again shows what was said before."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from aiohttp import web

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
    """Loads the chats of a world, then writes them as long as they change.

    All of them every few seconds, and what is new since beside them before anybody is answered: what has been said, as
    Telegram would, is still there after `kill -9`.
    """

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._news = path.with_name(f"{path.name}.news")
        self._written = 0
        """Revision up to which all of them are written."""
        self._noted = 0
        """The same with what stands beside."""

    def load(self) -> bool:
        """Take up what the files hold; False where there is nothing that can be read."""
        records: dict[int, Record] = {}
        pinned: dict[int, int] = {}
        for kept in self._read():
            records |= {one.message["message_id"]: one for one in kept.records}
            pinned = kept.pinned
            for stored in kept.files:
                self._world.files.restore(stored)
        for record in records.values():
            chat = record.message["chat"]["id"]
            self._world.chats.open(chat, self._world.person(max(chat, 1)))
        self._world.chats.restore(list(records.values()), pinned)
        self._noted = self._world.chats.revision
        self.write()
        return bool(records)

    async def run(self) -> None:
        """Write every few seconds, for ever."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.write()

    async def note(self, request: web.Request, response: web.StreamResponse) -> None:
        """Before an answer goes out: put what is new beside the rest."""
        chats = self._world.chats
        if chats.revision == self._noted or not self._path.parent.is_dir():
            return
        try:
            with self._news.open("ab") as file:
                file.write(msgspec.json.encode(self._since(self._noted)) + b"\n")
        except OSError:
            return
        self._noted = chats.revision

    def write(self) -> None:
        """Write them, whole or not at all; where there is no folder or no space, later."""
        chats = self._world.chats
        if chats.revision == self._written or not self._path.parent.is_dir():
            return
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            new.write_bytes(msgspec.json.encode(self._since(0)))
            new.replace(self._path)
            self._news.unlink(missing_ok=True)
        except OSError:
            return
        self._written = self._noted = chats.revision

    def _since(self, revision: int) -> Kept:
        records = self._world.chats.since(revision)[-MOST:]
        files = [stored for record in records for stored in self._world.files.within(record.message)]
        return Kept(records, self._world.chats.pinned, files)

    def _read(self) -> Iterator[Kept]:
        """The whole, then what came after it, up to what was cut off in the middle."""
        for path in (self._path, self._news):
            with suppress(OSError, msgspec.DecodeError):
                for line in path.read_bytes().splitlines():
                    yield msgspec.json.decode(line, type=Kept)
