"""Hourly, daily and weekly reports by market time in each person's zone, each told once to each person."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.figures.charts import draw_days, draw_equity
from bot.news.calendar import HOUR_MS, KINDS, Kind, Period, delayed, due, ended
from bot.news.results import Results, equity_at, results
from bot.outbox.body import Body, encode
from bot.outbox.outbox import Say
from bot.people.preferences import PreferenceBook, Preferences
from bot.screens import report
from engine.control import Control
from engine.model.views import DayRow
from engine.ports import Archive, Outgoing, Reports

LOOK_MS = HOUR_MS // 4
"""Hours begin in every zone at a quarter of an hour."""
LIFE_MS = 2 * HOUR_MS
"""Wall time after which an undelivered report is not worth sending: the next one replaces it."""
DAY_MS = 24 * HOUR_MS
LOG_LINES = 1_000
"""Lines of the log that are looked at for errors."""
BAD = ("ERROR", "CRITICAL")
Written = dict[tuple[str, ZoneInfo, bool], tuple[Body, str]]
"""Reports of one look by period, zone and whether they are late: a body and the name of its message."""
Recipients = Callable[[], Awaitable[Mapping[int, int]]]
"""Everybody who is told, with the role (engine.model.roles)."""


async def final_report(control: Control, zone: ZoneInfo) -> Body:
    """The report of everything, with its chart where there are marks to draw."""
    view = await control.pnl("all")
    enough = len(view.equity_curve) > 1
    photo = await draw_equity(view.equity_curve, zone, "Equity") if enough else None
    return report.render_final(view, control.status(), zone, photo)


class Reporter:
    """Looks whether a report is due, writes it, and remembers that it was sent.

    The message is stored first under a name of its own, the claim after it: a stop between the two is repaired
    by the next look, and the name keeps the message from being stored twice.
    """

    def __init__(
        self,
        control: Control,
        archive: Archive,
        sent: Reports,
        say: Say,
        recipients: Recipients,
        preferences: PreferenceBook,
        zone: ZoneInfo,
        clock: Callable[[], int],
        stored: Callable[[], Awaitable[None]],
    ) -> None:
        """`stored` returns when everything that has happened can be read in the archive."""
        self._stored = stored
        self._control = control
        self._archive = archive
        self._sent = sent
        self._say = say
        self._recipients = recipients
        self._preferences = preferences
        self._zone = zone
        self._clock = clock
        self._seen = 0
        """The quarter of an hour of the last look."""
        self._last: dict[tuple[Kind, int], str | None] = {}
        self._hours: dict[ZoneInfo, tuple[str, int]] = {}
        """Name and open positions of the last hourly report, while nothing has changed since."""

    async def look(self) -> None:
        """Send what is due by market time. Called each second; looks closer once in a quarter of an hour."""
        at = self._control.status().at
        quarter = at // LOOK_MS
        if at <= 0 or quarter == self._seen:
            return
        await self._stored()
        written: Written = {}
        for person in await self._recipients():
            wishes = await self._preferences.of(person)
            for period in due(at, wishes.where(self._zone), await self._known(person), wishes.hour):
                await self._tell(person, wishes, period, at, written)
        self._seen = quarter

    async def finish(self) -> str:
        """The report at the end of a replay, to everybody; answers its text."""
        final = await final_report(self._control, self._zone)
        content = encode(final)
        name, now = f"final:{self._control.status().at}", self._clock()
        people = await self._recipients()
        await self._say.publish(
            [Outgoing("report", person, content, now, dedupe=f"{name}:{person}") for person in people]
        )
        return final.text

    async def _known(self, person: int) -> dict[Kind, str | None]:
        for kind in KINDS:
            if (kind, person) not in self._last:
                self._last[kind, person] = await self._sent.last(kind, person)
        return {kind: self._last[kind, person] for kind in KINDS}

    async def _tell(
        self,
        person: int,
        wishes: Preferences,
        period: Period,
        at: int,
        written: Written,
    ) -> None:
        """One report to one person. Somebody new is told from the next period on."""
        now, zone = self._clock(), wishes.where(self._zone)
        loud = wishes.manner(period.kind, now, self._zone)
        if self._last[period.kind, person] is not None and loud != "off":
            late = delayed(period, at, zone, wishes.hour)
            if (period.name, zone, late) not in written:
                written[period.name, zone, late] = await self._write(period, zone, late)
            content, key = written[period.name, zone, late]
            item = Outgoing(
                lane="report",
                chat=person,
                body=encode(content),
                at=now,
                dedupe=f"report:{period.kind}:{period.name}:{person}",
                key=key,
                silent=loud == "silent",
                not_after=now + LIFE_MS,
            )
            await self._say.publish([item])
        await self._sent.claim(period.kind, person, period.name, at)
        self._last[period.kind, person] = period.name

    async def _write(self, period: Period, zone: ZoneInfo, late: bool) -> tuple[Body, str]:
        """The message and its name; an hour in which nothing happened takes the name of the one before."""
        found, day = await self._results(period, zone)
        status = self._control.status()
        name = f"report:{period.kind}:{period.name}"
        match period.kind:
            case "hourly":
                before = self._hours.get(zone)
                if before and before[1] == found.open and not found.trades and not found.change:
                    name = before[0]
                self._hours[zone] = (name, found.open)
                return report.render_hourly(period, found, day, status, zone, late), name
            case "daily":
                photo = await _curve(found, period, zone)
                return report.render_period(period, found, status, zone, late, photo, self._errors(period)), name
            case "weekly":
                photo = await draw_days(await self._days(period, zone), f"Week {period.name[5:]}")
                errors, risk = self._errors(period), self._control.risk()
                return report.render_period(period, found, status, zone, late, photo, errors, risk), name

    def _errors(self, period: Period) -> int:
        """Errors in the log within the last wall time of the period's length, as far back as lines are kept."""
        since = self._clock() - (period.end - period.start)
        return sum(line.level in BAD and line.at >= since for line in self._control.logs(LOG_LINES))

    async def _results(self, period: Period, zone: ZoneInfo) -> tuple[Results, Decimal]:
        """The period's result, and that of its local day until the end of the period."""
        midnight = ended("daily", period.end - 1, zone).end
        trades = await self._archive.trades(period.start)
        marks = await self._archive.marks(min(period.start, midnight) - DAY_MS)
        start = self._control.status().account.start
        found = results(period, trades, marks, start)
        return found, found.end - equity_at(marks, midnight, start)

    async def _days(self, week: Period, zone: ZoneInfo) -> list[DayRow]:
        trades = await self._archive.trades(week.start)
        marks = await self._archive.marks(week.start - DAY_MS)
        days, at = [], week.end
        while at > week.start:
            day = ended("daily", at, zone)
            one = results(day, trades, marks, self._control.status().account.start)
            days.append(DayRow(day.name, one.change, len(one.trades)))
            at = day.start
        return days[::-1]


async def _curve(found: Results, period: Period, zone: ZoneInfo) -> bytes | None:
    if len(found.curve) < 2:
        return None
    return await draw_equity(found.curve, zone, f"Equity, {period.name}")
