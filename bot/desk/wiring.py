"""A desk with everything it is made of, each part in the hands of those that need it. Part of the composition."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec
from pydantic import SecretStr

from bot.backtests.trial import Setup
from bot.backtests.trials import Trials
from bot.desk.balance import market_state
from bot.desk.room import Room
from bot.desk.shelf import FOLDER, Shelf
from bot.desk.watch import ShelfWatch
from bot.dialogue.intents import Intents
from bot.dialogue.services import Desk, Services
from bot.news.alerts import Alerts
from bot.news.disk import DiskWatch
from bot.news.reports import Reporter
from bot.outbox.body import body
from bot.outbox.outbox import Say
from bot.outbox.spools import SpooledInbox, SpooledOutbox
from bot.people.access import Access
from bot.people.preferences import PreferenceBook
from bot.people.strangers import StrangerNotice, Strangers
from bot.telegram.telegram import Telegram
from engine.clock import wall_ms
from engine.control import DeskControl, Setting
from engine.model.messages import Event, Timer
from engine.model.roles import Role
from engine.ports import Feed
from engine.proof.verdicts import Verdicts
from storage.inbox import SqliteInbox
from storage.outbox import SqliteOutbox
from storage.reports import SqliteReports
from storage.users import SqliteUsers


class Wiring(msgspec.Struct, frozen=True):
    """What differs between the demo and a desk with a real bot."""

    token: SecretStr
    api_url: str
    roles: Mapping[int, Role]
    """Who may do what before anything is stored."""
    setting: Setting
    zone: str
    ends: bool
    """Whether the program is over when its feed is."""
    trials: Setup


class Parts:
    """A wired desk: everything built, nothing running yet."""

    def __init__(self, room: Room, feed: Feed, wiring: Wiring, *, minutes: bool = False) -> None:
        self.room, self.feed, self.wiring = room, feed, wiring
        self.minutes = minutes
        """Whether the desk's minute comes from the wall clock instead of the feed."""
        zone = ZoneInfo(wiring.zone)
        outbox, users = SpooledOutbox(SqliteOutbox(room.database)), SqliteUsers(room.database)
        self.users = users
        core = room.runner.core
        bases = {series.symbol: series.base for series in core.series.values()}
        shelf = Shelf(room.database.path.parent / FOLDER, core.desk.instruments, bases)
        self.verdicts = Verdicts(room.database.path.parent)
        hooks = {"refusal": self.verdicts.refusal, "market_state": market_state}
        setting = msgspec.structs.replace(wiring.setting, **hooks)
        control = DeskControl(room.runner, room.archive, setting, shelf)
        self.say = say = Say(outbox, wall_ms)
        admins = [user for user, role in wiring.roles.items() if role is Role.ADMIN]
        traders = [user for user, role in wiring.roles.items() if role is Role.TRADER]
        self.access = access = Access(admins, traders, users)
        self.files = ShelfWatch(shelf, say, access.admins)
        preferences = PreferenceBook(users)
        self.alerts = Alerts(control, room.archive, outbox, say, access.people, preferences, zone, wall_ms)
        room.journal.watch(self.alerts)
        sent, stored = SqliteReports(room.database), room.journal.settled
        self.reporter = Reporter(control, room.archive, sent, say, access.people, preferences, zone, wall_ms, stored)
        strangers = Strangers()
        self.notice = StrangerNotice(strangers, control, users, say, access.admins, zone, wall_ms)
        self.trials = Trials(wiring.trials, say, wall_ms)
        services = Services(
            control=control,
            intents=Intents(str(room.run)),
            say=say,
            users=users,
            preferences=preferences,
            people=access.people,
            strangers=strangers,
            archive=room.archive,
            desk=Desk(setting.mode, setting.venue, wiring.zone, setting.demo),
            clock=wall_ms,
            trials=self.trials,
        )
        self.disk = DiskWatch(
            lambda: room.journal.trouble, lambda: room.journal.pending, control.status, say, access.people
        )
        inbox = SpooledInbox(SqliteInbox(room.database))
        self.telegram = Telegram(wiring.token, wiring.api_url, services, inbox, outbox, access, self.post)

    def post(self, event: Event) -> None:
        """Put an event of the shell's own (a link) in the inbox, stamped with the desk's market time."""
        now = self.room.runner.core.state.now
        self.room.runner.post(msgspec.structs.replace(event, at=now))

    async def greet(self, warnings: Sequence[str]) -> None:
        """Tell the admins what should be looked at, and that the desk has started."""
        admins = await self.access.admins()
        for warning in warnings:
            await self.say.alert(admins, body(f"⚠️ {warning}"))
        await self.alerts.greet()
        await self.trials.clear_up()

    async def minute(self) -> None:
        """A minute of wall time has passed: what the feed says of time in a simulated market."""
        self.room.runner.post(Timer(wall_ms(), "minute"))
