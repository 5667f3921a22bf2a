"""The program in a process forked from one that has loaded its libraries: four seconds of each start are saved.

What a person starts is a fresh interpreter; tests of signals, workers and the command line use that one. Tests that
start the program again and again use this one.
"""

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from tests.conftest import ROOT

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["bot.desk.daemon", "bot.figures.charts", "tests.e2e.forked"])
LOCK = Lock()
"""Held where children are looked at: multiprocessing reads how one ended only once, whoever asks."""


class Forked:
    """As much of subprocess.Popen as tests need.

    What it prints is appended to `said`, and its complaints to `complained` where that is given.
    """

    def __init__(self, words: Sequence[str], said: Path, complained: Path | None = None, folder: Path = ROOT) -> None:
        files = (str(said), str(complained or said))
        self._process = CONTEXT.Process(target=_be_the_program, args=(list(words), files, str(folder)))
        with LOCK:
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        """The exit code, -9 after kill -9, None while it runs."""
        with LOCK:
            return self._process.exitcode

    def wait(self, timeout: float) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("pocketdesk", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _be_the_program(words: Sequence[str], files: tuple[str, str], folder: str) -> None:
    from bot.cli import main

    for number, file in enumerate(files, start=1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND), number)
    os.chdir(folder)
    main(words)
