"""A hundred pairs of averages over a year of minutes on all cores. Run as a program it prints one sweep as JSON."""

import os
import resource
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from engine.backtest import stride
from engine.feeds.files import Candles
from engine.optimise.aims import aims_of
from engine.optimise.market import Market
from engine.optimise.search import Search, checker, search
from engine.optimise.space import space_of
from engine.optimise.study import Question, Store, Study, in_folder
from tests.bench.year import MINUTES, SYMBOL, market, plan, show

PAIRS = {"fast": "5:50:5", "slow": "20:200:18"}
"""110 pairs, of which fast is less than slow in 100."""


class Swept(msgspec.Struct, frozen=True):
    """One sweep: seconds by the wall with starting the workers, and of CPU; what was run, most memory in MB."""

    seconds: float
    cpu: float
    runs: int
    trades: int
    peak_mb: float
    answer: str
    """Hash of the trades and the final equity of every pair: equal where the results are."""
    compiled: bool
    """Whether the core that ran was the compiled one."""


def sweep(jobs: int, minutes: int = MINUTES) -> Search:
    """Every pair once."""
    chosen = plan("1m")
    (only,) = chosen.strategies
    question = Question(
        space=space_of(only.strategy.params_type, PAIRS),
        aims=aims_of(["profit"]),
        sampler="grid",
        seed=7,
        trials=1_000,
        min_trades=0,
        check=checker(chosen),
        about={},
    )
    recordings = (Candles(SYMBOL, "1m", market(minutes).bars(SYMBOL)),)
    return Search(Market(recordings), chosen, question, jobs)


def proportional_mb() -> float:
    """Memory of this process and its children in MB, each shared page counted once (Linux)."""
    found = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if os.getpid() in (parent, int(folder.name)):
                    lines = (folder / "smaps_rollup").read_text().splitlines()
                    found += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
    return found / 1024


def measured(jobs: int) -> Swept:
    """One sweep, kept in a file."""
    most = [0.0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            most[0] = max(most[0], proportional_mb())

    with TemporaryDirectory() as folder:
        wanted = msgspec.structs.replace(sweep(jobs), url=in_folder(Path(folder), "sweep"))
        watcher = threading.Thread(target=watch)
        watcher.start()
        began, busy = time.perf_counter(), time.process_time()
        search(wanted)
        seconds = time.perf_counter() - began
        busy = time.process_time() - busy
        done.set()
        watcher.join()
        ran = Study(Store(wanted.url), wanted.name, wanted.question).scored()
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    came = sorted((sorted(each.point.items()), each.outcome.trades, each.outcome.final_equity) for each in ran)
    return Swept(
        seconds,
        busy + workers.ru_utime + workers.ru_stime,
        len(ran),
        sum(each.outcome.trades for each in ran),
        most[0],
        sha256(msgspec.json.encode(came)).hexdigest(),
        not stride.__file__.endswith(".py"),
    )


if __name__ == "__main__":
    show(msgspec.json.encode(measured(int(sys.argv[1]))).decode())
