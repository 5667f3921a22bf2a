"""One year of 1m bars through gate, ledger and simulated venue: seconds, bars a second, memory."""

import json
import os
import subprocess
import sys

from engine.model.market import Timeframe
from tests.bench.year import MINUTES, show

RUNS = 3
BUDGET_S = 2.0
BUDGET_BARS_PER_S = 500_000
BUDGET_MB = 250


def best(timeframe: Timeframe) -> dict[str, float]:
    """The fastest of some runs, each in its own process on one thread; the memory is that of the largest."""
    runs: list[dict[str, float]] = []
    for _ in range(RUNS):
        process = subprocess.run(
            [sys.executable, "-m", "tests.bench.year", timeframe],
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            check=True,
        )
        runs.append(json.loads(process.stdout))
    fastest = min(runs, key=lambda run: run["seconds"]) | {"peak_mb": max(run["peak_mb"] for run in runs)}
    rate = fastest["bars"] / fastest["seconds"]
    show(
        f"\nyear of 1m bars, signals on {timeframe}: {fastest['seconds']:.2f} s ({fastest['cpu']:.2f} s of CPU), "
        f"{rate:,.0f} bars/s, {fastest['trades']:,.0f} trades, peak {fastest['peak_mb']:.0f} MB"
    )
    return fastest


def test_a_year_with_a_bracket_takes_two_seconds() -> None:
    run = best("1m")
    assert run["bars"] == MINUTES
    assert 23_000 <= run["trades"] <= 25_000, "about 24,000 trades are what the budget is for"
    assert run["denied"] == 0, "limits were to be loose enough"
    assert run["peak_mb"] < BUDGET_MB
    assert run["seconds"] <= BUDGET_S


def test_a_year_with_few_trades_runs_half_a_million_bars_a_second() -> None:
    run = best("1h")
    assert run["bars"] == MINUTES
    assert 100 <= run["trades"] <= 1_000, "few trades, but trades"
    assert run["peak_mb"] < BUDGET_MB
    assert run["bars"] / run["seconds"] >= BUDGET_BARS_PER_S
