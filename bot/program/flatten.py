"""`pocketdesk flatten`: everything is closed, from the shell, whatever state chat and exchange are in."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from engine.model.errors import BadInput
from engine.watchdog import KILL, LATCH
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
    (data_dir / KILL).touch()
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
            raise BadInput(f"{_positions(left)} still open after {patience:.0f} s; the {KILL} file stays in place.")
        time.sleep(LOOK_S)
    (data_dir / KILL).unlink(missing_ok=True)
    yield "Flat. Trading is halted; an admin's /resume allows it again."


def _positions(count: int) -> str:
    return "1 position is" if count == 1 else f"{count} positions are"


def _runs(data_dir: Path) -> bool:
    try:
        Lock(data_dir / NAME).release()
    except BadInput:
        return True
    return False


def _seen(data_dir: Path) -> tuple[int, bool]:
    """Open positions, and whether the desk is halted, as they are on disk."""
    with closing(open_reading(data_dir / FILE)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM position").fetchone()
    return int(count), (data_dir / LATCH).exists()
