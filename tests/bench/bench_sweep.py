"""A hundred pairs of averages over a year of minutes (52.56 million bars): seconds, memory, whole backtests only."""

import json
import os
import subprocess
import sys
from pathlib import Path

from msgspec import structs

from engine.backtest.backtest import run
from engine.model.money import plain
from engine.optimise.search import search
from engine.optimise.study import Store, Study, in_folder
from engine.optimise.trial import Bench, Span, placed
from tests.bench.sweep import sweep
from tests.bench.year import MINUTES, show

CORES = 4
BUDGET_S = 9.5
"""The fastest peer (vectorbt); the aim is 6 s."""
BUDGET_MB = 1_000
SHORT = 6 * 1440


def test_a_hundred_pairs_over_a_year() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "tests.bench.sweep", str(CORES)],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    swept = json.loads(process.stdout)
    show(
        f"\n{swept['runs']} pairs x {MINUTES:,} bars on {CORES} cores: {swept['seconds']:.1f} s "
        f"({100 * MINUTES / swept['seconds'] / 1e6:.1f} million bars/s, {swept['trades']:,} trades, "
        f"{swept['cpu']:.0f} s of CPU), peak {swept['peak_mb']:.0f} MB in all processes"
    )
    assert swept["runs"] == 100
    assert swept["peak_mb"] < BUDGET_MB
    assert swept["seconds"] <= BUDGET_S


def test_each_of_them_trades_like_a_single_run(tmp_path: Path) -> None:
    wanted = structs.replace(sweep(2, SHORT), url=in_folder(tmp_path, "sweep"))
    source, bench = wanted.market.whole(), Bench(wanted.market, wanted.plan)
    search(wanted)
    swept = Study(Store(wanted.url), wanted.name, wanted.question).scored()
    assert len(swept) == 100
    for each in swept:
        single = run(source, placed(wanted.plan, each.point))
        assert bench.result(each.point, Span()).trades == single.trades
        assert (each.outcome.trades, each.outcome.final_equity) == (len(single.trades), plain(single.final_equity))
