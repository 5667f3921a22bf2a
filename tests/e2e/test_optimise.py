"""`pocketdesk optimise` as real processes: cut off and taken up again, two at once, its file handed to a backtest."""

import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from engine.feeds.synthetic import SyntheticSource
from tests.conftest import ROOT
from tests.e2e.demo_process import alive

STRATEGY = ("--strategy", "ma_cross@5m", "--param", "kind=ema", "--risk", "RISK_PER_TRADE_PERCENT=0.2")
SEARCH = ("--space", "fast=5:50", "--space", "slow=20:200", "--space", "atr_mult=1:4", "--min-trades", "5")
DAYS = 30


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("market") / "BTCUSDT-1m.csv"
    bars = SyntheticSource(7, ("BTCUSDT",), footprints=False).columns("BTCUSDT", DAYS * 1440)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        names = ("ts", "open", "high", "low", "close", "volume")
        rows.writerow(names)
        rows.writerows(zip(*(getattr(bars, name).tolist() for name in names), strict=True))
    return str(path)


def begun(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    environment = os.environ | {"DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    return out


def run(folder: Path, *arguments: str) -> str:
    return ended(begun(folder, *arguments))


def states(database: Path) -> dict[str, int]:
    if not database.exists():
        return {}
    try:
        with closing(sqlite3.connect(database, timeout=10)) as connection:
            return dict(connection.execute("SELECT state, count(*) FROM trials GROUP BY state"))
    except sqlite3.OperationalError:  # its tables are being made
        return {}


def workers_of(parent: int) -> set[int]:
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                    found.add(int(folder.name))
            except OSError:
                continue
    return found


@pytest.mark.kill
def test_a_killed_study_goes_on_as_if_it_had_not_been_killed(tmp_path: Path, data: str) -> None:
    asked = ("optimise", "--data", data, *STRATEGY, *SEARCH, "--trials", "30", "--jobs", "2", "--json")
    whole = json.loads(run(tmp_path, *asked))
    process = begun(tmp_path, *asked, "--study", "cut")
    database = tmp_path / "studies" / "cut.db"
    while states(database).get("COMPLETE", 0) < 10:
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    children = workers_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    left = states(database)
    assert left["RUNNING"] > 0
    assert left["COMPLETE"] < 30
    again = json.loads(run(tmp_path, *asked, "--study", "cut"))
    assert again.pop("study") == "cut"
    assert whole.pop("study") is None
    assert again == whole
    assert states(database)["COMPLETE"] == 30
    gone = time.monotonic() + 60
    while any(map(alive, children)) and time.monotonic() < gone:
        time.sleep(0.05)
    assert [child for child in children if alive(child)] == []


@pytest.mark.kill
def test_ctrl_c_ends_it_with_a_word_about_the_study(tmp_path: Path, data: str) -> None:
    asked = ("optimise", "--data", data, *STRATEGY, *SEARCH, "--trials", "500", "--jobs", "2", "--study", "long")
    process = begun(tmp_path, *asked)
    database = tmp_path / "studies" / "long.db"
    while states(database).get("COMPLETE", 0) < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "The study long keeps its trials; the same command goes on.\n"


def test_two_processes_share_one_study(tmp_path: Path, data: str) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    asked = ("optimise", "--data", data, *STRATEGY, "--space", "fast=5:50:15", "--space", "slow=60:200:20")
    shared = (*asked, "--sampler", "grid", "--min-trades", "1", "--jobs", "1", "--json")
    first = begun(tmp_path, *shared, "--study", "both", "--storage", url)
    second = begun(tmp_path, *shared, "--study", "both", "--storage", url)
    ended(first)
    ended(second)
    with closing(sqlite3.connect(tmp_path / "shared.db")) as connection:
        owners = connection.execute(
            "SELECT value_json FROM trial_user_attributes WHERE key = 'owner' GROUP BY value_json"
        ).fetchall()
        points = connection.execute(
            "SELECT count(DISTINCT pair) FROM (SELECT group_concat(param_value) AS pair FROM"
            " (SELECT * FROM trial_params ORDER BY trial_id, param_name) GROUP BY trial_id)"
        ).fetchone()
    assert states(tmp_path / "shared.db")["COMPLETE"] == 4 * 8
    assert points[0] == 4 * 8
    assert len(owners) == 2
    together = json.loads(run(tmp_path, *shared, "--study", "both", "--storage", url))
    alone = json.loads(run(tmp_path, *shared))
    assert together.pop("study") == "both"
    assert alone.pop("study") is None
    assert together == alone


def test_what_is_written_runs_in_a_backtest_with_the_result_of_its_trial(tmp_path: Path, data: str) -> None:
    asked = ("optimise", "--data", data, *STRATEGY, *SEARCH, "--stop", "0.8%", "--trials", "12", "--out", "best.json")
    table = run(tmp_path, *asked)
    assert "Deflated Sharpe" in table
    written = json.loads((tmp_path / "best.json").read_text())
    best = written["found"]["best"][0]
    assert written["strategy"] == "ma_cross@5m"
    assert written["stop"] == "0.008"
    assert written["params"] == {"kind": "ema", **best["params"]}
    ran = json.loads(run(tmp_path, "backtest", "--data", data, "--params-file", "best.json", *STRATEGY[-2:], "--json"))
    assert (ran["trades"], ran["final_equity"], ran["sharpe"]) == (best["trades"], best["final_equity"], best["sharpe"])


def test_walk_forward_is_told_window_by_window(tmp_path: Path, data: str) -> None:
    asked = ("optimise", "--data", data, *STRATEGY, *SEARCH, "--trials", "8", "--walk-forward", "train=10d,test=5d")
    found = json.loads(run(tmp_path, *asked, "--json"))
    assert len(found["windows"]) == 4
    assert found["out_of_sample"]["trades"] == sum(window["test"]["trades"] for window in found["windows"])
    names = {warned["name"] for warned in found["warnings"]}
    assert names <= {"deflated_sharpe", "plateau", "walk_forward"}
    assert ("walk_forward" in names) == ((found["out_of_sample"]["efficiency"] or 0) < 0.5)
