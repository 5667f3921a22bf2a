"""Carries out stored updates, each at most once: a worker for each chat, and one beside it for what is urgent."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo

import msgspec
from loguru import logger

from bot.dialogue.registry import CommandSpec
from bot.outbox.body import Body, body
from bot.outbox.outbox import Say
from bot.telegram import gate, notices
from bot.telegram.conflicts import HELD, Conflicts
from bot.telegram.polling import ServerClock
from bot.telegram.updates import Said, read
from engine.model.errors import BadInput, StorageDegraded, Unavailable
from engine.ports import Inbox, InboxRow


class Poison(Exception):
    """An update that cannot be parsed."""


Handle = Callable[[Said, str], Awaitable[None]]
"""Gives an update (as read, and as JSON text) to the handlers; raises Poison."""


class Clerk:
    """Sorts what is stored: too late, cut off by a restart, or to be carried out in turn."""

    def __init__(
        self,
        inbox: Inbox,
        say: Say,
        handle: Handle,
        conflicts: Conflicts,
        commands: Mapping[str, CommandSpec],
        server: ServerClock,
        zone: tzinfo,
    ) -> None:
        self._inbox = inbox
        self._say = say
        self._handle = handle
        self._conflicts = conflicts
        self._commands = commands
        self._server = server
        self._zone = zone
        self._open: set[int] = set()
        self._before: dict[int, Said] = {}
        """What each person wrote last: a text that is too long for one message comes as several."""
        self._workers: dict[tuple[int, bool], asyncio.Queue[tuple[InboxRow, Said]]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def take(self) -> None:
        """Looks for stored updates that nobody works on."""
        stale: defaultdict[int, list[Said]] = defaultdict(list)
        cut: defaultdict[int, list[Said]] = defaultdict(list)
        busy = frozenset(self._open)
        for row in await self._inbox.unfinished():
            if row.update_id in busy:
                continue
            said = _read(row)
            if said is None:
                await self._inbox.move(row.update_id, "poison")
            elif self._continues(said):
                await self._inbox.move(row.update_id, "done")
            elif row.state == "running":
                cut[said.user].append(said)
            elif self._verdict(said) == "stale":
                stale[said.user].append(said)
            else:
                self._open.add(row.update_id)
                self._queue(said).put_nowait((row, said))
        for missed in stale.values():
            await self._end(missed, "stale", notices.skipped(missed, self._zone))
        for missed in cut.values():
            await self._end(missed, "failed", notices.interrupted(missed, self._zone))

    def _continues(self, said: Said) -> bool:
        """Whether this is the rest of a long text, which is answered once; what is urgent never is."""
        before = self._before.get(said.user)
        if said.text:
            self._before[said.user] = said
        return before is not None and said.continues(before) and said.command not in gate.URGENT

    async def _end(self, missed: Sequence[Said], state: str, note: Body) -> None:
        """Tells first, once, and then closes the rows: a crash in between costs no word."""
        first = missed[0]
        await self._say.reply(first.user, note, dedupe=f"{state}:{first.update_id}")
        for said in missed:
            await self._inbox.move(said.update_id, state)

    async def finish(self, seconds: float) -> None:
        """Lets what is running end; what has not begun stays stored for the next start."""
        for queue in self._workers.values():
            while not queue.empty():
                queue.get_nowait()
                queue.task_done()
        joins = [asyncio.create_task(queue.join()) for queue in self._workers.values()]
        if joins:
            _, late = await asyncio.wait(joins, timeout=seconds)
            for join in late:
                join.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _queue(self, said: Said) -> asyncio.Queue[tuple[InboxRow, Said]]:
        name = (said.user, said.command in gate.URGENT)
        if name not in self._workers:
            self._workers[name] = asyncio.Queue()
            self._tasks.append(asyncio.create_task(self._work(self._workers[name])))
        return self._workers[name]

    async def _work(self, queue: asyncio.Queue[tuple[InboxRow, Said]]) -> None:
        while True:
            row, said = await queue.get()
            try:
                await self._carry_out(row, said)
            except Exception as error:  # noqa: BLE001 - a bug in one update must not stop the next
                logger.opt(exception=error).error("update_failed", update=row.update_id)
            finally:
                self._open.discard(row.update_id)
                queue.task_done()

    async def _carry_out(self, row: InboxRow, said: Said) -> None:
        """Judges once more, for it may have waited behind others, then runs it."""
        verdict = self._verdict(said)
        if verdict == "stale":
            await self._end([said], "stale", notices.skipped([said], self._zone))
        elif self._conflicts.lasting and gate.adds_risk(said, self._commands):
            await self._end([said], "refused", body(f"🟠 {HELD}"))
        elif await self._inbox.move(row.update_id, "running"):
            if verdict == "late":
                age = self._server.now() - said.date
                await self._say.reply(said.user, notices.delayed(said, age, self._zone))
            await self._run(row, said)

    async def _run(self, row: InboxRow, said: Said) -> None:
        state, note = "done", None
        try:
            await self._handle(said, row.raw)
        except (BadInput, Unavailable, StorageDegraded) as error:
            note = body(f"🟠 {error}")
        except Poison:
            state, note = "poison", notices.unreadable()
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is told, by a reference
            ref = f"#{secrets.token_hex(2).upper()}"
            logger.opt(exception=error).error("handler_failed", ref=ref, update=row.update_id)
            state, note = "failed", notices.failed(said, ref)
        if note is None:
            await self._inbox.move(row.update_id, state)
        else:
            await self._end([said], state, note)

    def _verdict(self, said: Said) -> gate.Verdict:
        if not said.text:
            return "run"
        return gate.judge(gate.direction(said, self._commands), self._server.now() - said.date)


def _read(row: InboxRow) -> Said | None:
    """None for a row that holds nothing to act on; the pump stores none of those."""
    try:
        said = read(row.raw.encode())
    except msgspec.DecodeError:
        return None
    return said if isinstance(said, Said) else None
