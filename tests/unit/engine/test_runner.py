"""The shell's loop: who goes first, what is written down, when people are answered, what a restart accepts."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest

from engine.model.commands import Action, Halt, Pause, Resume
from engine.model.errors import BadInput, StorageDegraded
from engine.model.messages import CandleClosed, Command, Event, LinkDown, LinkUp, Quote, Step, Timer
from engine.runner import EVERY, FULL, Runner
from storage.coding import decode, encode
from tests.desk import Desk, long
from tests.doubles.journal import MemoryJournal
from tests.scripted import START

NAN = float("nan")


def made(journal: MemoryJournal, desk: Desk | None = None) -> Runner:
    """A runner over a desk of one symbol that buys at its first bar, with its stop at 90."""
    desk = desk or Desk({0: long(90)})
    runner = Runner(desk.core, desk.broker, journal, time.monotonic)
    journal.observers.append(runner)
    return runner


def bar(number: int, close: float = 100.0, low: float | None = None) -> CandleClosed:
    opened = START + number * 60_000
    return CandleClosed(opened + 60_000, "BTC", "1m", opened, 100.0, 100.0, min(close, low or close), close, 9.0)


def quote(at: int, bid: float) -> Quote:
    return Quote(at, "BTC", bid, bid + 0.1)


def wish(intent: str, action: Action, at: int = START) -> Command:
    return Command(at, 7, intent, action)


def events(journal: MemoryJournal) -> list[Event]:
    """What was written down, the venue's own facts apart."""
    outside = CandleClosed | Quote | Command | Timer
    return [step.event for turn in journal.turns for step in turn if isinstance(step.event, outside)]


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator[None]:
    """The loop turns inside this block."""
    task = asyncio.create_task(runner.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def lived(given: Sequence[Event], desk: Desk | None = None) -> tuple[Runner, MemoryJournal]:
    """A desk that has handled these events."""
    journal = MemoryJournal()
    runner = made(journal, desk)
    async with running(runner):
        for event in given:
            runner.post(event)
        await runner.idle()
    return runner, journal


def stored(journal: MemoryJournal) -> list[Step]:
    """The steps as a database gives them back."""
    return [decode(encode(step)) for turn in journal.turns for step in turn]


async def test_commands_overtake_the_feed_in_the_order_they_were_given() -> None:
    pause, resume, halt = wish("a", Pause()), wish("b", Resume()), wish("c", Halt())
    runner, journal = await lived([bar(0), bar(1), pause, resume, halt])
    assert events(journal) == [pause, resume, halt, bar(0), bar(1)]
    assert runner.core.state.trading == "HALTED"


async def test_a_command_is_answered_only_when_it_is_on_disk() -> None:
    journal = MemoryJournal(held=True)
    runner = made(journal)
    answer = runner.answer("a")
    async with running(runner):
        runner.post(wish("a", Pause()))
        async with asyncio.timeout(20):
            while runner.core.state.trading != "REDUCING":  # noqa: ASYNC110 - the core makes no event of it
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)
        assert not answer.done()
        journal.release()
        assert (await answer).code == "paused"


async def test_two_people_are_answered_apart() -> None:
    journal = MemoryJournal()
    runner = made(journal)
    first, second = runner.answer("a"), runner.answer("b")
    async with running(runner):
        runner.post(wish("b", Resume()))
        runner.post(wish("a", Pause()))
        assert [(await first).code, (await second).code] == ["paused", "active"]


async def test_an_answer_nobody_waits_for_any_more_disturbs_nothing() -> None:
    journal = MemoryJournal()
    runner = made(journal)
    runner.answer("a").cancel()
    async with running(runner):
        runner.post(wish("a", Pause()))
        await runner.idle()
    assert runner.core.state.trading == "REDUCING"


async def test_quotes_nobody_cares_for_leave_no_trace() -> None:
    runner, journal = await lived([quote(START + 1, 99.0), quote(START + 2, 99.0)])
    assert journal.turns == []
    assert (runner.core.state.seq, runner.core.state.now) == (0, 0)
    assert runner.fed is not None


async def test_a_quote_that_fills_is_written_with_what_came_of_it() -> None:
    entry = quote(bar(0).at + 5, 100.0)
    runner, journal = await lived([bar(0), entry])
    assert events(journal) == [bar(0), entry]
    assert type(journal.turns[-1][0].event).__name__ == "OrderFilled"
    assert "BTC" in runner.core.state.holdings


async def test_of_a_minutes_quotes_that_fill_nothing_the_first_is_written_with_the_next_event() -> None:
    at = bar(0).at
    entry, first, more = quote(at + 5, 100.0), quote(at + 60_005, 99.0), quote(at + 60_900, 98.0)
    _, journal = await lived([bar(0), entry, bar(1), first, more])
    assert events(journal) == [bar(0), entry, bar(1)]
    _, journal = await lived([bar(0), entry, bar(1), first, more, bar(2)])
    assert events(journal) == [bar(0), entry, bar(1), first, bar(2)]


async def test_a_stop_spared_by_quotes_is_spared_when_the_journal_is_played_back() -> None:
    """The bar's low is under the stop at 90, but no bid was: its quotes were looked at as they came."""
    at = bar(0).at
    script: list[Event] = [bar(0), quote(at + 5, 100.0), bar(1), quote(at + 60_005, 99.0), bar(2, low=85.0), bar(3)]
    calm, journal = await lived(script)
    assert "BTC" in calm.core.state.holdings
    again = made(MemoryJournal())
    again.recover(stored(journal))
    assert again.core.state == calm.core.state


async def test_a_feed_waits_while_the_inbox_is_full() -> None:
    runner = made(MemoryJournal())
    for number in range(FULL - 1):
        runner.post(Timer(START + number, "minute"))
    await asyncio.wait_for(runner.space(), 20)
    runner.post(Timer(START + FULL, "minute"))
    waiting = asyncio.create_task(runner.space())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    async with running(runner):
        await asyncio.wait_for(waiting, 20)


async def test_nothing_is_idle_before_it_is_on_disk() -> None:
    journal = MemoryJournal(held=True)
    runner = made(journal)
    async with running(runner):
        runner.post(bar(0))
        idle = asyncio.create_task(runner.idle())
        await asyncio.sleep(0.02)
        assert not idle.done()
        journal.release()
        await asyncio.wait_for(idle, 20)


async def test_a_disk_that_is_full_for_a_while_does_not_end_the_desk() -> None:
    class Full(MemoryJournal):
        async def settled(self) -> None:
            raise StorageDegraded("no space left")

    journal = Full()
    runner = made(journal)
    async with running(runner):
        for number in range(EVERY + 1):
            runner.post(Timer(START + number, "minute"))
        runner.post(bar(0))
        end = time.monotonic() + 10
        while runner.last_event != bar(0):
            assert time.monotonic() < end
            await asyncio.sleep(0.01)
    assert journal.snapshots == []


async def test_a_disk_that_takes_nothing_is_a_link_that_is_down_until_it_does_again() -> None:
    journal = MemoryJournal()
    runner = made(journal)
    async with running(runner):
        for trouble in ("disk is full", "disk is full", "", ""):
            journal.trouble = trouble
            runner.post(Timer(START, "minute"))
            await runner.idle()
    moved = [step.event for turn in journal.turns for step in turn if isinstance(step.event, LinkDown | LinkUp)]
    assert moved == [LinkDown(START, "storage", "disk is full"), LinkUp(START, "storage")]
    again = made(MemoryJournal())
    again.recover(stored(journal))
    assert again.core.state == runner.core.state


async def test_a_command_is_answered_at_once_and_says_so_while_the_disk_takes_nothing() -> None:
    journal = MemoryJournal(held=True)
    runner = made(journal)
    async with running(runner):
        early = runner.answer("early")
        runner.post(wish("early", Pause()))
        await asyncio.sleep(0.01)
        assert not early.done(), "while the disk is merely slow it is waited for"
        journal.trouble = "disk is full"
        late = runner.answer("late")
        runner.post(wish("late", Halt()))
        answers = [await asyncio.wait_for(each, 1) for each in (early, late)]
    assert [(answer.ok, answer.durable) for answer in answers] == [(True, False)] * 2
    assert all("cannot be written" in answer.text for answer in answers)
    assert runner.core.state.trading == "HALTED"


async def test_a_picture_is_taken_every_so_many_steps() -> None:
    _, journal = await lived([Timer(START + number, "minute") for number in range(2 * EVERY + 1)])
    assert [seq for seq, _ in journal.snapshots] == [EVERY, 2 * EVERY]


async def test_a_replay_ends_where_the_desk_was() -> None:
    script: list[Event] = [
        bar(0),
        wish("a", Pause(), bar(0).at),
        bar(1),
        bar(2, 95.0),
        wish("b", Halt(), bar(2).at),
        bar(3, 89.0),
    ]
    calm, journal = await lived(script)
    again = made(MemoryJournal())
    again.recover(stored(journal))
    assert again.core.state == calm.core.state
    assert again.last_event == calm.last_event == bar(3, 89.0)


async def test_a_refused_bar_that_holds_no_number_is_played_back_too() -> None:
    odd = msgspec.structs.replace(bar(1), close=NAN)
    calm, journal = await lived([bar(0), odd, bar(1)])
    again = made(MemoryJournal())
    again.recover(stored(journal))
    assert again.core.state == calm.core.state
    assert again.core.state.refused == {"BTC": {"non_finite": 1}}


async def test_a_journal_of_other_settings_is_refused_in_one_sentence() -> None:
    _, journal = await lived([bar(0), bar(1)])
    other = made(MemoryJournal(), Desk({0: long(95)}))
    with pytest.raises(BadInput, match="other settings") as refused:
        other.recover(stored(journal))
    assert "\n" not in str(refused.value)


async def test_a_journal_that_stops_inside_an_event_is_refused() -> None:
    _, journal = await lived([bar(0), bar(1)])
    facts = [step for step in stored(journal) if type(step.event).__name__ == "OrderFilled"]
    with pytest.raises(BadInput, match="middle of an event"):
        made(MemoryJournal()).recover(facts)


async def test_an_empty_journal_changes_nothing() -> None:
    runner = made(MemoryJournal())
    before = msgspec.json.encode(runner.core.state)
    runner.recover([])
    assert msgspec.json.encode(runner.core.state) == before
    assert runner.last_event is None
