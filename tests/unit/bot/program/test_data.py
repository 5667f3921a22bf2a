"""`pocketdesk data` as a person runs it; downloads are in tests/e2e/test_data_download.py."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from bot.program.data import from_cache
from engine.feeds.cache.folder import Cache
from engine.feeds.files import Candles, load
from engine.model.errors import BadInput

Run = Callable[..., tuple[int, str, str]]
START = 1_735_689_600_000


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `data ...` in an empty folder, with `desk` as its data directory: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", "desk")

    def ran(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(("data", *arguments))
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return ran


def candles(name: str, *minutes: int, close: float = 100.0) -> str:
    """A CSV file in the present folder with candles at these minutes of 2025."""
    with Path(name).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ts", "open", "high", "low", "close", "volume"])
        rows.writerows([START + minute * 60_000, 100, 110, 90, close, 5] for minute in minutes)
    return name


def test_an_import_says_what_it_added_and_what_there_is_now(run: Run) -> None:
    first = run("import", candles("BTCUSDT-1m.csv", 0, 1, 2, 6))
    assert first == (
        0,
        "BTCUSDT 1m of files: 4 added; 4 candles from 2025-01-01T00:00:00Z to 2025-01-01T00:07:00Z, 1 gap of 3 candles "
        "(2025-01-01T00:03:00Z to 2025-01-01T00:06:00Z).\n",
        "",
    )
    code, out, _ = run("import", candles("BTCUSDT-1m.csv", 2, 3, 4, 5, close=101.0))
    assert code == 0
    assert out == (
        "BTCUSDT 1m of files: 3 added, 1 replaced; 7 candles from 2025-01-01T00:00:00Z to 2025-01-01T00:07:00Z, "
        "no gap.\n"
    )


def test_the_list_is_a_table_and_with_json_an_object_for_each_series(run: Run) -> None:
    assert run("list", "--json") == (0, "[]\n", "")
    run("import", candles("BTCUSDT-1m.csv", 0, 1, 4), candles("ETHUSDT-1m.csv", 0, 5, 10))
    code, out, _ = run("list", "--json")
    found = json.loads(out)
    assert code == 0
    assert [(each["symbol"], each["timeframe"], each["bars"]) for each in found] == [
        ("BTCUSDT", "1m", 3),
        ("ETHUSDT", "5m", 3),
    ]
    size = Path("desk/candles/files/BTCUSDT-1m.feather").stat().st_size
    assert found[0] == {
        "source": "files",
        "symbol": "BTCUSDT",
        "timeframe": "1m",
        "data": "cache:files:BTCUSDT@1m",
        "from": "2025-01-01T00:00:00Z",
        "to": "2025-01-01T00:05:00Z",
        "bars": 3,
        "gaps": 1,
        "missing": 2,
        "size": size,
        "file": "desk/candles/files/BTCUSDT-1m.feather",
    }
    code, out, _ = run("list")
    assert code == 0
    assert [line.split()[:3] for line in out.splitlines() if "files" in line] == [
        ["files", "BTCUSDT", "1m"],
        ["files", "ETHUSDT", "5m"],
    ]


def test_verify_says_a_line_for_each_series_and_fails_when_one_is_not_well(run: Run) -> None:
    run("import", candles("AUSDT-1m.csv", 0, 1, 2), candles("BUSDT-1m.csv", 0, 1, 2))
    code, out, err = run("verify")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"ok   cache:files:{name}@1m: 3 candles from 2025-01-01T00:00:00Z to 2025-01-01T00:03:00Z, no gap"
        for name in ("AUSDT", "BUSDT")
    ]
    run("import", candles("CUSDT-1m.csv", 0, 1, 3))
    damaged = Path("desk/candles/files/AUSDT-1m.feather")
    damaged.write_bytes(damaged.read_bytes()[:-40])
    code, out, err = run("verify")
    assert (code, err) == (1, "")
    assert [line[:27] for line in out.splitlines()] == [
        "BAD  cache:files:AUSDT@1m: ",
        "ok   cache:files:BUSDT@1m: ",
        "BAD  cache:files:CUSDT@1m: ",
    ]
    assert "is damaged: it is not what was written." in out
    code, out, _ = run("list", "--json")
    assert (code, "damaged" in json.loads(out)[0]) == (0, True)


def test_verify_without_candles_is_well(run: Run) -> None:
    assert run("verify") == (0, "There are no candles to verify; `pocketdesk data download` stores some.\n", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("download", "--from", "2025-01-01"), "Missing option '--symbol'."),
        (("download", "--symbol", "BTCUSDT"), "Missing option '--from'."),
        (("download", "--symbol", "X", "--from", "soon"), "--from is 'soon', but it takes a date or time such as"),
        (("download", "--symbol", "X", "--from", "2025-01-01", "--to", "x"), "--to is 'x', but it takes a date or"),
        (
            ("download", "--symbol", "X", "--from", "2025-01-01", "--to", "2024-01-01"),
            "--to is '2024-01-01', but it takes a",
        ),
        (("download", "--symbol", "X", "--from", "2025-01-01", "--exchange", "bitmex"), "The exchange bitmex has"),
        (("download", "--symbol", "X", "--from", "2025-01-01", "--exchange", "binnce"), "There is no exchange 'binnc"),
        (("download", "--symbol", "X", "--from", "2025-01-01", "--timeframe", "2m"), "There is no timeframe '2m'; "),
        (("import",), "Missing argument 'FILE...'."),
        (("import", "none.csv"), "none.csv does not exist."),
        (("import", "X=."), ". is a directory, not a file of market data."),
        (("import", "none.csv", "--exchange", "x"), "There is no exchange 'x'; the nearest are "),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    run: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
    assert not Path("desk").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(run: Run) -> None:
    Path("desk").mkdir()
    Path("desk/candles").write_text("in the way")
    code, out, err = run("import", candles("BTCUSDT-1m.csv", 0, 1))
    assert (code, out) == (2, "")
    assert err.startswith("desk/candles/files cannot be opened: ")


def test_a_reference_behind_data_is_the_stored_series(run: Run) -> None:
    run("import", candles("BTCUSDT-1m.csv", 0, 1, 2))
    assert from_cache(["a.csv", "ETH=b.csv"]) == ["a.csv", "ETH=b.csv"]
    (spec,) = from_cache(["cache:BTCUSDT@1m"])
    recording = load(spec)
    assert isinstance(recording, Candles)
    assert (recording.symbol, recording.timeframe, len(recording.bars)) == ("BTCUSDT", "1m", 3)
    with pytest.raises(BadInput, match=r"^There are no candles cache:ETHUSDT@1m in desk/candles; the nearest are "):
        from_cache(["cache:ETHUSDT@1m"])
    assert Cache(Path("desk")).places()[0].symbol == "BTCUSDT"
