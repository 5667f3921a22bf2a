"""`pocketdesk train` as a person runs it: the file it writes, who may use it, what is refused."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bot.program.training import judge
from engine.model.market import Bars
from strategies.learning.labels import labels
from strategies.learning.model import parse
from tests.series import random_bars
from tests.unit.bot.command_line import Run

BARS = random_bars(41, 4 * 288)
SHORT = ("--timeframe", "5m", "--param", "fit_days=2", "--param", "use_days=1", "--param", "horizon=6")


def written(path: Path, bars: Bars) -> str:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ts", "open", "high", "low", "close", "volume"])
        columns = (bars.ts, bars.open, bars.high, bars.low, bars.close, bars.volume)
        rows.writerows(zip(*(column.tolist() for column in columns), strict=True))
    return str(path)


def test_a_model_is_trained_and_trades_on_the_candles_it_was_trained_on(run: Run, tmp_path: Path) -> None:
    data = written(tmp_path / "X-5m.csv", BARS)
    status, out, _ = run("train", "--data", data, "--out", "model.json", "--json", *SHORT)
    found = json.loads(out)
    assert status == 0
    assert [block["from"] for block in found["blocks"]] == ["2023-11-17T00:00:00Z", "2023-11-18T00:00:00Z"]
    assert found["recipe"]["horizon"] == 6
    asked = ("--strategy", "ml_score", *SHORT, "--param", "model=model.json", "--json")
    status, out, _ = run("backtest", "--data", data, *asked)
    assert (status, json.loads(out)["strategy"]) == (0, "ml_score")
    other = written(tmp_path / "Y-5m.csv", random_bars(42, 4 * 288))
    status, out, err = run("backtest", "--data", other, *asked)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("ml_score on Y: model_mismatch: the candles before 2023-11-17")


def test_what_comes_before_from_and_after_to_is_not_learned_from(run: Run, tmp_path: Path) -> None:
    data = written(tmp_path / "X-5m.csv", BARS)
    # The candles begin on 2023-11-15: with two days to learn from, the first block is of the 17th.
    for options, blocks in (
        (("--from", "2023-11-16"), ["2023-11-18T00:00:00Z"]),
        (("--to", "2023-11-18"), ["2023-11-17T00:00:00Z"]),
    ):
        code, out, _ = run("train", "--data", data, "--out", "model.json", "--json", *SHORT, *options)
        assert (code, [block["from"] for block in json.loads(out)["blocks"]]) == (0, blocks)


def test_a_model_is_judged_on_the_days_it_does_not_know(run: Run, tmp_path: Path) -> None:
    run("train", "--data", written(tmp_path / "X-5m.csv", BARS), "--out", "model.json", *SHORT)
    model = parse((tmp_path / "model.json").read_bytes())
    chance, paid = model.probability(BARS), labels(BARS, "5m", 6, 0.0005)
    decided = right = 0
    for p, outcome in zip(chance.tolist(), paid.tolist(), strict=True):
        if not np.isnan(outcome) and (p >= 0.7 or p <= 0.3):
            decided += 1
            right += (p >= 0.7) == (outcome == 1.0)
    found = judge(model, BARS, 0.7)
    assert (found.decided, found.right) == (decided, right)
    assert decided > 20


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("--timeframe", "1m"), "--timeframe is '1m', but it takes one of 5m, 15m, 1h, 4h, 1d with these candles."),
        (("--timeframe", "5m"), "Nothing can be trained: 1152 candles of 5m hold no 180 days"),
        (
            (*SHORT, "--param", "model=x.json"),
            "train makes the model, so it takes no --param model=...; --out names the file.",
        ),
        ((*SHORT, "--param", "mood=1"), "ml_score"),
        ((*SHORT, "--out", "nowhere/model.json"), "--out nowhere/model.json cannot be written"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_one_sentence(
    run: Run, tmp_path: Path, typed: tuple[str, ...], sentence: str
) -> None:
    data = written(tmp_path / "X-5m.csv", BARS)
    status, out, err = run("train", "--data", data, "--out", "model.json", *typed)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(sentence)
    assert not (tmp_path / "model.json").exists()


def test_the_candles_of_one_symbol_are_taken(run: Run, tmp_path: Path) -> None:
    files = [f"{name}={written(tmp_path / f'{name}.csv', BARS)}" for name in ("X", "Y")]
    status, _, err = run("train", "--data", files[0], "--data", files[1], "--out", "model.json", *SHORT)
    assert (status, err) == (2, "train takes the candles of one symbol, but these are of X, Y.\n")
