"""kill -9 at any moment: what was settled is there, nothing is half there, and the tables agree with the steps."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage.audit import broken_at
from storage.db import open_reading
from storage.recovery import recover
from tests.conftest import ROOT
from tests.e2e.journaling_process import step_of
from tests.journal_oracle import Oracle, tables
from tests.journaled import asked

pytestmark = pytest.mark.kill


def killed(data_dir: Path, after_start: float | None, after_first: float = 0.0) -> int:
    """Run the journaling process and kill it, so long after its start or its first settled step.

    Returns the last sequence that it said was settled, 0 when none.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.journaling_process", str(data_dir)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    if after_start is None:
        said = process.stdout.readline()
        time.sleep(after_first)
    else:
        time.sleep(after_start)
    process.kill()
    said += process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout=10) == -signal.SIGKILL
    whole = said[: said.rfind("\n") + 1].split()
    return int(whole[-1]) if whole else 0


def examine(data_dir: Path, settled: int) -> int:
    """Check everything that must hold after a kill; returns the last sequence stored."""
    path = data_dir / "desk.db"
    recovered = recover(path)
    steps = list(recovered.steps)
    numbers = asked(path, "SELECT seq FROM step ORDER BY seq")
    assert recovered.last_seq >= settled
    assert numbers == list(range(1, recovered.last_seq + 1))
    assert steps == [step_of(seq) for seq in range(recovered.snapshot_seq + 1, recovered.last_seq + 1)]
    if recovered.snapshot is not None:
        assert recovered.snapshot == f"state after {recovered.snapshot_seq}".encode()
    oracle = Oracle()
    for seq in numbers:
        oracle.take(step_of(seq))
    assert vars(tables(path)) == vars(oracle)
    with open_reading(path) as connection:
        assert broken_at(connection) is None
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    return recovered.last_seq


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_settled_survives_kill_after_kill(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    last = 0
    for _ in range(5):
        settled = killed(tmp_path, None, moments.uniform(0.0, 0.15))
        assert settled > last
        last = examine(tmp_path, settled)


@pytest.mark.parametrize("seed", [3])
def test_a_kill_while_the_database_is_being_made_leaves_one_that_opens(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    for number in range(5):
        data_dir = tmp_path / str(number)
        killed(data_dir, moments.uniform(0.4, 1.0))
        examine(data_dir, killed(data_dir, None))
