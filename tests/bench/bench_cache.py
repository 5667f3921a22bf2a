"""A stored year of 1m candles: time until its columns are there, checksum compared; beside it, the year as Parquet."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.feeds.cache.folder import Cache
from engine.feeds.cache.sheet import Head, Sheet
from engine.feeds.files import load
from engine.feeds.synthetic import SyntheticSource
from engine.model.market import Bars
from tests.bench.year import MINUTES, SYMBOL, show

BUDGET_S = 0.1
BUDGET_MB = 20
RUNS = 5
COLD = """
import json, sys, time
began = time.perf_counter()
from pathlib import Path
from engine.feeds.cache.sheet import read
bars = read(Path(sys.argv[1])).bars
print(json.dumps({"bars": len(bars), "seconds": time.perf_counter() - began, "close": bars.close[-1]}))
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    stored = Cache(tmp_path_factory.mktemp("year"))
    bars = SyntheticSource(7, (SYMBOL,), footprints=False).columns(SYMBOL, MINUTES)
    took = fastest(lambda: stored.put(Sheet(Head("files", SYMBOL, "1m"), bars)))
    show(f"\na year of 1m candles: stored in {took * 1000:.0f} ms, fsync included")
    return stored


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def test_a_stored_year_opens_within_a_tenth_of_a_second(cache: Cache, tmp_path: Path) -> None:
    (place,) = cache.places()
    megabytes = place.path.stat().st_size / 1e6
    opened = fastest(lambda: cache.get(place))
    replayed = fastest(lambda: load(cache.resolve(f"cache:{SYMBOL}@1m")))
    stored = cache.get(place)
    assert stored is not None
    parquet = tmp_path / f"{SYMBOL}-1m.parquet"
    columns = {name: getattr(stored.bars, name) for name in Bars.__struct_fields__}
    pq.write_table(pa.table(columns), parquet, compression="zstd")
    beside = fastest(lambda: load(str(parquet)))
    show(
        f"opened in {opened * 1000:.0f} ms, as a recording for a backtest in {replayed * 1000:.0f} ms, "
        f"{megabytes:.1f} MB; as Parquet in {beside * 1000:.0f} ms, {parquet.stat().st_size / 1e6:.1f} MB"
    )
    assert len(stored.bars) == MINUTES
    assert np.isfinite(stored.bars.close).all()
    assert megabytes < BUDGET_MB
    assert opened < BUDGET_S
    assert replayed < BUDGET_S


def test_a_fresh_process_has_the_year_soon(cache: Cache) -> None:
    (place,) = cache.places()
    runs = [
        json.loads(subprocess.run([sys.executable, "-c", COLD, place.path], stdout=-1, check=True).stdout)
        for _ in range(RUNS)
    ]
    seconds = min(run["seconds"] for run in runs)
    show(f"in a fresh process, with every import, in {seconds * 1000:.0f} ms")
    assert {run["bars"] for run in runs} == {MINUTES}
    assert seconds < 0.5
