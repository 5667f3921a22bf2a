"""The kill switch and the latch: both work with chat, database and exchange down.

A file named KILL in the data directory, or SIGUSR1, latches HALTED and closes everything (risk.md section 7). While
the desk is halted a latch file says so beside the database: a desk that starts finds it and is halted, whatever the
database remembers. The file also says whether everything was to be closed, and then a desk that still holds something
closes it.
"""

import asyncio
import logging
import os
from pathlib import Path

from engine.model.commands import KILLED, CloseAll, Halt, flattens
from engine.model.messages import Command
from engine.runner import Runner

KILL = "KILL"
LATCH = "HALTED"
LOOK_S = 0.5
HALTS = "Trading is halted. An admin's /resume removes this file.\n"
CLOSES = "Everything is to be closed.\n"
"""Second line of the latch where positions are not to be kept."""
NOBODY = 0
"""The actor of what no person asked for."""


class Watchdog:
    """Looks at the files twice a second, and tells the desk."""

    def __init__(self, data_dir: Path, runner: Runner) -> None:
        self._kill, self._latch = data_dir / KILL, data_dir / LATCH
        self._runner = runner
        self._tripped = 0
        self._unwritten = False
        """Whether the latch could not be written when last tried."""
        self._waiting = False
        """A close-all of ours has been posted and not yet been taken."""
        self._latched: str | None = None
        """What the latch file says, as far as this desk wrote it."""

    def trip(self, trigger: str) -> None:
        """Halt and close everything, now."""
        logging.getLogger(__name__).critical("The kill switch was used (%s): everything is closed.", trigger)
        self._waiting = True
        self._write(HALTS + CLOSES)
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
        state = self._runner.core.state
        halted = state.trading == "HALTED"
        closed = halted and (not state.holdings or bool(state.flattening))
        self._waiting = self._waiting and not closed
        if self._kill.exists() and not closed and not self._waiting:
            self.trip(f"{KILL} file")
        elif halted and not self._waiting:
            latch = HALTS + CLOSES if flattens(state.trading_reason) else HALTS
            if latch != self._latched or not self._latch.exists():
                self._write(latch)
        elif not halted and not self._waiting:
            self._latch.unlink(missing_ok=True)

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

    def _write(self, latch: str) -> None:
        """Leave the latch where a start finds it; a disk that takes nothing is logged once and tried again."""
        try:
            with self._latch.open("w", encoding="ascii") as file:
                file.write(latch)
                file.flush()
                os.fsync(file.fileno())
            self._unwritten, self._latched = False, latch
        except OSError as error:
            if not self._unwritten:
                logging.getLogger(__name__).critical("The latch file cannot be written (%s).", error.strerror)
            self._unwritten = True
