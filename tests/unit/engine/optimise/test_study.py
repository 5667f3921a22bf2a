"""Where a study is kept."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import msgspec
import pytest

from engine.model.errors import BadInput
from engine.optimise.study import Asked, Store, Study, foreseen, in_folder
from engine.optimise.trial import Outcome
from tests.planted import market, wanted


def test_a_folder_that_cannot_be_made_is_bad_input_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=r"Studies cannot be kept in .*file/studies: .*\.$"):
        in_folder(tmp_path / "file" / "studies", "mine")


def test_a_file_is_written_without_waiting_for_the_disk_and_others_see_what_was_told(tmp_path: Path) -> None:
    question = msgspec.structs.replace(wanted(market(1), sampler="grid").question, trials=2)
    url = in_folder(tmp_path, "mine")
    study = Study(Store(url), "mine", question)
    asked = study.ask()
    assert asked is not None
    study.tell(asked, Outcome({"profit": 1.5}, 3, "10001.5", None, 0.1))
    with closing(sqlite3.connect(tmp_path / "mine.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("SELECT value FROM trial_values").fetchall() == [(1.5,)]


def test_the_points_of_a_new_grid_are_known_before_its_file_is_there(tmp_path: Path) -> None:
    question = msgspec.structs.replace(wanted(market(1), sampler="grid").question, trials=5)
    url = in_folder(tmp_path, "mine")
    early = foreseen(url, question)
    study = Study(Store(url), "mine", question)
    assert early == [asked.point for asked in iter(study.ask, None)]
    assert len(early) == 5
    assert foreseen(url, question) == [], "some of them may have been run"
    assert foreseen(in_folder(tmp_path, "other"), msgspec.structs.replace(question, sampler="random")) == []


def test_a_file_that_is_no_database_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("fast=9, slow=21\n" * 100)
    with pytest.raises(BadInput, match="database cannot be opened: file is not a database"):
        Store(in_folder(tmp_path, "mine"))


def test_machines_that_ask_at_the_same_time_begin_no_trial_too_many(tmp_path: Path) -> None:
    question = msgspec.structs.replace(wanted(market(1), sampler="random").question, trials=2)
    url, machines = in_folder(tmp_path, "shared"), 4
    Store(url)

    def begun(number: int, start: Barrier) -> list[Asked]:
        """What one of several machines is given at the same moment."""
        study = Study(Store(url), f"round {number}", question)
        start.wait()
        return [asked for asked in (study.ask(), study.ask()) if asked is not None]

    with ThreadPoolExecutor(machines) as crowd:
        for number in range(2):
            Study(Store(url), f"round {number}", question)
            start = Barrier(machines)
            asked = list(crowd.map(begun, [number] * machines, [start] * machines))
            assert sum(map(len, asked)) == 2
