"""What the engine reports, as messages to everybody who has a role; each journaled step is told once.

Rows and the journal sequence they were made from are stored together, so a start goes on where the last run ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.news.telling import Draft, Teller
from bot.outbox.body import encode
from bot.outbox.outbox import Say
from bot.people.preferences import Loudness, PreferenceBook, Preferences
from bot.screens import menu
from engine.control import Control
from engine.model.errors import StorageDegraded
from engine.model.messages import Report, Step
from engine.model.roles import Role
from engine.ports import Archive, Outbox, Outgoing

People = Callable[[], Awaitable[Mapping[int, Role]]]
"""Everybody who has a role, by user id, which is also the id of the private chat."""

RETRY_S = 1.0
"""From one look at the journal to the next while the database cannot be written."""


class Alerts:
    """Reads the journal from where the outbox's cursor is and stores messages. Woken as an Observer."""

    def __init__(
        self,
        control: Control,
        archive: Archive,
        outbox: Outbox,
        say: Say,
        people: People,
        preferences: PreferenceBook,
        zone: ZoneInfo,
        clock: Callable[[], int],
    ) -> None:
        self._control = control
        self._archive = archive
        self._outbox = outbox
        self._say = say
        self._people = people
        self._preferences = preferences
        self._zone = zone
        self._clock = clock
        self._news = asyncio.Event()
        self._teller = Teller(zone)
        self._cursor: int | None = None
        self._one = asyncio.Lock()

    def observe(self, step: Step) -> None:
        """A step is on disk: look at the journal again, if it reports anything."""
        if any(isinstance(effect, Report) for effect in step.effects):
            self._news.set()

    async def greet(self) -> None:
        """Tell the admins that the desk has started."""
        content = encode(menu.render_started(self._control.status(), self._zone))
        admins = [user for user, role in (await self._people()).items() if role == Role.ADMIN]
        await self._say.publish([Outgoing("reply", user, content, self._clock()) for user in admins])

    async def run(self) -> None:
        """Tell what is journaled, for ever."""
        while True:
            self._news.clear()
            try:
                await self.catch_up()
            except StorageDegraded:
                await asyncio.sleep(RETRY_S)  # messages of the journal are stored with its sequence, or not at all
            else:
                await self._news.wait()

    async def catch_up(self) -> None:
        """Tell everything journaled so far. Two callers take turns, or each would tell the same steps."""
        async with self._one:
            if self._cursor is None:
                self._cursor = await self._begin(await self._outbox.cursor())
            while steps := await self._archive.steps(self._cursor):
                await self._tell(steps)
                self._cursor = steps[-1].seq

    async def _begin(self, told: int) -> int:
        """What was told by an earlier life about a halt that is not over is remembered; answers `told`."""
        status = self._control.status()
        self._teller.remember((position.trade, position.symbol) for position in status.positions)
        halt = await self._archive.halt_under_way(told) if status.state == "HALTED" else None
        at = told if halt is None else halt - 1
        while steps := [step for step in await self._archive.steps(at) if step.seq <= told]:
            self._teller.drafts(steps)
            at = steps[-1].seq
        return told

    async def _tell(self, steps: Sequence[Step]) -> None:
        people = {user: await self._preferences.of(user) for user in await self._people()}
        items = [item for draft in self._teller.drafts(steps) for item in self._addressed(draft, people)]
        await self._say.publish(items, steps[-1].seq)

    def _addressed(self, draft: Draft, people: Mapping[int, Preferences]) -> list[Outgoing]:
        """A row for each person who wants to hear it. A person who has no role any more is not written to."""
        body, now, rows = encode(draft.content), self._clock(), []
        for chat, wishes in people.items():
            loud = _manner(draft, wishes, now, self._zone)
            if loud == "off" or draft.to not in (None, chat):
                continue
            silent = draft.silent or loud == "silent"
            rows.append(Outgoing(draft.lane, chat, body, now, key=draft.key, reply_to=draft.reply_to, silent=silent))
        return rows


def _manner(draft: Draft, wishes: Preferences, at: int, zone: ZoneInfo) -> Loudness:
    """How a draft arrives at a person: what is critical, and what the person asked for, always rings."""
    if draft.lane == "critical" or draft.to is not None:
        return "rings"
    if draft.matter is None:
        return "rings" if wishes.follows_trades else "off"
    return wishes.manner(draft.matter, at, zone, draft.notional)
