"""People without a role who write to us: never answered, counted, and told of to the admins once a day."""

import time
from collections.abc import Awaitable, Callable, Sequence
from zoneinfo import ZoneInfo

import msgspec
from loguru import logger

from bot.news.calendar import ended
from bot.outbox.body import encode
from bot.outbox.outbox import Say
from bot.screens.people import render_notice
from engine.control import Control
from engine.ports import Outgoing, Users

COUNT_EVERY_S = 60.0
KNOWN = 50
"""Most people remembered; who wrote longest ago is forgotten first."""
NOBODY = 0
"""The user under whose preferences the counts are stored: no person has this id."""


class Counted(msgspec.Struct):
    """What is kept: updates by user id, of the running day and in all."""

    day: str = ""
    """The last day that is over, as reports name it."""
    today: dict[int, int] = {}
    ever: dict[int, int] = {}
    """Who wrote last is last."""


class Strangers:
    """Counts updates of people without a role: one line of the log a minute at most, ids without texts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.seen = 0
        """Updates refused since the start."""
        self.counted = Counted()
        self._clock = clock
        self._logged = 0
        self._told: float | None = None

    def count(self, user: int | None) -> None:
        """One more update from this user (None where none can be told)."""
        self.seen += 1
        if user is not None:
            today, ever = self.counted.today, self.counted.ever
            today[user] = today.get(user, 0) + 1
            ever[user] = ever.pop(user, 0) + 1
            for counts in (today, ever):
                if len(counts) > KNOWN:
                    counts.pop(next(iter(counts)))
        now = self._clock()
        if self._told is None or now - self._told >= COUNT_EVERY_S:
            logger.info("strangers", users=list(self.counted.today)[-10:], updates=self.seen - self._logged)
            self._told, self._logged = now, self.seen


class StrangerNotice:
    """Keeps the counts, and once a day, on the clock, tells the admins of them: never because of an update."""

    def __init__(
        self,
        strangers: Strangers,
        control: Control,
        users: Users,
        say: Say,
        admins: Callable[[], Awaitable[Sequence[int]]],
        zone: ZoneInfo,
        clock: Callable[[], int],
    ) -> None:
        self._strangers = strangers
        self._control = control
        self._users = users
        self._say = say
        self._admins = admins
        self._zone = zone
        self._clock = clock
        self._stored: str | None = None
        """The counts as they are stored, None before they were read."""

    async def look(self) -> None:
        """Called each minute: stores the counts where they changed, and tells of a day that is over."""
        if self._stored is None:
            self._stored = await self._read()
        counted = self._strangers.counted
        at = self._control.status().at
        day = ended("daily", at, self._zone).name if at > 0 else counted.day
        if not counted.day:
            counted.day = day
        elif day > counted.day:
            await self._tell(day, counted.today)
            counted.day, counted.today = day, {}
        text = msgspec.json.encode(counted).decode()
        if text != self._stored:
            await self._users.set_preferences(NOBODY, text)
            self._stored = text

    async def _read(self) -> str:
        """What an earlier process counted goes before what this one has counted so far."""
        text = await self._users.preferences(NOBODY)
        before, now = msgspec.json.decode(text, type=Counted), self._strangers.counted
        now.day = before.day
        for kept, new in ((before.today, now.today), (before.ever, now.ever)):
            added = {user: count + kept.pop(user, 0) for user, count in new.items()}
            new.clear()
            new.update(kept | added)
        return text

    async def _tell(self, day: str, counted: dict[int, int]) -> None:
        """Said once for a day, silently: a stop before the counts are stored repeats it under the same name."""
        settled = await self._users.roles()
        counts = {user: count for user, count in counted.items() if user not in settled}
        if not counts:
            return
        content, now = encode(render_notice(counts)), self._clock()
        await self._say.publish(
            [
                Outgoing("report", admin, content, now, dedupe=f"strangers:{day}:{admin}", silent=True)
                for admin in await self._admins()
            ]
        )
