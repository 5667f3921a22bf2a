"""`pocketdesk check` as a person runs it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.cli import main

Run = Callable[..., tuple[int, str, str]]
OWN = """
import msgspec, numpy as np
from strategies.base import CandleStrategy
from strategies.columns import Marks, base, scores, signals

class Params(msgspec.Struct, frozen=True):
    n: int = 5

class Peek(CandleStrategy[Params]):
    name, timeframes, params_type = "peek", ("5m",), Params
    def warmup(self, params): return 50
    def first_bar(self, params): return params.n
    def evaluate(self, bars, params):
        of = base(bars)
        later = np.append(of.close[1:], of.close[-1:])
        found = signals(of, params.n, later > of.close * 1.001, later < of.close * 0.999)
        def mark(rows, side):
            return Marks(np.full(len(rows), 50.0), of.close[rows] * (1 - 0.01 * side))
        return scores(found, mark, ("up", "down"), setup="peek")

strategy = Peek()
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `pocketdesk check` in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["check", *arguments])
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return ran


def levels(out: str) -> dict[str, str]:
    (verdict,) = json.loads(out)
    return {finding["check"]: finding["level"] for finding in verdict["findings"]}


def test_a_strategy_of_the_program_passes_with_other_parameters(run: Run) -> None:
    status, out, _ = run("--strategy", "ma_cross@5m", "--param", "fast=5", "--quick", "--json")
    assert status == 0
    found = levels(out)
    assert {found[name] for name in ("look_ahead", "warm_up", "determinism", "inputs", "columns", "ranges")} == {"ok"}
    assert json.loads(out)[0]["params"]["fast"] == "5"


def test_a_file_of_ones_own_that_looks_ahead_fails_by_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "peek.py").write_text(OWN)
    status, out, _ = run("--strategy", "peek.py", "--quick")
    assert status == 1
    assert "look_ahead" in out
    assert "1 later bar is known" in " ".join(out.split())


def test_rules_from_the_library_and_from_a_file_are_checked(run: Run, tmp_path: Path) -> None:
    from strategies.rules.folder import LIBRARY

    (tmp_path / "mine.json").write_text((LIBRARY / "macd-momentum.json").read_text())
    status, out, _ = run("--strategy", "squeeze", "--strategy", "mine.json", "--quick", "--json")
    assert status == 0
    assert [verdict["strategy"] for verdict in json.loads(out)] == ["squeeze", "mine.json"]


def test_recorded_candles_are_looked_at_too_and_for_over_fitting(run: Run, tmp_path: Path) -> None:
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(3).normal(0.0, 0.003, 3_000)))
    with (tmp_path / "XUSDT-15m.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ts", "open", "high", "low", "close", "volume"])
        for row, price in enumerate(close.tolist()):
            rows.writerow([1_735_689_600_000 + row * 900_000, price, price * 1.001, price * 0.999, price, 5.0])
    arguments = ("--strategy", "ma_cross@15m", "--data", "XUSDT-15m.csv", "--trials", "50", "--quick", "--json")
    status, out, _ = run(*arguments)
    found = levels(out)
    assert {"trades", "plateau", "walk_forward", "deflated_sharpe", "over_fit"} <= found.keys()
    sentences = [each["sentence"] for each in json.loads(out)[0]["findings"]]
    assert any(sentence.startswith("XUSDT: ") and "prefixes" in sentence for sentence in sentences)
    assert any("50 sets" in sentence for sentence in sentences)
    assert status == (1 if found["over_fit"] == "fail" else 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--strategy", "nosuch"), "--strategy is 'nosuch'"),
        (("--strategy", "gone.json"), "gone.json cannot be read"),
        (("--strategy", "gone.py"), "gone.py cannot be read"),
        (("--strategy", "squeeze@1m"), "one of its timeframes: 1h"),
        (("--strategy", "ma_cross", "--trials", "0"), "--trials"),
        (("--strategy", "squeeze", "--strategy", "squeeze"), "twice"),
    ],
)
def test_what_cannot_be_checked_is_said_in_one_sentence(run: Run, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_the_desk_of_the_folder_is_told_what_was_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "peek.py").write_text(OWN)
    (tmp_path / "desk").mkdir()
    run("--strategy", "ma_cross@5m", "--strategy", "peek.py", "--data-dir", "desk")
    (kept,) = json.loads((tmp_path / "desk" / "checks.json").read_text()).values()
    assert kept["strategy"] == "ma_cross@5m"
    assert {finding["level"] for finding in kept["findings"]} == {"ok"}


def test_a_folder_that_is_none_is_refused(run: Run) -> None:
    status, _, err = run("--strategy", "ma_cross@5m", "--data-dir", "nowhere")
    assert (status, err.count("\n")) == (2, 1)
    assert "--data-dir" in err
