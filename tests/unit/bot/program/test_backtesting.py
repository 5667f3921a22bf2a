"""`pocketdesk backtest` and what it keeps, as a person runs it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import main
from tests.e2e.recordings import as_csv, as_parquet, minutes
from tests.scripted import START

Run = Callable[..., tuple[int, str, str]]
CROSS = ("--strategy", "ma_cross@5m", "--param", "fast=3", "--param", "slow=8")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `pocketdesk backtest` in a folder of its own, beside two recorded markets: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATA_DIR", raising=False)
    market = minutes(7, ("BTCUSDT", "ETHUSDT"), 1_500)
    (tmp_path / "market").mkdir()
    as_csv(tmp_path / "market", "BTCUSDT", market["BTCUSDT"])
    as_parquet(tmp_path / "market", "ETHUSDT", market["ETHUSDT"])

    def ran(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(("backtest", *arguments))
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return ran


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "data" / "backtests").glob("*"))


def test_a_folder_and_lists_are_several_symbols_and_strategies_on_one_account(run: Run) -> None:
    code, out, err = run("--data", "market", "--strategy", "ma_cross@5m,razor", "--strategy", "rsi_mr@15m", "--json")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told["symbols"] == ["BTCUSDT", "ETHUSDT"]
    assert [part["name"] for part in told["by_strategy"]] == ["ma_cross@5m", "razor", "rsi_mr@15m"]
    assert sum(part["trades"] for part in told["by_symbol"]) == told["trades"] > 10
    _, pattern, _ = run("--data", "market/*", "--strategy", "ma_cross@5m,razor,rsi_mr@15m", "--json")
    assert json.loads(pattern)["id"] == told["id"]


def test_a_strategy_can_be_kept_to_some_symbols(run: Run) -> None:
    _, out, _ = run("--data", "market", *CROSS, "--only", "ma_cross@5m=ETHUSDT", "--json")
    told = {part["name"]: part["trades"] for part in json.loads(out)["by_symbol"]}
    assert told["BTCUSDT"] == 0
    assert told["ETHUSDT"] > 0


def test_funding_leverage_and_costs_reach_the_result(run: Run, tmp_path: Path) -> None:
    rates = tmp_path / "BTCUSDT-funding.csv"
    rates.write_text("ts,rate\n" + "".join(f"{START + hour * 3_600_000},0.01\n" for hour in range(-24, 20_000)))
    plain, funded, costly, geared = (
        json.loads(run("--data", "market", *CROSS, "--json", *options)[1])
        for options in (
            (),
            ("--data", str(rates)),
            ("--slippage-bps", "5", "--spread-bps", "4"),
            ("--risk", "max_leverage=50"),
        )
    )
    assert plain["funding"] == "0" != funded["funding"]
    assert float(costly["final_equity"]) < float(plain["final_equity"])
    assert (plain["settings"]["MAX_LEVERAGE"], geared["settings"]["MAX_LEVERAGE"]) == ("5", "50")


def test_every_run_is_kept_and_shown_again_as_it_was(run: Run, tmp_path: Path) -> None:
    _, first, _ = run("--data", "market", *CROSS, "--json")
    _, again, _ = run("show", "latest", "--json")
    assert json.loads(again) == json.loads(first)
    (file,) = kept(tmp_path)
    assert file.stem == json.loads(first)["id"]
    code, out, _ = run("show", file.stem[:15], "--report", "r.html", "--trades", "t.csv", "--chart", "c.png")
    assert code == 0
    assert f"Kept as {file.stem}" in out
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    assert len(list(csv.DictReader((tmp_path / "t.csv").read_text().splitlines()))) == json.loads(first)["trades"]
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_run_is_kept_once_and_no_save_keeps_nothing(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("--data", "market", *CROSS, "--no-save", "--json")
    assert (code, json.loads(out)["id"], kept(tmp_path)) == (0, None, [])
    run("--data", "market", *CROSS)
    run("--data", "market", *CROSS)
    assert len(kept(tmp_path)) == 1


def test_list_and_compare_tell_runs_apart(run: Run) -> None:
    assert run("list", "--json")[1] == "[]\n"
    ids = [json.loads(run("--data", "market", *CROSS, "--json", "--fee", fee)[1])["id"] for fee in ("0", "0.001")]
    listed = json.loads(run("list", "--json")[1])
    assert sorted(each["id"] for each in listed) == sorted(ids)
    told = json.loads(run("compare", *ids, "--json")[1])
    assert told["settings"] == {"fee": dict(zip(ids, ("0", "0.001"), strict=True))}
    assert [each["id"] for each in told["runs"]] == ids
    code, table, err = run("compare", *ids)
    assert (code, err) == (0, "")
    assert "profit factor" in table
    assert all(each in run("list")[1] for each in ids)


def test_a_broken_file_does_not_hide_the_others(run: Run, tmp_path: Path) -> None:
    run("--data", "market", *CROSS)
    (tmp_path / "data" / "backtests" / "20200101T000000-00000000.json").write_text("{")
    code, out, _ = run("list")
    assert code == 0
    assert "is not a stored backtest" in " ".join(out.split())
    assert "ma_cross" in out
    code, out, err = run("show", "00000000")
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("show", "Missing argument 'ID'."),
        ("show x", "data/backtests holds no backtests; `pocketdesk backtest` keeps each run there."),
        ("compare x y", "data/backtests holds no backtests"),
        ("frob", "No such command 'frob'."),
        ("--fee 0 list", "Options of a run do not go with `list`; give its own after it."),
        ("--data market --strategy razor --only razr=BTCUSDT", "--only is 'razr', but it takes NAME=SYMBOL,SYMBOL"),
        ("--data market --strategy razor --only razor=SOLUSDT", "--only razor is 'SOLUSDT', but it takes symbols of"),
        ("--data empty --strategy razor", "--data empty holds no file that ends in .csv"),
        ("--data market/*.zip --strategy razor", "--data market/*.zip fits no file."),
        (
            "--data market --strategy razor --data-dir market/BTCUSDT-1m.csv",
            "market/BTCUSDT-1m.csv/backtests cannot be",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_keeps_nothing(run: Run, tmp_path: Path, arguments: str, sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = run(*arguments.split())
    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
    assert kept(tmp_path) == []


def test_one_run_is_nothing_to_compare(run: Run) -> None:
    run("--data", "market", *CROSS)
    code, _, err = run("compare", "latest", "latest")
    assert (code, err) == (2, "A comparison takes the ids of two or more different backtests.\n")
