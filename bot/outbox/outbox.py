"""What is said goes through here: a durable row first, then the sender takes it to Telegram."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from bot.outbox.body import Body, encode
from engine.ports import Outbox, Outgoing

ANSWERS = ("critical", "reply")
"""Lanes that may use the part of the budget that is kept for answers."""
EXPLICIT = "message:"
"""A key that names a message by its id, for screens that are edited in place."""


class Say:
    """The one way to say something. Every method returns when the words are durable, not when they have arrived.

    `key` names a message: the first row with it makes the message, later ones edit it. A `dedupe` is said once.
    """

    def __init__(self, outbox: Outbox, clock: Callable[[], int]) -> None:
        self.news = asyncio.Event()
        """Set whenever something waits to be sent."""
        self.chats: dict[int, bool] = {}
        """For whom something waits; True where it is an answer or critical. The sender starts it anew at each look."""
        self._outbox = outbox
        self._clock = clock

    async def reply(
        self,
        chat: int,
        content: Body,
        key: str | None = None,
        *,
        reply_to: str | None = None,
        silent: bool = False,
        dedupe: str | None = None,
    ) -> None:
        """Answers a person with a new message (or by editing the one that `key` names)."""
        await self.publish([self._item("reply", chat, content, key, reply_to, silent, dedupe)])

    async def edit(self, chat: int, message: int | str, content: Body, *, live: bool = False) -> None:
        """Makes a message, known by its id or its key, into this; a new one where it is gone.

        `live` is for panels that refresh themselves: only the newest of those is kept, and all else goes first.
        """
        lane = "live" if live else "reply"
        await self.publish([self._item(lane, chat, content, _key(message), None, True, None)])

    async def document(self, chat: int, content: Body, *, dedupe: str | None = None) -> None:
        """Sends a body that holds a file; its text is the caption."""
        if content.document is None and content.photo is None:
            raise ValueError("this body holds no file")
        await self.reply(chat, content, dedupe=dedupe)

    async def alert(
        self,
        chats: Iterable[int],
        content: Body,
        *,
        critical: bool = False,
        key: str | None = None,
        reply_to: str | None = None,
        silent: bool = False,
        dedupe: str | None = None,
    ) -> None:
        """Tells several people; each gets it once for a `dedupe`."""
        lane = "critical" if critical else "trade"
        await self.publish(
            [
                self._item(lane, chat, content, key, reply_to, silent, f"{dedupe}:{chat}" if dedupe else None)
                for chat in chats
            ]
        )

    async def publish(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        """Commits rows as they are, with the journal sequence they were made from, and wakes the sender."""
        await self._outbox.put(items, cursor)
        for item in items:
            self.chats[item.chat] = item.lane in ANSWERS or self.chats.get(item.chat, False)
        self.news.set()

    def _item(
        self,
        lane: str,
        chat: int,
        content: Body,
        key: str | None,
        reply_to: str | None,
        silent: bool,
        dedupe: str | None,
    ) -> Outgoing:
        return Outgoing(
            lane=lane,
            chat=chat,
            body=encode(content),
            at=self._clock(),
            dedupe=dedupe,
            key=key,
            reply_to=reply_to,
            silent=silent,
        )


def explicit_id(key: str) -> int | None:
    """The message id in a key that was made from one."""
    number = key.removeprefix(EXPLICIT)
    return int(number) if key != number and number.isdecimal() else None


def _key(message: int | str) -> str:
    return f"{EXPLICIT}{message}" if isinstance(message, int) else message
