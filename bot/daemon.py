"""The composition root: settings in, a running desk out. The one place that knows every part."""

import asyncio
import errno
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from loguru import logger
from pydantic import SecretStr

from bot import ground, logs, running
from bot.access import Access
from bot.alerts import Alerts
from bot.body import body
from bot.doctor import HEARTBEAT
from bot.intents import Intents
from bot.options import DemoOptions
from bot.outbox import Say
from bot.preferences import PreferenceBook
from bot.reports import Reporter
from bot.room import Room, open_room
from bot.running import AwaitedFeed, Reached
from bot.services import Desk, Services
from bot.settings import Settings
from bot.shelf import FOLDER, Shelf, ShelfWatch
from bot.strangers import StrangerNotice, Strangers
from bot.telegram import Telegram
from bot.trials import Setup, Trials
from engine.clock import monotonic, wall_ms
from engine.control import DeskControl, Setting
from engine.feeds.paced import PacedFeed
from engine.model.errors import BadInput
from engine.model.messages import Event, Timer
from engine.model.roles import Role
from engine.plan import Plan
from engine.ports import Feed, Source
from engine.proof.verdicts import Verdicts
from engine.schedule import Schedule
from engine.venues.failures import VenueFailure
from engine.watchdog import Watchdog
from storage.db import Database
from storage.inbox import SqliteInbox
from storage.messages import forget_messages
from storage.outbox import SqliteOutbox
from storage.reports import SqliteReports
from storage.users import SqliteUsers

DELIVER_S = 30.0
"""How long the last messages of a demo may take."""
LOOK_S = 2.0
"""How often the folder of strategy files is looked at."""
DEMO_ADMIN, DEMO_TRADER, DEMO_VIEWER = 1001, 1002, 1003


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
        outbox, users = SqliteOutbox(room.database), SqliteUsers(room.database)
        self.users = users
        core = room.runner.core
        bases = {series.symbol: series.base for series in core.series.values()}
        shelf = Shelf(room.database.path.parent / FOLDER, core.desk.instruments, bases)
        self.verdicts = Verdicts(room.database.path.parent)
        hooks = {"refusal": self.verdicts.refusal, "market_state": ground.market_state}
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
        sent = SqliteReports(room.database)
        self.reporter = Reporter(control, room.archive, sent, say, access.people, preferences, zone, wall_ms)
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
        inbox = SqliteInbox(room.database)
        self.telegram = Telegram(wiring.token, wiring.api_url, services, inbox, outbox, access, self.post)

    def post(self, event: Event) -> None:
        """Put an event of the shell's own (a link) in the inbox, stamped with the desk's market time."""
        now = self.room.runner.core.state.now
        self.room.runner.post(msgspec.structs.replace(event, at=now))

    async def greet(self, warnings: Sequence[str] = ()) -> None:
        """Tell the admins what should be looked at, and that the desk has started."""
        admins = await self.access.admins()
        for warning in warnings:
            await self.say.alert(admins, body(f"⚠️ {warning}"))
        await self.alerts.greet()
        await self.trials.clear_up()

    async def minute(self) -> None:
        """A minute of wall time has passed: what the feed says of time in a simulated market."""
        self.room.runner.post(Timer(wall_ms(), "minute"))


async def demo(options: DemoOptions, source: Source, plan: Plan) -> int:
    """A simulated or recorded market, the whole bot, and its chat in the browser."""
    from bot.playground import DEMO_TOKEN, serve

    with (
        _asked_to_stop() as over,
        _logged(options.data_dir, "INFO", "ERROR", plan.zone, SecretStr(DEMO_TOKEN)) as log,
    ):
        async with (
            _opened(options.data_dir) as database,
            _port_checked(options.port),
            serve(token=DEMO_TOKEN, port=options.port, last_id=_first_id()) as emulator,
        ):
            await asyncio.to_thread(ground.expect_market, source, database.path)
            await forget_messages(database)  # the chat begins empty: a card is written anew, above what answers it
            room = await open_room(
                database,
                options.data_dir,
                plan,
                source.instruments,
                source.timeframes,
                source.history,
                source.start,
                "SIM",
            )
            venue = "replay" if options.replay else "sim market"
            wiring = Wiring(
                SecretStr(DEMO_TOKEN),
                emulator.url,
                {DEMO_ADMIN: Role.ADMIN, DEMO_TRADER: Role.TRADER, DEMO_VIEWER: Role.VIEWER},
                Setting("SIM", "SIM", True, venue, plan.limits, log.recent, monotonic),
                plan.zone,
                options.speed == 0 or options.seconds is not None,
                ground.of_demo(source, plan, options.data_dir),
            )
            parts = Parts(room, _demo_feed(options, source, room), wiring)
            await parts.greet()
            _say(f"The chat is open at {emulator.page_url} (Ctrl-C ends)")
            if options.browser:
                await asyncio.to_thread(webbrowser.open, emulator.page_url)
            await _live(parts, options.data_dir, options.seconds if options.speed else None, over)
            return _ended(parts)


async def run(settings: Settings) -> int:
    """The desk with a real bot on an exchange's public streams, trading in simulation."""
    plan = running.run_plan(settings)
    with (
        _asked_to_stop() as over,
        _logged(settings.data_dir, settings.log_level, settings.log_level, settings.zone, settings.token) as log,
    ):
        for warning in settings.warnings:
            logger.warning(warning)
        async with _opened(settings.data_dir) as database:
            _say(f"Asking {settings.exchange} for its markets.")
            since = running.newest_settlement(settings.data_dir)
            minutes = running.history_minutes(running.in_force(plan, settings.data_dir))
            ask = partial(running.reach, settings, minutes, since, _fetching)
            setting = Setting("SIM", settings.mode, False, settings.exchange, plan.limits, log.recent, monotonic)
            tries = ground.of_run(settings, plan)
            wiring = Wiring(settings.token, settings.api_url, settings.roles, setting, settings.zone, False, tries)
            failure = None
            try:
                reached = await running.before(over, ask())
            except VenueFailure as error:
                failure = error
                reached = await _awaiting(settings, plan, database, wiring, ask, error, over)
            if reached is None:
                return 0
            try:
                room = await running.market_room(settings, plan, database, reached)
                parts = Parts(room, reached.feed, wiring, minutes=True)
                if failure is None:
                    await parts.greet(settings.warnings)
                await _live(parts, settings.data_dir, None, over)
                return _ended(parts)
            finally:
                await reached.feed.close()


async def _awaiting(
    settings: Settings,
    plan: Plan,
    database: Database,
    wiring: Wiring,
    ask: running.Ask,
    failure: VenueFailure,
    over: asyncio.Event,
) -> Reached | None:
    """The whole desk but the market, until the exchange answers; None when it was asked to stop before."""
    known = running.known_markets(settings)
    if known is None:
        raise failure
    _say(f"{settings.exchange} does not answer ({failure}). The chat is open; trading begins when it does.")
    room = await running.waiting_room(settings, plan, database, known)
    feed = AwaitedFeed(known, ask, failure, over)
    parts = Parts(room, feed, wiring, minutes=True)
    await parts.greet(settings.warnings)
    await _live(parts, settings.data_dir, None, feed.ended)
    if feed.reached is None:
        _ended(parts)
    return feed.reached


def _first_id() -> int:
    """Seconds since 2026: a desk started again remembers message ids, and a new emulator must not use them again."""
    return wall_ms() // 1000 - 1_767_225_600


def _demo_feed(options: DemoOptions, source: Source, room: Room) -> PacedFeed:
    last = room.runner.last_event
    begin = source.start if last is None else last.at
    until = None if options.seconds is None or options.speed else begin + options.seconds * 1000
    if last is None:
        return PacedFeed(source, options.speed, until=until)
    return PacedFeed(source, options.speed, resume_after=last, until=until)


async def _live(parts: Parts, data_dir: Path, wall_limit: int | None, over: asyncio.Event) -> None:
    """Run until a signal, the end of the feed (where that ends the program) or the time limit; then stop in order."""
    room = parts.room
    stored = await parts.users.roles()
    for user, role in parts.wiring.roles.items():
        if role is Role.VIEWER and user not in stored:
            await parts.users.set_role(user, role, 0, wall_ms())
    schedule = Schedule()
    schedule.every(1, parts.reporter.look, "reports")
    schedule.every(60, parts.notice.look, "strangers")
    await parts.files.look()
    schedule.every(LOOK_S, parts.files.look, "strategy files")
    schedule.every(LOOK_S, lambda: parts.verdicts.beside(room.runner.core.lineup.plans, over.is_set), "checks")
    schedule.every(10, partial(_beat, data_dir), "heartbeat")
    await _beat(data_dir)
    if parts.minutes:
        schedule.each_minute(parts.minute, "minute")
    async with asyncio.TaskGroup() as group:
        core = group.create_task(room.runner.run(), name="core")
        watchdog = Watchdog(data_dir, room.runner)
        watched = group.create_task(watchdog.run(), name="watchdog")
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watchdog.trip, "SIGUSR1")
        fed = group.create_task(_fed(parts, over), name="feed")
        telegram = group.create_task(parts.telegram.run(), name="telegram")
        alerts = group.create_task(parts.alerts.run(), name="alerts")
        if wall_limit is not None:
            asyncio.get_running_loop().call_later(wall_limit, over.set)
        schedule.start()
        logger.info("desk_started", run=room.run, resumed=room.resumed)
        await over.wait()
        fed.cancel()
        await _stopped(parts, schedule)
        for task in (core, alerts, watched):
            task.cancel()
        await telegram


async def _stopped(parts: Parts, schedule: Schedule) -> None:
    """The order of stopping: the feed is off; the desk empties its inbox, says what is left to say, is pictured."""
    await schedule.stop()
    await parts.trials.close()
    await parts.room.runner.idle()
    await parts.alerts.catch_up()
    await parts.notice.look()
    if parts.wiring.ends:
        await parts.reporter.finish()
        await parts.telegram.empty(DELIVER_S)
    await parts.telegram.stop()
    await parts.room.runner.picture()


async def _fed(parts: Parts, over: asyncio.Event) -> None:
    """Bring the feed's events to the desk; at its end, the last report."""
    runner = parts.room.runner
    async for event in parts.feed.events():
        runner.post(event)
        await runner.space()
    await runner.idle()
    if parts.wiring.ends:
        over.set()
    else:
        await parts.alerts.catch_up()
        await parts.reporter.finish()


async def _beat(data_dir: Path) -> None:
    """A sign of life for those who look from outside: made by the loop itself, so it stops when the loop does."""
    await asyncio.to_thread((data_dir / HEARTBEAT).touch)


@contextmanager
def _asked_to_stop() -> Iterator[asyncio.Event]:
    """Set by SIGTERM and SIGINT from now on; the second signal forces."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def asked() -> None:
        if over.is_set():
            raise SystemExit(1)
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    try:
        yield over
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _ended(parts: Parts) -> int:
    state = parts.room.runner.core.state
    account = state.account()
    trades = sum(record.trades for record in state.strategies.values())
    open_now = len(state.holdings)
    _say(f"Stopped. {trades} trades closed, {open_now} open, equity {account.equity}.")
    return 0


@contextmanager
def _logged(folder: Path, level: str, terminal: str, zone: str, *secrets: SecretStr) -> Iterator[logs.Log]:
    try:
        log = logs.start(folder / "logs", level=level, terminal_level=terminal, zone=zone, secrets=secrets)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written ({error.strerror}); it takes a folder of yours.") from error
    try:
        yield log
    finally:
        log.close()


@asynccontextmanager
async def _opened(data_dir: Path) -> AsyncIterator[Database]:
    database = Database.open(data_dir)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _port_checked(port: int) -> AsyncIterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise BadInput(f"--port {port} cannot be had ({error.strerror}); it takes a free port, 0 for any.") from error


def _fetching(symbol: str, done: int, wanted: int) -> None:
    if done >= wanted:
        _say(f"{symbol}: {done} past minutes are here.")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
