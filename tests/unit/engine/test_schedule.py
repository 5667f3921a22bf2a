"""Ticks: steady, one at a time, and never cut short."""

import asyncio
from datetime import UTC, datetime

from engine.schedule import Schedule


async def test_a_job_never_runs_twice_at_once_and_goes_on_when_it_is_late() -> None:
    running = most = runs = 0

    async def slow() -> None:
        nonlocal running, most, runs
        running, runs = running + 1, runs + 1
        most = max(most, running)
        await asyncio.sleep(0.12)
        running -= 1

    schedule = Schedule()
    schedule.every(0.05, slow, "slow")
    schedule.start()
    await asyncio.sleep(0.6)
    await schedule.stop()
    assert most == 1
    assert runs >= 2


async def test_stop_waits_for_the_job_that_runs_and_starts_no_other() -> None:
    begun, ended = list[int](), list[int]()
    started = asyncio.Event()

    async def slow() -> None:
        started.set()
        begun.append(1)
        await asyncio.sleep(0.3)
        ended.append(1)

    schedule = Schedule()
    schedule.every(0.05, slow, "slow")
    schedule.start()
    await started.wait()
    await schedule.stop()
    assert begun == ended == [1]
    await asyncio.sleep(0.15)
    assert begun == [1]


async def test_one_job_does_not_wait_for_another() -> None:
    quick = asyncio.Event()
    schedule = Schedule()
    release = asyncio.Event()

    async def stuck() -> None:
        await release.wait()

    async def note() -> None:
        quick.set()

    schedule.every(0.02, stuck, "stuck")
    schedule.every(0.05, note, "quick")
    schedule.start()
    await asyncio.wait_for(quick.wait(), 2)
    release.set()
    await schedule.stop()


async def test_the_minute_comes_in_the_second_that_was_asked_for() -> None:
    ticked: list[datetime] = []

    async def note() -> None:
        ticked.append(datetime.now(UTC))

    schedule = Schedule()
    wanted = (datetime.now(UTC).second + 2) % 60
    schedule.each_minute(note, "minute", second=wanted)
    schedule.start()
    await asyncio.sleep(2.3)
    await schedule.stop()
    assert [at.second for at in ticked] == [wanted]


async def test_stopping_an_idle_schedule_is_immediate() -> None:
    schedule = Schedule()
    schedule.start()
    await asyncio.wait_for(schedule.stop(), 1)
