"""APScheduler, and nothing else: ticks that post or look. What is due is decided elsewhere, from stored state."""

import asyncio
from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from engine.model.errors import StorageDegraded

Job = Callable[[], Awaitable[None]]


class Schedule:
    """A memory job store in UTC. A late job runs once, never twice at the same time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._ticks = False
        self._running: set[str] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def every(self, seconds: float, job: Job, name: str) -> None:
        """Run a job at a steady interval."""
        self._add(job, IntervalTrigger(seconds=seconds, timezone="UTC"), name)

    def each_minute(self, job: Job, name: str, second: int = 1) -> None:
        """Run a job once a minute, `second` seconds after the full one."""
        self._add(job, CronTrigger(second=second, timezone="UTC"), name)

    def start(self) -> None:
        """Begin ticking on the running loop."""
        self._scheduler.start()
        self._ticks = True

    async def stop(self) -> None:
        """Stop ticking and let what runs come to its end: a shutdown of the scheduler alone would cancel it.

        Nothing happens to one that does not tick, or no longer.
        """
        if not self._ticks:
            return
        self._ticks = False
        self._scheduler.pause()
        await asyncio.sleep(0)  # what was started in this very tick is counted only now
        await self._idle.wait()
        self._scheduler.shutdown(wait=False)

    def _add(self, job: Job, trigger: BaseTrigger, name: str) -> None:
        async def counted() -> None:
            self._running.add(name)
            self._idle.clear()
            try:
                await job()
            except StorageDegraded:
                return  # the disk's own state is told once by who watches it; the job comes again
            finally:
                self._running.discard(name)
                if not self._running:
                    self._idle.set()

        self._scheduler.add_job(counted, trigger, id=name, name=name)
