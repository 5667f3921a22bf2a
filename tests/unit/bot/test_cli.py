"""The program as a person runs it: what is printed, where, and with which exit code."""

import csv
import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app, home
from tests.architecture.source import ROOT
from tests.unit.bot.command_line import Run

MINUTES = 3_000


@pytest.fixture
def candles(tmp_path: Path) -> str:
    """A saw-tooth market of one-minute candles: 100 minutes up, 100 down."""
    path = tmp_path / "SAWUSDT-1m.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ts", "open", "high", "low", "close", "volume"])
        price = 1000.0
        for minute in range(MINUTES):
            after = round(price + (1 if minute // 100 % 2 == 0 else -1), 1)
            high, low = max(price, after) + 0.5, min(price, after) - 0.5
            rows.writerow([1_735_689_600_000 + minute * 60_000, price, high, low, after, 5.0])
            price = after
    return str(path)


CROSS = ("--strategy", "ma_cross@1m", "--param", "fast=5", "--param", "slow=20")


def test_help_is_there_in_well_under_a_second() -> None:
    command = [sys.executable, "-m", "bot", "--help"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    began = time.perf_counter()
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert time.perf_counter() - began < 2.0
    assert [name for name in ("demo", "run", "backtest", "signal", "doctor") if name not in asked.stdout] == []


def test_a_backtest_prints_its_result_as_one_json_object(run: Run, candles: str) -> None:
    code, out, err = run("backtest", "--data", candles, *CROSS, "--json")
    result = json.loads(out)
    assert (code, err) == (0, "")
    first = [
        *("strategy", "symbols", "timeframe", "from", "to", "bars", "trades", "wins", "losses", "win_rate", "profit"),
        *("profit_percent", "final_equity", "max_drawdown_percent", "sharpe", "sortino", "calmar", "cagr_percent"),
        *("profit_factor", "expectancy", "fees", "funding", "exposure_percent", "denied", "run_seconds"),
        "bars_per_second",
    ]
    assert list(result)[: len(first)] == first
    assert {"sqn", "deflated_sharpe", "months", "by_strategy", "by_reason", "breakers", "settings", "id"} < {*result}
    assert result["symbols"] == ["SAWUSDT"]
    assert result["bars"] == MINUTES
    assert result["from"] == "2025-01-01T00:00:00Z"
    assert Decimal(result["final_equity"]) == 10_000 + Decimal(result["profit"])
    assert result["trades"] > 5


def test_closed_trades_are_written_with_the_sum_of_the_result(run: Run, candles: str, tmp_path: Path) -> None:
    _, out, _ = run("backtest", "--data", candles, *CROSS, "--json", "--trades", "out.csv", "--fee", "0")
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert len(rows) == json.loads(out)["trades"]
    assert list(rows[0]) == [
        *("symbol", "side", "entry_at", "entry_price", "exit_at", "exit_price", "amount", "fee", "funding", "pnl"),
        *("reason", "strategy", "currency"),
    ]
    for row in rows:
        gain = Decimal(row["exit_price"]) - Decimal(row["entry_price"])
        signed = gain if row["side"] == "long" else -gain
        assert Decimal(row["pnl"]) == signed * Decimal(row["amount"])
        assert row["entry_at"].endswith("Z")


def test_a_backtest_draws_its_equity(run: Run, candles: str, tmp_path: Path) -> None:
    code, out, _ = run("backtest", "--data", candles, *CROSS, "--chart", "out.png")
    assert code == 0
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")
    assert "profit" in out


def test_costs_brackets_and_limits_reach_the_engine(run: Run, candles: str) -> None:
    def equity(*options: str) -> Decimal:
        _, out, err = run("backtest", "--data", candles, *CROSS, "--json", *options)
        assert err == ""
        return Decimal(json.loads(out)["final_equity"])

    plain = equity()
    for options in (
        ("--fee", "0.001"),
        ("--slippage-bps", "5"),
        ("--spread-bps", "5"),
        ("--cash", "5000"),
        ("--stop", "0.03%"),
        ("--target", "0.002"),
        ("--risk", "max_position_size_percent=1"),
        ("--step", "0.5"),
        ("--from", "2025-01-01T12:00Z"),
        ("--to", "2025-01-01T12:00Z"),
        ("--param", "kind=ema"),
    ):
        assert equity(*options) != plain, options


def test_the_last_signal_is_a_record_and_all_of_them_are_a_list(run: Run, candles: str) -> None:
    _, one, _ = run("signal", "--data", candles, *CROSS, "--json")
    record = json.loads(one)
    assert list(record) == [
        *("signal_id", "timestamp", "valid_until", "symbol", "timeframe", "strategy", "signal", "score", "confidence"),
        *("entry", "stop_loss", "target", "reason", "market_state", "setup", "checks"),
    ]
    assert record["timestamp"] == "2025-01-03T02:00:00Z"
    assert record["valid_until"] == "2025-01-03T02:00:30Z"
    _, every, _ = run("signal", "--data", candles, "--json")
    names = [each["strategy"] for each in json.loads(every)]
    assert {"breakout", "ma_cross", "macd_bb", "razor", "rsi_mr"} < {*names}
    assert names == sorted({*names})
    code, table, _ = run("signal", "--data", candles)
    assert code == 0
    assert "SAWUSDT" in table


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("frob", "No such command 'frob'."),
        ("backtest --frob", "No such option: --frob"),
        ("backtest", "Missing option '--data'."),
        ("backtest --data none.csv --strategy razor", "none.csv does not exist."),
        ("backtest --data SAW", "--strategy is missing; it takes basis_arb, breakout,"),
        ("optimise --data SAW --strategy mine.json", "mine.json is a file of rules, which has no parameters to search"),
        ("backtest --data SAW --strategy rzor", "There is no strategy 'rzor'; there are basis_arb, breakout"),
        ("backtest --data SAW --strategy razor@7m", "razor does not run on the timeframe '7m'"),
        ("backtest --data SAW --strategy razor --strategy razor", "--strategy names the same strategy twice"),
        ("backtest --data SAW --strategy razor --param fast=0", "razor: fast is '0', but it takes a whole number"),
        ("backtest --data SAW --strategy razor --param x.fast=9", "--param is 'x.fast', but it takes NAME.K=V"),
        ("backtest --data SAW --strategy razor --param fast", "--param is 'fast', but it takes name=value."),
        ("backtest --data SAW --strategy razor --risk leverage=3", "There is no risk setting 'LEVERAGE'; there is"),
        ("demo --risk nope=1", "There is no risk setting 'NOPE'; docs/configuration.md lists them all."),
        ("demo --port 😀", "--port is '😀', but it takes a whole number"),
        ("backtest list --data-dir none", "--data-dir none is no folder; it takes one with backtests"),
        ("backtest --data SAW --strategy razor --risk max_leverage=99", "MAX_LEVERAGE is '99', but it takes a number"),
        ("backtest --data SAW --strategy razor --stop 5", "--stop is '5', but it takes a percentage"),
        ("backtest --data SAW --strategy razor --fee 5", "--fee is '5', but it takes a number from 0 to 0.1."),
        ("backtest --data SAW --strategy razor --from soon", "--from is 'soon', but it takes a date or time"),
        ("backtest --data SAW --strategy razor --from 2031-01-01", "No candle closes in the chosen time"),
        ("backtest --data SAW --strategy razor --symbol A --symbol B", "Several --symbol name no file"),
        ("backtest --data SAW --strategy razor --trades no/where.csv", "--trades no/where.csv cannot be written"),
        ("backtest --data SAW --strategy razor --chart .", "--chart . cannot be written"),
        ("backtest --data SAW --strategy razor --report no/r.html", "--report no/r.html cannot be written"),
        ("signal --data SAW --timeframe 1w --strategy razor", "--timeframe is '1w'"),
        ("demo --speed -1", "--speed is '-1', but it takes a number from 0"),
        ("demo --port 70000", "--port is '70000', but it takes a whole number from 0 to 65535."),
        ("demo --seed x", "--seed is 'x', but it takes a whole number"),
        ("demo --for 0", "--for is '0', but it takes a whole number from 1"),
        ("demo --tick 1", "--tick needs --replay FILE"),
        ("demo --symbol NONE", "The synthetic market has no NONE"),
        ("demo --replay none.csv", "none.csv does not exist."),
    ],
)
def test_bad_input_is_one_sentence_on_stderr_and_exit_code_2(
    run: Run, candles: str, tmp_path: Path, arguments: str, sentence: str
) -> None:
    before = sorted(tmp_path.iterdir())
    code, out, err = run(*(candles if word == "SAW" else word for word in arguments.split()))
    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_each_recording_has_a_folder_of_its_own_beside_that_of_the_simulated_market() -> None:
    assert home([]) == Path("data/demo")
    assert home(["BTCUSDT-1m.parquet"]) == home(["BTC=old/BTCUSDT-1m.csv"]) == Path("data/replay-BTCUSDT-1m")
    assert home(["a.csv", "b.csv.gz"]) == Path("data/replay-a+b.csv")
    assert len(home(["a" * 300]).name) < 100


@pytest.mark.parametrize(
    "arguments",
    [
        "demo --no-browser --data-dir LONG",
        "demo --replay LONG",
        "flatten --data-dir LONG",
        "doctor --data-dir LONG",
        "data list --data-dir LONG",
        "data verify --data-dir LONG",
        "backtest --data SAW --strategy razor --trades LONG.csv",
        "backtest --data SAW --strategy razor --report LONG.html",
        "backtest --data SAW --strategy razor --data-dir LONG",
        "backtest --data PATH --strategy razor",
        "backtest list --data-dir LONG",
        "signal --data LONG",
        "check --data LONG",
    ],
)
def test_a_name_too_long_for_a_file_is_refused_in_one_sentence(run: Run, candles: str, arguments: str) -> None:
    words = {"SAW": candles, "PATH": "a/" * 2_500}
    code, _, err = run(*(words.get(word, word.replace("LONG", "A" * 300)) for word in arguments.split()))
    assert (code, err.count("\n")) == (2, 1), err
    assert "too long" in err


def test_where_nothing_is_kept_it_is_said(run: Run) -> None:
    assert run("data", "verify")[:2] == (0, "There are no candles to verify; `pocketdesk data download` stores some.\n")
    assert run("backtest", "list")[1].startswith("No backtest is kept here yet")


def test_run_without_settings_says_what_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_TOKEN", "TELEGRAM_WHITELIST_IDS", "TELEGRAM_ADMIN_IDS", "TZ"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = run("run")
    assert (code, out) == (2, "")
    assert [line.split()[0] for line in err.splitlines()] == ["TELEGRAM_TOKEN", "TELEGRAM_WHITELIST_IDS"]


def test_the_quick_check_follows_the_heartbeat(run: Run, tmp_path: Path) -> None:
    assert run("doctor", "--quick", "--data-dir", str(tmp_path))[0] == 1
    beat = tmp_path / "heartbeat"
    beat.touch()
    assert run("doctor", "--quick", "--data-dir", str(tmp_path))[0] == 0
    stale = time.time() - 61
    os.utime(beat, (stale, stale))
    assert run("doctor", "--quick", "--data-dir", str(tmp_path))[0] == 1


def test_doctor_names_a_damaged_database_and_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"no database at all" * 100)
    code, out, err = run("doctor", "--data-dir", str(tmp_path))
    assert (code, err) == (1, "")
    assert "BAD  database: " in out
    assert "ok   python: " in out


def test_every_option_of_the_program_is_on_the_page_about_it() -> None:
    page = (ROOT / "docs" / "cli.md").read_text()
    commands = get_command(app).commands  # type: ignore[attr-defined]
    options = {each for command in commands.values() for option in command.params for each in option.opts}
    assert {option for option in options - {"--help"} if f"`{option}`" not in page} == set()
