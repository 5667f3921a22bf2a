import asyncio
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import pytest

from engine.feeds.files import Candles
from engine.feeds.paced import PacedFeed
from engine.feeds.replay import ReplaySource
from engine.model.errors import BadInput
from engine.model.messages import Event, Timer
from tests.scripted import scripted


class WallClock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.turns = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.turns += seconds == 0
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


def market(minutes: int = 5) -> ReplaySource:
    return scripted({"B": [100.0 + i for i in range(minutes)]})


async def take(feed: PacedFeed, count: int | None = None) -> list[Event]:
    events = []
    async for event in feed.events():
        events.append(event)
        if len(events) == count:
            break
    return events


async def arrivals(feed: PacedFeed, clock: WallClock) -> list[float]:
    """Wall seconds from the first moment at which each event was given."""
    began = clock.now
    return [round(clock.now - began, 6) async for _ in feed.events()]


async def test_speed_is_market_seconds_a_wall_second(clock: WallClock) -> None:
    feed = PacedFeed(market(2), 60, monotonic=clock, sleep=clock.sleep)
    # Minutes close 60 and 120 market seconds after the start, each Timer comes a second later.
    assert await arrivals(feed, clock) == pytest.approx([1, 61 / 60, 2, 121 / 60])


async def test_at_speed_nought_nothing_waits_and_the_loop_gets_its_turns(clock: WallClock) -> None:
    feed = PacedFeed(market(320), monotonic=clock, sleep=clock.sleep)
    assert await arrivals(feed, clock) == [0.0] * 640
    assert clock.turns == 10


async def test_a_market_that_is_always_due_still_gives_the_loop_its_turns(clock: WallClock) -> None:
    feed = PacedFeed(market(320), 1e6, monotonic=clock, sleep=clock.sleep)
    async for _ in feed.events():
        clock.now += 0.1
    assert clock.turns >= 9


async def test_a_suspended_machine_does_not_catch_up(clock: WallClock) -> None:
    feed = PacedFeed(market(4), 60, monotonic=clock, sleep=clock.sleep)
    times = []
    async for event in feed.events():
        if not isinstance(event, Timer):
            times.append(clock.now)
            if len(times) == 2:
                clock.now += 100.0
    # The Timer, late by 100 s, is given at once; the next minute closes 59 market seconds after it.
    assert times[2] - times[1] == pytest.approx(100 + 59 / 60)
    assert times[3] - times[2] == pytest.approx(1)


async def test_a_hurry_skips_the_waits_of_its_time_and_then_the_pace_is_the_usual(clock: WallClock) -> None:
    feed = PacedFeed(market(6), 60, monotonic=clock, sleep=clock.sleep)
    times = []
    async for event in feed.events():
        if not isinstance(event, Timer):
            times.append(clock.now)
            if len(times) == 1:
                feed.hurry(180_000)
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == pytest.approx([0, 0, 0, 1, 1], abs=0.02)


async def test_it_ends_with_the_source_or_at_the_given_time() -> None:
    source = market(5)
    assert await take(PacedFeed(source)) == list(source.events())
    until = source.start + 120_000
    assert [event.at - until for event in await take(PacedFeed(source, until=until))] == [-60_000, -59_000, 0]


async def test_it_goes_on_after_any_event_of_the_same_source() -> None:
    source = market(4)
    everything: Sequence[Event] = list(source.events())
    for done, event in enumerate(everything, start=1):
        stored = msgspec.json.decode(msgspec.json.encode(event), type=Event)
        feed = PacedFeed(source, resume_after=stored)
        assert feed.at == event.at
        assert await take(feed) == everything[done:]


async def test_it_goes_on_after_a_candle_that_is_no_number() -> None:
    source = scripted({"B": [1.0, float("nan"), 2.0]})
    events = list(source.events())
    rest = await take(PacedFeed(source, resume_after=events[2]))
    assert [event.at for event in rest] == [event.at for event in events[3:]]


async def test_going_on_in_another_market_is_refused() -> None:
    foreign = list(scripted({"B": [100.0, 101.0, 103.0]}).events())
    for event in (foreign[4], Timer(foreign[4].at + 86_400_000, "minute")):
        with pytest.raises(BadInput, match="same seed, symbols or files"):
            await take(PacedFeed(market(4), resume_after=event))


async def test_history_is_the_sources() -> None:
    rows = market(5)
    source = ReplaySource([*_recordings(rows)], start=rows.start + 120_000)
    assert await PacedFeed(source).history() == list(source.history())
    assert len(await PacedFeed(source).history()) == 2


def _recordings(source: ReplaySource) -> list[Candles]:
    return [Candles("B", "1m", source.bars("B"))]


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(BadInput, match="it takes a number from 0"):
        PacedFeed(market(), speed)
