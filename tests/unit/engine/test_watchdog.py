"""The kill switch and the latch: what a file asks of a desk, also of one whose database does not remember."""

import asyncio
import errno
import os
import time
from pathlib import Path

import pytest

from engine.model.commands import CloseAll, Halt, Resume
from engine.model.messages import Command
from engine.runner import Runner
from engine.watchdog import CLOSES, FLAT, KILL, LATCH, Watchdog
from tests.desk import Desk, long
from tests.doubles.journal import MemoryJournal


class Kennel:
    """A desk that holds 20, its runner, and the watchdog of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.desk = Desk({0: long(90)}, venue=False)
        self.desk.bar(100)
        self.desk.feed(self.desk.filled(self.desk.order("entry"), "20"))
        self.journal = MemoryJournal()
        self.runner = Runner(self.desk.core, self.desk.broker, self.journal, time.monotonic)
        self.dog = Watchdog(folder, self.runner)

    @property
    def flattening(self) -> str:
        return self.desk.core.state.flattening

    async def turn(self, looks: int = 2) -> None:
        """The runner takes what is in its inbox; the watchdog looks before and after."""
        running = asyncio.create_task(self.runner.run())
        for _ in range(looks):
            self.dog.look()
            await self.runner.idle()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def start(self) -> None:
        """The first moments of a desk that starts."""
        running = asyncio.create_task(self.runner.run())
        await self.dog.begin()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def kennel(tmp_path: Path) -> Kennel:
    return Kennel(tmp_path)


async def test_a_kill_file_closes_what_a_halted_desk_has_kept(kennel: Kennel) -> None:
    kennel.desk.command(Halt())
    await kennel.turn()
    assert kennel.flattening == ""
    (kennel.folder / KILL).touch()
    await kennel.turn()
    assert kennel.flattening == f"kill switch: {KILL} file"
    assert kennel.desk.core.state.holdings["BTC"].exit_order


async def test_a_kill_file_asks_once(kennel: Kennel) -> None:
    (kennel.folder / KILL).touch()
    await kennel.turn(5)
    commands = [step.event for turn in kennel.journal.turns for step in turn if isinstance(step.event, Command)]
    assert [command.action for command in commands] == [CloseAll(f"kill switch: {KILL} file")]


async def test_the_latch_says_whether_positions_are_to_be_closed(kennel: Kennel) -> None:
    latch = kennel.folder / LATCH
    kennel.desk.command(Halt())
    await kennel.turn()
    assert CLOSES not in latch.read_text()
    kennel.desk.command(CloseAll())
    await kennel.turn()
    assert CLOSES in latch.read_text()


@pytest.mark.parametrize("halted", [False, True])
async def test_a_close_that_the_database_forgot_is_asked_again_after_a_start(kennel: Kennel, halted: bool) -> None:
    (kennel.folder / LATCH).write_text(f"Trading is halted.\n{CLOSES}")
    if halted:
        kennel.desk.command(Halt())
    await kennel.start()
    assert kennel.desk.trading == "HALTED"
    assert kennel.flattening == f"kill switch: the {LATCH} file was there at the start"


async def test_a_halt_that_the_database_forgot_keeps_positions(kennel: Kennel) -> None:
    (kennel.folder / LATCH).write_text("Trading is halted.\n")
    await kennel.start()
    assert (kennel.desk.trading, kennel.flattening) == ("HALTED", "")
    assert len(kennel.desk.core.state.holdings) == 1


async def test_a_disk_that_takes_no_new_file_still_keeps_that_everything_is_to_be_closed(kennel: Kennel) -> None:
    await kennel.turn()
    asked = kennel.folder / LATCH
    with pytest.MonkeyPatch.context() as full:
        full.setattr(os, "fsync", no_space)
        kennel.dog.trip("SIGUSR1")
        assert CLOSES in asked.read_text(), "it had its place on the disk before"
        await kennel.turn()
    assert kennel.flattening == "kill switch: SIGUSR1"
    await kennel.turn()
    again = Kennel(kennel.folder)
    await again.start()
    assert again.flattening == f"kill switch: the {LATCH} file was there at the start"


async def test_the_latch_says_when_nothing_is_open_and_is_put_away_when_trading_goes_on(kennel: Kennel) -> None:
    latch = kennel.folder / LATCH
    kennel.desk.command(CloseAll())
    await kennel.turn()
    assert FLAT not in latch.read_text()
    kennel.desk.feed(kennel.desk.filled(kennel.desk.order("exit"), "20", trade_id="t2"))
    await kennel.turn()
    assert FLAT in latch.read_text()
    kennel.desk.command(Resume())
    await kennel.turn()
    assert not latch.exists()


def no_space(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")
