"""What is kept comes back, equal runs once; a broken file is one sentence."""

from pathlib import Path

import msgspec
import pytest

from bot.backtests.kept import Damaged, Entry, Kept, KeptRuns, digest
from engine.model.errors import BadInput
from tests.unit.bot.backtests.made import DAY, kept, result, trade


@pytest.fixture
def shelf(tmp_path: Path) -> KeptRuns:
    return KeptRuns(tmp_path / "data")


def test_what_is_kept_comes_back_whole(shelf: KeptRuns) -> None:
    stored = shelf.keep(kept())
    assert stored.id.startswith("20240110T000000-")
    assert shelf.find(stored.id) == stored
    assert msgspec.structs.replace(stored, id="") == kept()


def test_the_same_run_made_again_is_kept_once_under_its_first_name(shelf: KeptRuns) -> None:
    first = shelf.keep(kept())
    quicker = msgspec.structs.replace(kept().result, run_seconds=0.1, bars_per_second=720.0)
    again = shelf.keep(msgspec.structs.replace(kept(), saved_at=first.saved_at + DAY, result=quicker))
    assert again == first
    assert len(list(shelf.folder.iterdir())) == 1


@pytest.mark.parametrize("other", [kept(fee="0.001"), kept(result(trade("12"), trade("-5", 2)))])
def test_another_setting_or_another_result_is_another_run(shelf: KeptRuns, other: Kept) -> None:
    assert digest(other) != digest(kept())
    shelf.keep(kept())
    shelf.keep(other)
    assert len([each for each in shelf.entries() if isinstance(each, Entry)]) == 2


def test_a_run_is_found_by_the_beginning_of_its_id_its_hash_and_as_the_latest(shelf: KeptRuns) -> None:
    old = shelf.keep(kept())
    new = shelf.keep(msgspec.structs.replace(kept(fee="0"), saved_at=old.saved_at + DAY))
    assert shelf.find("20240110") == old
    assert shelf.find(new.id.rpartition("-")[2]) == new
    assert shelf.find(new.id.rpartition("-")[2][:5]) == new
    assert shelf.find("latest") == new
    with pytest.raises(BadInput, match="'2024' names 2 backtests"):
        shelf.find("2024")
    with pytest.raises(BadInput, match="'nothing' is no backtest"):
        shelf.find("nothing")


def test_an_empty_folder_says_how_to_fill_it(shelf: KeptRuns) -> None:
    assert list(shelf.entries()) == []
    with pytest.raises(BadInput, match="holds no backtests"):
        shelf.find("latest")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\xfe", b"{}", b"[1]", b'{"version": "x"}'])
def test_a_broken_file_is_one_sentence_and_the_others_are_there(shelf: KeptRuns, content: bytes) -> None:
    stored = shelf.keep(kept())
    (shelf.folder / "20230101T000000-00000000.json").write_bytes(content)
    broken, well = shelf.entries()
    assert isinstance(broken, Damaged)
    assert broken.sentence.count("\n") == 0
    assert "20230101T000000-00000000.json is not a stored backtest" in broken.sentence
    assert isinstance(well, Entry)
    assert well.id == stored.id
    with pytest.raises(BadInput, match="is not a stored backtest"):
        shelf.find("00000000")


def test_half_a_file_is_broken(shelf: KeptRuns) -> None:
    stored = shelf.keep(kept())
    path = shelf.folder / f"{stored.id}.json"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BadInput, match="is not a stored backtest"):
        shelf.find(stored.id)


def test_a_file_of_another_format_is_named(shelf: KeptRuns) -> None:
    stored = shelf.keep(kept())
    path = shelf.folder / f"{stored.id}.json"
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(stored, version=7)))
    with pytest.raises(BadInput, match="has format 7, this program reads 1"):
        shelf.find(stored.id)


def test_a_folder_that_is_a_file_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(BadInput, match="--no-save"):
        KeptRuns(tmp_path / "data").expect_room()
    KeptRuns(tmp_path / "new" / "data").expect_room()
    assert not (tmp_path / "new").exists()
