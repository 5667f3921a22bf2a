"""The kill switch and the latch: both work with chat, database and exchange down.

A file named KILL in the data directory, or SIGUSR1, latches HALTED and closes everything (risk.md section 7). While
the desk is halted a latch file says so beside the database: a desk that starts finds it and is halted, whatever the
database remembers. The file also says whether everything was to be closed, and then a desk that still holds something
closes it. It waits under another name until it is in force: a disk without space takes another name, but no new file.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path

from engine.desk.fills import entering
from engine.model.commands import KILLED, CloseAll, Halt, flattens
from engine.model.messages import Command
from engine.runner import Runner

KILL = "KILL"
LATCH = "HALTED"
SPARE = ".HALTED"
"""The latch while it is not in force."""
LOOK_S = 0.5
HALTS = "Trading is halted. An admin's /resume removes this file.\n"
CLOSES = "Everything is to be closed.\n"
"""Second line of the latch where positions are not to be kept; the spare has it too."""
FLAT = "Nothing is open.\n"
"""Last line of the latch once it is true: who looks from outside needs no database to see it."""
NOBODY = 0
"""The actor of what no person asked for."""


class Watchdog:
    """Looks at the files twice a second, and tells the desk."""

    def __init__(self, data_dir: Path, runner: Runner) -> None:
        self._kill, self._latch, self._spare = data_dir / KILL, data_dir / LATCH, data_dir / SPARE
        self._runner = runner
        self._tripped = 0
        self._unwritten = False
        """Whether the files could not be written, or looked at, when last tried."""
        self._waiting = False
        """A close-all of ours has been posted and not yet been taken."""
        self._latched: str | None = None
        """What the latch file says, as far as this desk wrote it; empty: it is not in force, and the spare is there."""

    def trip(self, trigger: str) -> None:
        """Halt and close everything, now."""
        logging.getLogger(__name__).critical("The kill switch was used (%s): everything is closed.", trigger)
        self._waiting = True
        self._on_disk(lambda: self._latched_as(HALTS + CLOSES))
        self._post(CloseAll(f"{KILLED}: {trigger}"))

    async def begin(self) -> None:
        """Halt a desk that starts, where a file says so; returns when the desk has done it, stored or not."""
        if self._latch.exists() and (wish := self._left_over()) is not None:
            self._post(wish)
            await self._runner.taken()
        self.look()
        await self._runner.taken()

    async def run(self) -> None:
        """Watch for ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Look at the files once."""
        self._on_disk(self._look)

    def _look(self) -> None:
        state = self._runner.core.state
        halted = state.trading == "HALTED"
        closed = halted and (not state.holdings or bool(state.flattening))
        self._waiting = self._waiting and not closed
        if not closed and not self._waiting and self._kill.exists():
            self.trip(f"{KILL} file")
        elif halted and not self._waiting:
            flat = "" if state.holdings or entering(state) else FLAT
            self._latched_as(HALTS + (CLOSES if flattens(state.trading_reason) else "") + flat)
        elif not self._waiting:
            self._unlatched()

    def _left_over(self) -> CloseAll | Halt | None:
        """What the latch file asks of a desk that starts: its last life may have ended before the database knew."""
        state = self._runner.core.state
        halted, why = state.trading == "HALTED", f"the {LATCH} file was there at the start"
        closes = CLOSES in self._latch.read_text(encoding="utf-8", errors="replace")
        if closes and not state.flattening and (state.holdings or not halted):
            return CloseAll(f"{KILLED}: {why}")
        return None if halted else Halt(why)

    def _post(self, action: CloseAll | Halt) -> None:
        self._tripped += 1
        now = self._runner.core.state.now
        self._runner.post(Command(now, NOBODY, f"watchdog {self._runner.core.state.seq} {self._tripped}", action))

    def _latched_as(self, latch: str) -> None:
        """Leave the latch where a start finds it, and say so in it."""
        if latch == self._latched and self._latch.exists():
            return
        self._latched = None
        file = self._latch if self._latch.exists() else self._spare
        try:
            _put(file, latch)
        finally:
            if file is self._spare and file.exists():
                file.replace(self._latch)  # what it says may be old, that it is there is what counts
        self._latched = latch

    def _unlatched(self) -> None:
        """Trading goes on: the latch becomes the spare again."""
        if self._latched == "" and not self._latch.exists():
            return
        self._latched = None
        if self._latch.exists():
            self._latch.replace(self._spare)
        _put(self._spare, HALTS + CLOSES)
        self._latched = ""

    def _on_disk(self, work: Callable[[], None]) -> None:
        """A disk that takes nothing, or is gone, is logged once and tried again."""
        try:
            work()
            self._unwritten = False
        except OSError as error:
            if not self._unwritten:
                text = (
                    "The files of the kill switch cannot be written (%s); SIGUSR1 and the chat still close everything."
                )
                logging.getLogger(__name__).critical(text, error.strerror)
            self._unwritten = True


def _put(file: Path, text: str) -> None:
    """Write over what a file says, without asking for new space where it has some, and wait for the disk."""
    with file.open("r+" if file.exists() else "w", encoding="ascii") as open_file:
        open_file.write(text)
        open_file.truncate()
        open_file.flush()
        os.fsync(open_file.fileno())
