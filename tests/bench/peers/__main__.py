"""`make peers`: the same year of minutes in the desk and in its peers, one process after the other, as two tables."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from tests.bench.peers.environment import ROOT, Unavailable, interpreter, ran
from tests.bench.peers.roster import OWN, PEERS, Peer

MINUTES = 525_600
PAIRS = 100
RUN_S = 600
ALONE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
YEAR = "| engine | version | run | CPU | first run | bars/s | trades | ends with | peak RSS |\n" + "|---" * 9 + "|"
SWEEP = "| engine | processes | seconds | CPU | bars/s | trades | peak RSS |\n" + "|---" * 7 + "|"


class Found(msgspec.Struct):
    """What a script prints: seconds, MB, equity in quote currency; the desk's sweep has no more than the first four."""

    seconds: float
    cpu: float
    trades: int
    peak_mb: float
    version: str = ""
    bars: int = MINUTES
    first: float = 0.0
    equity: float = 0.0


def measured(peer: Peer, recording: Path, *arguments: str) -> Found:
    """What the engine's script found, in a process of its own with one thread. Raises Unavailable."""
    python = interpreter(peer.module.partition("_")[0], peer.pins) if peer.pins else Path(sys.executable)
    command = [str(python), "-m", f"tests.bench.peers.{peer.module}", str(recording), *arguments]
    return _last(ran(command, RUN_S, recording.parent, ALONE | {"PYTHONPATH": str(ROOT)}))


def year(peer: Peer, recording: Path) -> str:
    """A line of the first table."""
    found = measured(peer, recording, str(peer.runs))
    times = f"{found.seconds:.2f} s | {found.cpu:.2f} s | {found.first:.2f} s | {found.bars / found.seconds:,.0f}"
    answer = f"{found.trades:,} | {found.equity:,.2f}"
    return f"| {peer.label} | {found.version} | {times} | {answer} | {found.peak_mb:,.0f} MB |"


def sweep(peer: Peer, recording: Path, cores: int) -> str:
    """A line of the second table."""
    if peer is OWN:
        found = _last(ran([sys.executable, "-m", "tests.bench.sweep", str(cores)], RUN_S, more=ALONE))
    else:
        found, cores = measured(peer, recording, "1", "sweep"), 1
    times = f"{found.seconds:.1f} s | {found.cpu:.1f} s | {PAIRS * MINUTES / found.seconds:,.0f}"
    return f"| {peer.label} | {cores} | {times} | {found.trades:,} | {found.peak_mb:,.0f} MB |"


def _last(printed: str) -> Found:
    return msgspec.json.decode(printed.strip().rpartition("\n")[2], type=Found)


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make peers", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"peers to measure, of {', '.join(p.module for p in PEERS)}; else all")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="worker processes of the desk's own sweep")
    parser.add_argument("--no-sweep", action="store_true", help="the year alone")
    given = parser.parse_args(arguments)
    unknown = set(given.only) - {peer.module for peer in PEERS}
    if unknown:
        parser.error(f"there is no peer {', '.join(sorted(unknown))}")
    return given


def line(peer: Peer, made: Callable[[], str]) -> str:
    """What is made, or that there is nothing to be made; the desk's own lines must be there."""
    try:
        return made()
    except Unavailable as missing:
        if peer is OWN:
            raise
        sys.stderr.write(f"*** {peer.label} WAS NOT MEASURED: {missing} ***\n")
        return f"| {peer.label} | **not measured** |"


def main(arguments: Sequence[str]) -> None:
    """Measure one after the other and print both tables."""
    given = asked(arguments)
    chosen = [OWN, *(peer for peer in PEERS if not given.only or peer.module in given.only)]
    lines: dict[str, list[str]] = {YEAR: [], SWEEP: []}
    with TemporaryDirectory() as place:
        recording = Path(place) / "year.npz"
        for peer in chosen:
            sys.stderr.write(f"{peer.label} {' '.join((*peer.pins[:1], peer.licence))} ...\n")
            lines[YEAR].append(line(peer, partial(year, peer, recording)))
            if peer.sweeps and not given.no_sweep:
                lines[SWEEP].append(line(peer, partial(sweep, peer, recording, given.cores)))
    for head, rows in lines.items():
        if rows:
            sys.stdout.write("\n".join(["", head, *rows, ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
