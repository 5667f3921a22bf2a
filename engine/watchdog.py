"""The kill switch and the latch: both work with chat, database and exchange down.

A file named KILL in the data directory, or SIGUSR1, latches HALTED and closes everything (risk.md section 7). While
the desk is halted a latch file says so beside the database: a desk that starts finds it and is halted, whatever the
database remembers.
"""

import asyncio
import logging
import os
from pathlib import Path

from engine.model.commands import CloseAll, Halt
from engine.model.messages import Command
from engine.runner import Runner

KILL = "KILL"
LATCH = "HALTED"
LOOK_S = 0.5
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

    def trip(self, trigger: str) -> None:
        """Halt and close everything, now."""
        logging.getLogger(__name__).critical("The kill switch was used (%s): everything is closed.", trigger)
        self._waiting = True
        self._write()
        self._post(CloseAll(f"kill switch: {trigger}"))

    async def run(self) -> None:
        """Watch for ever."""
        if self._latch.exists() and self._runner.core.state.trading != "HALTED":
            self._post(Halt(f"the {LATCH} file was there at the start"))
            await self._runner.idle()
        while True:
            self.look()
            await asyncio.sleep(LOOK_S)

    def look(self) -> None:
        """Look at the files once."""
        halted = self._runner.core.state.trading == "HALTED"
        self._waiting = self._waiting and not halted
        if self._kill.exists() and not halted and not self._waiting:
            self.trip(f"{KILL} file")
        elif halted and not self._latch.exists():
            self._write()
        elif not halted and not self._waiting:
            self._latch.unlink(missing_ok=True)

    def _post(self, action: CloseAll | Halt) -> None:
        self._tripped += 1
        now = self._runner.core.state.now
        self._runner.post(Command(now, NOBODY, f"watchdog {self._runner.core.state.seq} {self._tripped}", action))

    def _write(self) -> None:
        """Leave the latch where a start finds it; a disk that takes nothing is logged once and tried again."""
        try:
            with self._latch.open("w", encoding="ascii") as file:
                file.write("Trading is halted. An admin's /resume removes this file.\n")
                file.flush()
                os.fsync(file.fileno())
            self._unwritten = False
        except OSError as error:
            if not self._unwritten:
                logging.getLogger(__name__).critical("The latch file cannot be written (%s).", error.strerror)
            self._unwritten = True
