"""APScheduler, and nothing else: ticks that post or look. What is due is decided elsewhere, from stored state."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger


class Schedule:
    """A memory job store in UTC. A late job runs once, never twice at the same time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def every(self, seconds: float, job: Callable[[], Awaitable[None]], name: str) -> None:
        """Run a job at a steady interval."""
        self._scheduler.add_job(job, IntervalTrigger(seconds=seconds, timezone="UTC"), id=name, name=name)

    def each_minute(self, job: Callable[[], Awaitable[None]], name: str, second: int = 1) -> None:
        """Run a job once a minute, `second` seconds after the full one."""
        self._scheduler.add_job(job, CronTrigger(second=second, timezone="UTC"), id=name, name=name)

    def start(self) -> None:
        """Begin ticking on the running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a running job is left to its owner."""
        self._scheduler.shutdown(wait=False)
