"""Takes what waits in the outbox to Telegram: chat by chat, within budgets, through outages, nothing lost."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import partial

import msgspec
from loguru import logger

from bot.outbox.body import body, decode, encode
from bot.outbox.budget import MINUTE, Budget
from bot.outbox.courier import Away, Courier, CourierError, Throttled, TokenRefused, Unreachable
from bot.outbox.link import Link, Outage
from bot.outbox.outbox import ANSWERS, Say, explicit_id
from bot.outbox.parcels import AWAY, Parcel, pack, sift
from engine.model.errors import StorageDegraded
from engine.ports import Outbox, OutboxRow, Outgoing

BACKOFF_S = (1.0, 30.0)
"""First and longest wait between two looks at a Telegram that is away."""
LOOK_S = 0.1
"""From one look whether all has been said to the next."""
FINISH_S = 2.0
"""How long calls in flight may take at the end."""
DIGEST_AFTER_MS = 10_000
"""A shorter absence is not worth a line."""
KEYS_KEPT = 5_000
NOTES = "undeliverable:"


class Sender:
    """One task that hands out work, one short task for each chat that is being written to."""

    def __init__(
        self,
        outbox: Outbox,
        say: Say,
        courier: Courier,
        link: Link,
        admins: Callable[[], Awaitable[Sequence[int]]],
        clock: Callable[[], int],
        zone: tzinfo = UTC,
        monotonic: Callable[[], float] = time.monotonic,
        minute: int = MINUTE,
        own_time: bool = False,
    ) -> None:
        """`minute` is how many messages a chat gets in one; `own_time`: the market's clock is not the desk's."""
        self.parked: dict[int, str] = {}
        """Chats that cannot be written to, with Telegram's reason; their messages wait."""
        self._outbox = outbox
        self._say = say
        self._courier = courier
        self._link = link
        self._admins = admins
        self._clock = clock
        self._zone = zone
        self._monotonic = monotonic
        self._budget = Budget(minute)
        self._own_time = own_time
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._known: dict[tuple[int, str], int | None] = {}
        self._refused: TokenRefused | None = None
        self._told: set[int] = set()
        """Rows that are done with but may still stand in a list read before that was stored."""

    async def run(self) -> None:
        """Sends for ever; a TokenRefused when Telegram does not know the token."""
        try:
            while self._refused is None:
                if not self._link.up.is_set():
                    await self._until_up()
                self._say.chats.clear()
                try:
                    await self._announce_outages()
                    self._hand_out(await self._outbox.waiting())
                except StorageDegraded as error:
                    logger.warning("outbox_unreadable", why=str(error))
                    await asyncio.sleep(BACKOFF_S[0])
                    continue
                await self._until_due()
            raise self._refused
        finally:
            await self._finish()

    async def flush(self, seconds: float, lane: str | None = None) -> bool:
        """Waits until nothing (of a lane) waits for a chat that can be written to; False when time ran out."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (lane is None and self._busy) or any(  # noqa: ASYNC110 - others may take rows off
                    lane in (None, row.item.lane) and row.item.chat not in self.parked
                    for row in await self._outbox.waiting()
                ):
                    await asyncio.sleep(LOOK_S)
                return True
        return False

    def hurry(self) -> None:
        """From now on only what Telegram refuses (429) sets the pace: for an emulator, whose limits are switches."""
        self._budget.limited = False
        self._say.news.set()

    async def _finish(self) -> None:
        """Lets calls in flight end, for a call cut off may have arrived and would be made again."""
        tasks = list(self._busy.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=FINISH_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def unpark(self, chat: int) -> None:
        """The person is back."""
        if self.parked.pop(chat, None) is not None:
            self._say.news.set()

    async def _until_due(self) -> None:
        """Returns when a chat that something waits for has its turn: before that the outbox need not be read."""
        while self._refused is None and self._link.up.is_set():
            self._say.news.clear()
            idle = self._say.chats.keys() - self.parked.keys() - self._busy.keys()
            now = self._monotonic()
            waits = [self._budget.wait(chat, now, answer=self._say.chats[chat]) for chat in idle]
            pause = min(waits, default=None)
            if pause == 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._say.news.wait(), pause)

    def _hand_out(self, rows: Sequence[OutboxRow]) -> None:
        """Starts a task for each chat whose turn it is."""
        self._told &= {row.id for row in rows}
        chats: defaultdict[int, list[OutboxRow]] = defaultdict(list)
        for row in rows:
            if row.id not in self._told:
                chats[row.item.chat].append(row)
        for chat, waiting in chats.items():
            answer = any(row.item.lane in ANSWERS for row in waiting)
            self._say.chats[chat] = answer or self._say.chats.get(chat, False)
            if chat in self.parked or chat in self._busy or self._budget.wait(chat, self._monotonic(), answer=answer):
                continue
            task = asyncio.create_task(self._serve(chat, waiting))
            self._busy[chat] = task
            task.add_done_callback(partial(self._served, chat))

    def _served(self, chat: int, task: asyncio.Task[None]) -> None:
        del self._busy[chat]
        if not task.cancelled() and (error := task.exception()):
            logger.opt(exception=error).error("outbox_chat_failed", chat=chat)
            self._budget.pause(chat, self._monotonic() + BACKOFF_S[0])
        self._say.news.set()

    async def _serve(self, chat: int, rows: Sequence[OutboxRow]) -> None:
        """Sends the next parcel of a chat: anything, or when the budget runs low an answer."""
        now = self._clock()
        if self._budget.wait(chat, self._monotonic(), answer=False):
            rows = [row for row in rows if row.item.lane in ANSWERS]
        waiting, dropped = sift(rows, now)
        await asyncio.gather(*(self._drop(row, why) for row, why in dropped))
        readable = [one for one in waiting if await self._readable(one.row)]
        known = [msgspec.structs.replace(one, edits=await self._message_id(chat, one.row.item.key)) for one in readable]
        parcel = pack(known, now, None if self._own_time else self._zone)
        if parcel is None:
            return
        self._budget.spend(chat, self._monotonic(), answer=parcel.rows[0].item.lane in ANSWERS)
        try:
            await self._send(chat, parcel)
        except CourierError as error:
            await self._failed(chat, parcel, error)

    async def _readable(self, row: OutboxRow) -> bool:
        try:
            decode(row.item.body)
        except msgspec.DecodeError as error:
            await self._give_up(row, f"the stored message cannot be read: {error}")
            return False
        return True

    async def _send(self, chat: int, parcel: Parcel) -> None:
        first = parcel.rows[0].item
        answers = None if parcel.merged else await self._message_id(chat, first.reply_to)
        message_id = await self._courier.deliver(
            chat,
            parcel.content,
            edit=parcel.edits,
            reply_to=answers,
            silent=parcel.silent,
            topic=first.topic,
        )
        self._link.works()
        await asyncio.gather(*(self._arrived(row, message_id, merged=parcel.merged) for row in parcel.rows))

    async def _arrived(self, row: OutboxRow, message_id: int, *, merged: bool) -> None:
        """The row is done with; a key does not stand for a message that is about others too."""
        key = row.item.key
        if merged and key is not None:
            await self._drop(row, f"told in message {message_id}")
            return
        self._told.add(row.id)
        await self._outbox.delivered(row.id, message_id)
        if key is not None:
            self._known[row.item.chat, key] = message_id

    async def _drop(self, row: OutboxRow, why: str) -> None:
        self._told.add(row.id)
        await self._outbox.drop(row.id, why)

    async def _failed(self, chat: int, parcel: Parcel, error: CourierError) -> None:
        match error:
            case Throttled():
                self._budget.pause(chat, self._monotonic() + error.retry_after)
                await self._count_try(parcel)
            case Away():
                self._link.broke(str(error))
                await self._count_try(parcel)
            case Unreachable():
                self._link.works()
                await self._park(chat, str(error))
            case TokenRefused():
                self._refused = error
            case _:
                self._link.works()
                for row in parcel.rows:
                    await self._give_up(row, str(error))

    async def _count_try(self, parcel: Parcel) -> None:
        """When to try again is decided here, by chat and by link, so the row itself is due at once."""
        for row in parcel.rows:
            await self._outbox.postpone(row.id, self._clock())

    async def _park(self, chat: int, why: str) -> None:
        """Nothing more to this chat until the person is heard of; the other admins are told."""
        self.parked[chat] = why
        logger.warning("outbox_chat_parked", chat=chat, why=why)
        others = [admin for admin in await self._admins() if admin not in self.parked]
        day = self._clock() // 86_400_000
        text = f"🟠 User {chat} cannot be reached\n{why}. Messages wait until they write to me again."
        await self._say.alert(others, body(text), critical=True, dedupe=f"parked:{chat}:{day}")

    async def _give_up(self, row: OutboxRow, why: str) -> None:
        """Telegram will never take this row: the person is told that there was something."""
        logger.error("outbox_undeliverable", row=row.id, chat=row.item.chat, why=why)
        await self._drop(row, why)
        if not (row.item.dedupe or "").startswith(NOTES):
            note = body(f"🟠 A message could not be delivered, ref {row.id}\n{why}")
            dedupe = f"{NOTES}{row.id}"
            await self._say.publish([Outgoing("reply", row.item.chat, encode(note), self._clock(), dedupe=dedupe)])

    async def _message_id(self, chat: int, key: str | None) -> int | None:
        """The message a key stands for, None when there is none yet."""
        if key is None:
            return None
        if len(self._known) > KEYS_KEPT:
            self._known.clear()
        if (chat, key) not in self._known:
            self._known[chat, key] = await self._outbox.message_id(chat, key) or explicit_id(key)
        return self._known[chat, key]

    async def _until_up(self) -> None:
        """Looks whether Telegram is back, ever less often, or hears it from the pump."""
        wait, longest = BACKOFF_S
        while not self._link.up.is_set():
            try:
                await self._courier.probe()
            except Away as error:
                self._link.broke(str(error))
            except Throttled as error:
                wait = max(wait, error.retry_after)
                self._link.works()
            except TokenRefused as error:
                self._refused = error
                return
            else:
                self._link.works()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._link.up.wait(), wait)
            wait = min(longest, wait * 2)

    async def _announce_outages(self) -> None:
        """One line before the alerts that had to wait."""
        while self._link.outages:
            outage = self._link.outages[0]
            if outage.until - outage.since >= DIGEST_AFTER_MS:
                await self._say.publish(self._digests(outage, await self._outbox.waiting()))
            self._link.outages.remove(outage)

    def _digests(self, outage: Outage, rows: Sequence[OutboxRow]) -> list[Outgoing]:
        alerts: defaultdict[int, int] = defaultdict(int)
        for row in rows:
            alerts[row.item.chat] += row.item.lane in ("critical", "trade")
        since, until = (
            datetime.fromtimestamp(at / 1000, self._zone).strftime("%H:%M") for at in (outage.since, outage.until)
        )
        return [
            Outgoing(
                lane="critical",
                chat=chat,
                body=encode(body(f"🟠 Telegram was away {since}-{until}, {_follow(count)}")),
                at=outage.since,
                dedupe=f"{AWAY}{outage.since}:{chat}",
                silent=True,
            )
            for chat, count in alerts.items()
            if count
        ]


def _follow(count: int) -> str:
    return "1 alert follows" if count == 1 else f"{count} alerts follow"
