"""Strategy files on disk."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from engine.model.errors import BadInput
from engine.model.market import BarsByTimeframe, Timeframe
from strategies.rules.errors import BadRules
from strategies.rules.folder import LIBRARY, Folder, library, load
from tests.auctions import every_timeframe, generated
from tests.series import random_bars
from tests.unit.strategies.rules.documents import file, scored

FLOW = "value-area-fade"
"""Needs market state and levels: minutes of a market with structure."""


def test_every_shipped_file_is_valid_and_named_as_its_id() -> None:
    found = library()
    assert list(found) == sorted(path.stem for path in LIBRARY.glob("*.json"))
    assert len(found) >= 8


@pytest.mark.parametrize("name", [path.stem for path in sorted(LIBRARY.glob("*.json"))])
def test_every_shipped_strategy_finds_something_to_do(name: str) -> None:
    of = load(LIBRARY / f"{name}.json")
    timeframes: tuple[Timeframe, ...] = of.timeframes
    bars: BarsByTimeframe = {one: random_bars(5 + i, 6_000, one) for i, one in enumerate(timeframes)}
    if name == FLOW:
        bars = every_timeframe(generated(5, 20))
    score = scored(of, bars).score
    assert np.count_nonzero(score > 0) > 5
    assert np.count_nonzero(score < 0) > 5 or of.document.direction == "long"
    assert np.count_nonzero(score) < 0.15 * len(score)


def test_a_file_with_mistakes_is_refused_with_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(file(id="No", stopLoss=None))
    with pytest.raises(BadRules, match=r"mine.json is refused, 2 mistakes") as refusal:
        load(path)
    assert str(refusal.value).startswith("mine.json is refused, 2 mistakes: dsl_type at /id: is 'No', but it takes ")
    assert {error.code for error in refusal.value.errors} == {"dsl_type", "dsl_no_stop"}


def test_a_file_with_very_many_mistakes_is_told_of_in_a_message_of_bounded_length(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(file(**{f"{'k' * 300}\n{i}": 1 for i in range(100)}))
    with pytest.raises(BadRules, match=r"100 mistakes.*And 90 more\.$") as refusal:
        load(path)
    assert len(refusal.value.errors) == 100
    assert len(str(refusal.value)) < 6_000
    assert str(refusal.value).isprintable()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^none.json cannot be read: No such file or directory\.$"):
        load(tmp_path / "none.json")


def touched(path: Path, data: bytes, seconds: int) -> None:
    path.write_bytes(data)
    os.utime(path, (time.time() + seconds,) * 2)


def test_a_folder_tells_what_is_new_changed_and_gone(tmp_path: Path) -> None:
    folder, a, b = Folder(tmp_path / "rules"), tmp_path / "rules" / "a.json", tmp_path / "rules" / "b.json"
    assert folder.changed() == []
    a.parent.mkdir()
    touched(a, file(id="first"), 1)
    touched(b, file(id="second"), 1)
    (tmp_path / "rules" / "notes.txt").write_text("not a strategy")
    first = folder.changed()
    assert [(one.path, one.strategy and one.strategy.name) for one in first] == [(a, "first"), (b, "second")]
    assert folder.changed() == []
    touched(a, file(id="first", minScore=10), 2)
    b.unlink()
    second = folder.changed()
    assert [(one.path, one.strategy is None, one.digest == "") for one in second] == [
        (a, False, False),
        (b, True, True),
    ]
    assert folder.changed() == []


def test_a_file_saved_again_without_a_change_is_not_told_of(tmp_path: Path) -> None:
    folder, path = Folder(tmp_path), tmp_path / "a.json"
    touched(path, file(), 1)
    assert len(folder.changed()) == 1
    touched(path, file(), 5)
    assert folder.changed() == []


def test_a_file_with_mistakes_is_told_of_with_them_once(tmp_path: Path) -> None:
    folder, path = Folder(tmp_path), tmp_path / "a.json"
    touched(path, b"{", 1)
    (change,) = folder.changed()
    assert (change.strategy, [error.code for error in change.errors]) == (None, ["dsl_syntax"])
    assert folder.changed() == []
    touched(path, file(), 2)
    (change,) = folder.changed()
    assert change.strategy is not None
    assert change.errors == ()


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.write_bytes(b" " * 1_000_000)
    with pytest.raises(BadRules) as refusal:
        load(path)
    assert [error.code for error in refusal.value.errors] == ["dsl_too_large"]
