"""The life of a wired desk: from its first event to the order of stopping. Part of the composition."""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from loguru import logger

from bot.desk.wiring import Parts
from bot.outbox.link import NAME as TELEGRAM
from bot.program.doctor import HEARTBEAT
from bot.program.terminal import show
from engine.clock import wall_ms
from engine.model.messages import LinkUp
from engine.model.roles import Role
from engine.schedule import Schedule
from engine.watchdog import Watchdog

DELIVER_S = 30.0
"""How long the last messages of a demo may take."""
ABORT_S = 10.0
"""How long jobs that run may take to their end after a part of the desk has failed."""
LOOK_S = 2.0
"""How often the folder of strategy files is looked at."""


async def live(
    parts: Parts, data_dir: Path, wall_limit: int | None, over: asyncio.Event, greeting: Sequence[str] | None = ()
) -> None:
    """Run until a signal, the end of the feed (where that ends the program) or the time limit; then stop in order.

    `greeting`: what the admins should look at, told when the desk says that it has started; None: it says nothing.
    """
    schedule = Schedule()
    try:
        await _live(parts, data_dir, wall_limit, over, greeting, schedule)
    finally:
        # Where a part has failed nobody else has stopped the ticks: cut off in the middle of a read, they would tell
        # of an error that is none.
        over.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(schedule.stop(), ABORT_S)


async def _live(
    parts: Parts,
    data_dir: Path,
    wall_limit: int | None,
    over: asyncio.Event,
    greeting: Sequence[str] | None,
    schedule: Schedule,
) -> None:
    room = parts.room
    stored = await parts.users.roles()
    for user, role in parts.wiring.roles.items():
        if role is Role.VIEWER and user not in stored:
            await parts.users.set_role(user, role, 0, wall_ms())
    schedule.every(1, parts.reporter.look, "reports")
    schedule.every(1, parts.disk.look, "disk")
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
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watchdog.trip, "SIGUSR1")
        await watchdog.begin()
        watched = group.create_task(watchdog.run(), name="watchdog")
        if greeting is not None:
            await parts.greet(greeting)
        fed = group.create_task(_fed(parts, over), name="feed")
        if not room.runner.core.state.links.get(TELEGRAM, True):
            parts.post(LinkUp(wall_ms(), TELEGRAM))  # a new pump says only what breaks from now on
        telegram = group.create_task(parts.telegram.run(), name="telegram")
        alerts = group.create_task(parts.alerts.run(), name="alerts")
        if wall_limit is not None:
            asyncio.get_running_loop().call_later(wall_limit, over.set)
        schedule.start()
        logger.info("desk_started", run=room.run, resumed=room.resumed)
        await over.wait()
        fed.cancel()
        await _stop(parts, schedule)
        for task in (core, alerts, watched):
            task.cancel()
        await telegram


async def _stop(parts: Parts, schedule: Schedule) -> None:
    """The order of stopping: the feed is off; the desk empties its inbox, says what is left to say, is pictured."""
    await schedule.stop()
    await parts.trials.close()
    await parts.room.runner.idle()
    await parts.alerts.catch_up()
    await parts.notice.look()
    if parts.wiring.ends:
        show(await parts.reporter.finish())
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
