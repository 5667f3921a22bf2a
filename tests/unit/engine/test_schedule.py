"""Ticks: steady, one at a time, and never cut short."""

import asyncio
from datetime import UTC, datetime

from engine.schedule import Schedule

PATIENCE_S = 20
"""For what comes within three seconds on an idle machine."""


async def test_a_job_never_runs_twice_at_once_and_goes_on_when_it_is_late() -> None:
    running = most = runs = 0
    thrice = asyncio.Event()

    async def slow() -> None:
        nonlocal running, most, runs
        running, runs = running + 1, runs + 1
        most = max(most, running)
        await asyncio.sleep(0.12)
        running -= 1
        if runs == 3:
            thrice.set()

    schedule = Schedule()
    schedule.every(0.05, slow, "slow")
    schedule.start()
    await asyncio.wait_for(thrice.wait(), PATIENCE_S)
    await schedule.stop()
    assert most == 1


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
    noted, release = asyncio.Event(), asyncio.Event()
    order = list[str]()
    schedule = Schedule()

    async def stuck() -> None:
        order.append("stuck begins")
        await release.wait()
        order.append("stuck ends")

    async def note() -> None:
        if order == ["stuck begins"]:
            order.append("quick")
            noted.set()

    schedule.every(0.02, stuck, "stuck")
    schedule.every(0.05, note, "quick")
    schedule.start()
    await asyncio.wait_for(noted.wait(), PATIENCE_S)
    release.set()
    await schedule.stop()
    assert order == ["stuck begins", "quick", "stuck ends"]


async def test_the_minute_comes_in_the_second_that_was_asked_for() -> None:
    ticked: list[datetime] = []
    noted = asyncio.Event()

    async def note() -> None:
        ticked.append(datetime.now(UTC))
        noted.set()

    schedule = Schedule()
    wanted = (datetime.now(UTC).second + 2) % 60
    schedule.each_minute(note, "minute", second=wanted)
    schedule.start()
    await asyncio.wait_for(noted.wait(), PATIENCE_S)
    await schedule.stop()
    assert [at.second for at in ticked] == [wanted]


async def test_an_idle_schedule_stops_without_waiting_for_its_next_job() -> None:
    ran = list[int]()

    async def later() -> None:
        ran.append(1)

    schedule = Schedule()
    schedule.every(3_600, later, "later")
    schedule.start()
    stopping = asyncio.create_task(schedule.stop())
    done, _ = await asyncio.wait([stopping], timeout=PATIENCE_S)
    assert done == {stopping}
    assert ran == []


async def test_one_that_does_not_tick_is_stopped_as_often_as_anybody_likes() -> None:
    ran, began = list[int](), asyncio.Event()

    async def work() -> None:
        ran.append(1)
        began.set()

    schedule = Schedule()
    schedule.every(0.01, work, "work")
    await schedule.stop()
    schedule.start()
    await asyncio.wait_for(began.wait(), PATIENCE_S)
    await schedule.stop()
    before = len(ran)
    await schedule.stop()
    await asyncio.sleep(0.05)
    assert len(ran) == before
