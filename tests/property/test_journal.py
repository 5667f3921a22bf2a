"""Whatever the desk does, the journal reads back equal, and the tables say what a plain replay of it says."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.messages import Quote, Step
from storage.coding import decode, encode
from storage.db import Database
from storage.journal import SqliteJournal
from storage.recovery import recover
from storage.runs import begin_run
from tests.journal_oracle import Oracle, tables
from tests.messages import same, steps


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without rows, to copy."""
    data_dir = tmp_path_factory.mktemp("empty")

    async def make() -> None:
        await Database.open(data_dir).close()

    asyncio.run(make())
    return data_dir / "desk.db"


async def journaled(data_dir: Path, given_steps: Sequence[Step], group: int) -> None:
    """Append steps, waiting for the disk after each `group` of them."""
    database = Database.open(data_dir)
    run = await begin_run(database, at=1, mode="sim", version="1")
    assert run.id is not None
    journal = SqliteJournal(database, run.id, "sim")
    for count, step in enumerate(given_steps, 1):
        journal.append(step)
        if count % group == 0:
            await journal.settled()
    await journal.settled()
    await database.close()


@given(steps(4))
def test_a_step_of_any_kind_reads_back_equal(given_steps: list[Step]) -> None:
    for step in given_steps:
        assert same(decode(encode(step)), step)


@settings(max_examples=60)
@given(steps(16), st.sampled_from([1, 3, 100]))
def test_the_journal_reads_back_equal_and_the_tables_agree_with_a_replay(
    empty: Path, given_steps: list[Step], group: int
) -> None:
    stored = [step for step in given_steps if step.effects or not isinstance(step.event, Quote)]
    oracle = Oracle()
    for step in given_steps:
        oracle.take(step)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty, folder)
        asyncio.run(journaled(Path(folder), given_steps, group))
        path = Path(folder) / "desk.db"
        assert same(list(recover(path).steps), stored)
        assert vars(tables(path)) == vars(oracle)
