"""`pocketdesk flatten`: everything is closed, from the shell, whatever state chat and exchange are in."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from engine.model.errors import BadInput
from engine.watchdog import FLAT, KILL, LATCH
from storage.db import FILE, open_reading
from storage.lock import NAME, Lock

PATIENCE_S = 60.0
LOOK_S = 0.2


def flatten(data_dir: Path, patience: float = PATIENCE_S) -> Iterator[str]:
    """Use the kill switch of the desk in a folder; yields what happens, a sentence at a time, until it is flat.

    A desk that runs is closed and halted; one that does not will be as soon as it starts. BadInput when there is no
    desk, or a newer program's that does not run, or when it is not flat in time: the switch then stays on.
    """
    if not (data_dir / FILE).exists():
        raise BadInput(f"There is no desk in {data_dir}; --data-dir names the folder of one.")
    runs = _runs(data_dir)
    if not runs:
        open_reading(data_dir / FILE).close()  # one that this program cannot start would never read the file
    try:
        (data_dir / KILL).touch()
    except OSError as error:
        if not runs:
            raise BadInput(
                f"No desk runs in {data_dir}, and {KILL} cannot be made there ({error.strerror})."
            ) from error
        yield _signalled(data_dir, str(error.strerror))
    if not runs:
        yield f"No desk runs in {data_dir}: it will close everything as soon as it starts ({KILL} file)."
        return
    yield "The kill switch is on."
    end, told = time.monotonic() + patience, -1
    while True:
        left, halted = _seen(data_dir)
        if halted and not left:
            break
        if left != told:
            yield f"{_positions(left)} open."
            told = left
        if time.monotonic() > end:
            raise BadInput(
                f"{_positions(left)} still open after {patience:.0f} s, as far as can be seen on disk; "
                f"the {KILL} file stays in place and the desk goes on trying."
            )
        time.sleep(LOOK_S)
    if (data_dir / KILL).exists():
        (data_dir / KILL).unlink()
    yield "Flat. Trading is halted; an admin's /resume allows it again."


def _positions(count: int) -> str:
    return "1 position is" if count == 1 else f"{count} positions are"


def _runs(data_dir: Path) -> bool:
    try:
        Lock(data_dir / NAME).release()
    except BadInput:
        return True
    return False


def _signalled(data_dir: Path, why: str) -> str:
    """Where no file can be made the running desk is told by a signal."""
    process = (data_dir / NAME).read_text(encoding="ascii").strip()
    os.kill(int(process), signal.SIGUSR1)
    return f"The {KILL} file cannot be made ({why}): process {process} was sent SIGUSR1 instead."


def _seen(data_dir: Path) -> tuple[int, bool]:
    """Open positions, and whether the desk is halted, as they are on disk.

    The latch is the desk's own word, also while its database cannot be written.
    """
    latch = data_dir / LATCH
    halted = latch.exists()
    if halted and FLAT in latch.read_text(encoding="utf-8", errors="replace"):
        return 0, True
    with closing(open_reading(data_dir / FILE)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM position").fetchone()
        stored = connection.execute("SELECT 1 FROM setting WHERE name='trading_state' AND value='HALTED'").fetchone()
    return int(count), halted or stored is not None
