"""The composition root: settings in, a running desk out, in a demo or for real."""

import asyncio
import errno
import os
import sys
import webbrowser
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from loguru import logger
from pydantic import SecretStr

from bot import logs
from bot.desk import ground, lineage, running
from bot.desk.life import live
from bot.desk.room import Room, open_room
from bot.desk.running import AwaitedFeed, Reached
from bot.desk.stopping import asked_to_stop
from bot.desk.wiring import Parts, Wiring
from bot.figures.currency import tell_of, unit
from bot.options.options import DemoOptions
from bot.settings import Settings
from engine import ledger
from engine.clock import monotonic, wall_ms
from engine.control import Setting
from engine.feeds.paced import PacedFeed
from engine.feeds.scripted import ScriptedFeed, unscripted
from engine.model.errors import BadInput
from engine.model.money import plain
from engine.model.roles import Role
from engine.plan import Plan
from engine.ports import Feed, Source
from engine.venues.failures import VenueFailure
from storage.db import Database
from storage.messages import forget_messages

CHAT = "chat.json"
"""File of the demo's data directory that holds what was said."""
DEMO_ADMIN, DEMO_TRADER, DEMO_VIEWER = 1001, 1002, 1003


async def demo(options: DemoOptions, source: Source, plan: Plan) -> int:
    """A simulated or recorded market, the whole bot, and its chat in the browser."""
    from bot.playground import DEMO_TOKEN, serve

    tell_of(source.instruments)
    tries = ground.of_demo(source, plan, options.data_dir)
    await asyncio.to_thread(lineage.expect_kin, tries.ground, plan.strategies)  # before anything is made
    async with AsyncExitStack() as stack:
        over = stack.enter_context(asked_to_stop())
        with _port_checked(options.port):  # before anything is made
            served = serve(token=DEMO_TOKEN, port=options.port, last_id=_first_id(), keep=options.data_dir / CHAT)
            emulator = await stack.enter_async_context(served)
        log = stack.enter_context(_logged(options.data_dir, "INFO", "ERROR", plan.zone, SecretStr(DEMO_TOKEN)))
        async with _opened(options.data_dir) as database:
            await asyncio.to_thread(ground.expect_market, source, database.path, options.cash)
            if not emulator.resumed:
                await forget_messages(database)  # the chat is empty: a card is written anew, above what answers it
            room = await open_room(
                database,
                options.data_dir,
                plan,
                source.instruments,
                source.timeframes,
                source.history,
                source.start,
                "SIM",
                script=options.script,
            )
            venue = "replay" if options.replay else "sim market"
            wiring = Wiring(
                SecretStr(DEMO_TOKEN),
                emulator.url,
                {DEMO_ADMIN: Role.ADMIN, DEMO_TRADER: Role.TRADER, DEMO_VIEWER: Role.VIEWER},
                Setting("SIM", "SIM", True, venue, plan.limits, log.recent, monotonic),
                plan.zone,
                options.speed == 0 or options.seconds is not None,
                tries,
            )
            parts = Parts(room, _demo_feed(options, source, room), wiring)
            _say(f"The chat is open at {emulator.page_url} (Ctrl-C ends)")
            if options.browser:
                await asyncio.to_thread(webbrowser.open, emulator.page_url)
            await live(parts, options.data_dir, options.seconds if options.speed else None, over)
            ended = _ended(parts)
            if options.browser and options.seconds is None and not over.asked:
                over.clear()
                _say(f"The bot has stopped; its chat can be read at {emulator.page_url} (Ctrl-C ends)")
                await over.wait()
            return ended


async def run(settings: Settings) -> int:
    """The desk with a real bot on an exchange's public streams, trading in simulation."""
    plan = running.run_plan(settings)
    tries = ground.of_run(settings, plan)
    await asyncio.to_thread(lineage.expect_kin, tries.ground, plan.strategies)
    with (
        asked_to_stop() as over,
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
                await live(parts, settings.data_dir, None, over, settings.warnings if failure is None else None)
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
    _say(f"{settings.exchange} cannot be reached: {failure}. Trading begins when it can; the bot is asked to tell so.")
    room = await running.waiting_room(settings, plan, database, known)
    feed = AwaitedFeed(known, ask, failure, over)
    parts = Parts(room, feed, wiring, minutes=True)
    await live(parts, settings.data_dir, None, feed.ended, settings.warnings)
    if feed.reached is None:
        _ended(parts)
    return feed.reached


def _first_id() -> int:
    """Seconds since 2026: a desk started again remembers message ids, and a new emulator must not use them again."""
    return wall_ms() // 1000 - 1_767_225_600


def _demo_feed(options: DemoOptions, source: Source, room: Room) -> Feed:
    last = room.runner.last_event
    if last is not None and options.script is not None:
        last = unscripted(last)
    begin = source.start if last is None else last.at
    until = None if options.seconds is None or options.speed else begin + options.seconds * 1000
    feed = PacedFeed(source, options.speed, resume_after=last, until=until)
    return feed if options.script is None else ScriptedFeed(feed, options.script)


def _ended(parts: Parts) -> int:
    state = parts.room.runner.core.state
    account = ledger.account(state)
    trades = sum(record.trades for record in state.strategies.values())
    open_now = len(state.holdings)
    _say(f"Stopped. {trades} trades closed, {open_now} open, equity {plain(account.equity)}{unit()}.")
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


@contextmanager
def _port_checked(port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = os.strerror(error.errno).lower()
        raise BadInput(f"--port {port} cannot be had ({why}); it takes a free port, 0 for any.") from error


def _fetching(symbol: str, done: int, wanted: int) -> None:
    if done >= wanted:
        _say(f"{symbol}: {done} past minutes are here.")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
