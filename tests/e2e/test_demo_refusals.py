"""What the demo cannot do it says in one sentence, ends with code 2, and leaves nothing behind."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.demo_process import DEMO, Demo, forked, program
from tests.journaled import asked

CANDLES = "ts,open,high,low,close,volume\n" + "".join(f"{i * 60_000},1,2,1,1.5,10\n" for i in range(1, 9))

CASES: dict[str, tuple[Sequence[str], str]] = {
    "unknown strategy": (("--strategy", "moonshot"), "moonshot"),
    "unknown symbol": (("--symbol", "NOPEUSDT"), "NOPEUSDT"),
    "unknown timeframe": (("--strategy", "ma_cross@7m"), "7m"),
    "unknown timeframe option": (("--timeframe", "7m"), "7m"),
    "timeframe nobody takes": (("--timeframe", "5m"), "--timeframe"),
    "parameter out of range": (("--strategy", "ma_cross", "--param", "fast=0"), "fast"),
    "parameter that is no number": (("--strategy", "ma_cross", "--param", "fast=x"), "fast"),
    "unknown parameter": (("--strategy", "ma_cross", "--param", "colour=1"), "colour"),
    "parameter of a strategy that does not run": (("--strategy", "ma_cross", "--param", "razor.k=1"), "razor"),
    "strategy named twice": (("--strategy", "ma_cross", "--strategy", "ma_cross"), "twice"),
    "risk out of range": (("--risk", "max_leverage=0"), "MAX_LEVERAGE"),
    "unknown risk": (("--risk", "luck=1"), "LUCK"),
    "negative speed": (("--speed", "-1"), "--speed"),
    "speed that is no number": (("--speed", "fast"), "--speed"),
    "no seconds": (("--for", "0"), "--for"),
    "negative seed": (("--seed", "-7"), "--seed"),
    "port that is none": (("--port", "70000"), "--port"),
    "cash of nothing": (("--cash", "0"), "--cash"),
    "fee of half the trade": (("--fee", "0.5"), "--fee"),
    "tick without a recording": (("--tick", "0.1"), "--tick"),
    "times without a recording": (("--from", "2024-01-01"), "--from"),
    "seed of a recording": (("--replay", "{tmp}/good.csv", "--seed", "3"), "--seed"),
    "unknown option": (("--moon",), "--moon"),
    "missing replay": (("--replay", "{tmp}/missing-1m.csv"), "missing-1m.csv"),
    "empty replay": (("--replay", "{tmp}/empty.csv"), "empty.csv"),
    "replay of a heading alone": (("--replay", "{tmp}/heading.csv"), "heading.csv"),
    "truncated replay": (("--replay", "{tmp}/cut.csv"), "cut.csv"),
    "truncated parquet": (("--replay", "{tmp}/cut.parquet"), "cut.parquet"),
    "truncated gzip": (("--replay", "{tmp}/cut.csv.gz"), "cut.csv.gz"),
    "replay of words": (("--replay", "{tmp}/words.csv"), "words.csv"),
    "replay that is a folder": (("--replay", "{tmp}"), "{tmp}"),
    "replay without the symbol": (
        ("--replay", "BTC={tmp}/good.csv", "--replay", "ETH={tmp}/good.csv", "--symbol", "X"),
        "X",
    ),
    "time outside the replay": (("--replay", "{tmp}/good.csv", "--from", "2030-01-01"), "1970-01-01"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import gzip

    import pyarrow
    import pyarrow.parquet

    tmp = tmp_path_factory.mktemp("files")
    (tmp / "good.csv").write_text(CANDLES)
    (tmp / "empty.csv").write_text("")
    (tmp / "heading.csv").write_text("ts,open,high,low,close,volume\n")
    (tmp / "cut.csv").write_text(CANDLES[:-9])
    (tmp / "words.csv").write_text("these are\nnot candles\n")
    (tmp / "cut.csv.gz").write_bytes(gzip.compress(CANDLES.encode())[:-12])
    table = pyarrow.table({"ts": list(range(60_000, 600_000, 60_000)), "close": [1.0] * 9})
    pyarrow.parquet.write_table(table, tmp / "whole.parquet")
    (tmp / "cut.parquet").write_bytes((tmp / "whole.parquet").read_bytes()[:-100])
    return tmp


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_option_is_refused_in_one_sentence_and_leaves_nothing(case: str, files: Path, tmp_path: Path) -> None:
    options, named = CASES[case]
    filled = [option.replace("{tmp}", str(files)) for option in options]
    folder = tmp_path / "desk"
    done = program(*DEMO, "--data-dir", str(folder), *filled)
    assert_one_sentence(done.stderr, done.stdout, named.replace("{tmp}", str(files)))
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "desk"
    file.write_text("mine")
    done = forked(*DEMO, "--data-dir", str(file))
    assert_one_sentence(done.stderr, done.stdout, str(file))
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["desk"]
    assert file.read_text() == "mine"


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = forked(*DEMO, "--data-dir", str(tmp_path / "desk"), "--port", port)
    assert_one_sentence(done.stderr, done.stdout, port)
    assert done.returncode == 2
    assert "attempting" not in done.stderr
    assert list(tmp_path.iterdir()) == []


OTHERS = (("--seed", "8"), ("--symbol", "BTCUSDT"), ("--symbol", "ADAUSDT"))
"""Other markets than that of the seed 7."""


@pytest.mark.parametrize(
    ("seconds", "others"),
    [("300", OTHERS), ("301", OTHERS[:1])],
    ids=["stopped after a candle", "stopped after a timer"],
)
def test_a_directory_of_another_market_is_refused_and_not_touched(
    seconds: str, others: Sequence[tuple[str, str]], tmp_path: Path
) -> None:
    run = (*DEMO, "--data-dir", str(tmp_path), "--speed", "0", "--for", seconds)
    assert forked(*run, "--seed", "7").returncode == 0
    before = asked(tmp_path / "desk.db", "SELECT count(*) FROM step")
    for other in others:
        done = forked(*run, *other)
        assert_one_sentence(done.stderr, "", "same")
        assert done.returncode == 2
        assert asked(tmp_path / "desk.db", "SELECT count(*) FROM step") == before


def test_money_for_a_desk_that_has_begun_with_other_money_is_refused(tmp_path: Path) -> None:
    run = (*DEMO, "--data-dir", str(tmp_path), "--speed", "0", "--for", "60")
    assert forked(*run, "--cash", "500").returncode == 0
    done = forked(*run, "--cash", "5")
    assert_one_sentence(done.stderr, done.stdout, "began with 500")
    assert done.returncode == 2
    for money in ((), ("--cash", "500.0")):
        assert forked(*run, *money).returncode == 0


def test_a_second_desk_on_a_directory_ends_within_two_seconds(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "1", fresh=True) as first:
        first.ready()
        began = time.monotonic()
        program("demo", "--port", "70000")
        usual = time.monotonic() - began
        done = program(*DEMO, "--data-dir", str(tmp_path))
        took = time.monotonic() - began - usual
        assert done.returncode == 2
        assert_one_sentence(done.stderr, "", str(tmp_path))
        assert took < 2.0 + usual  # as busy as the machine is, a program that only reads its options takes `usual`
        assert first.process.poll() is None
        assert first.stop() == 0


def assert_one_sentence(stderr: str, stdout: str, named: str) -> None:
    assert named in stderr
    assert stderr.count("\n") == 1
    assert "Traceback" not in stderr
    assert len(stderr) < 1500
    assert stdout == ""
