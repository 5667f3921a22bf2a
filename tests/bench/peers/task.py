"""What every engine is asked to do, and how a run of it is measured. Known to all environments: numpy and pandas."""

import json
import resource
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Sides = npt.NDArray[np.int8]

FAST, SLOW = 9, 21
PAIRS = [(fast, slow) for fast in range(5, 51, 5) for slow in range(20, 201, 18) if fast < slow]
"""The hundred of a sweep."""
STOP, TARGET = 0.005, 0.01
"""Distances from the close that gave the signal, as fractions of it."""
FEE = 0.0005
CASH = 10_000.0
SHARE = 1 / 60
"""Notional of an entry as a fraction of equity: 0.01 % of it is lost at the stop, fees of 0.1 % included."""
UNIT = 1e-6
"""Smallest amount, in coins."""
TOUCH = 1e-12


class Minutes(NamedTuple):
    """The recording: `ts` in UTC ms when a minute opens, prices in quote currency, volume in coins."""

    ts: npt.NDArray[np.int64]
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


class Outcome(NamedTuple):
    """Finished trades and the equity that is left."""

    trades: int
    equity: float


def minutes(days: int = 365) -> Minutes:
    """The first days of what `own` has written."""
    with np.load(Path(sys.argv[1])) as columns:
        return Minutes(*(columns[name][: days * 1440] for name in Minutes._fields))


def ema(close: Floats, bars: int) -> Floats:
    """The exponential average from the mean of the first bars on, as TA-Lib has it; nan before."""
    import pandas as pd

    seeded = close.astype(float)
    seeded[: bars - 1] = np.nan
    seeded[bars - 1] = close[:bars].mean()
    return pd.Series(seeded).ewm(span=bars, adjust=False).mean().to_numpy()


def crosses(fast: Floats, slow: Floats) -> Sides:
    """1 at the close where the fast average leaves the slow one upwards, -1 downwards, else 0."""
    gap = fast / slow - 1.0
    before, now = gap[:-1], gap[1:]
    found = np.zeros(len(gap), np.int8)
    found[1:][(before <= TOUCH) & (now > TOUCH)] = 1
    found[1:][(before >= -TOUCH) & (now < -TOUCH)] = -1
    return found


def sides(close: Floats, pairs: Sequence[tuple[int, int]]) -> Sides:
    """The crosses of each pair of averages, minutes x pairs; an average that several share is computed once."""
    averages = {bars: ema(close, bars) for bars in {bars for pair in pairs for bars in pair}}
    return np.stack([crosses(averages[fast], averages[slow]) for fast, slow in pairs], axis=1)


def measure(package: str, bars: int, run: Callable[[], Outcome]) -> None:
    """Run as often as the command line says and print what that took, as one line of JSON.

    `first` counts what a first run compiles, `seconds` and `cpu` are of the fastest run.
    """
    taken: list[tuple[float, float]] = []
    for _ in range(int(sys.argv[2])):
        began, busy = perf_counter(), process_time()
        outcome = run()
        taken.append((perf_counter() - began, process_time() - busy))
    seconds, cpu = min(taken)
    found = {
        "version": version(package),
        "bars": bars,
        "first": taken[0][0],
        "seconds": seconds,
        "cpu": cpu,
        "trades": outcome.trades,
        "equity": outcome.equity,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def measure_columns(package: str, trade: Callable[[Minutes, Sides], Outcome]) -> None:
    """The same for an engine that trades all columns of signals at once: one pair, or with `sweep` a hundred."""
    bars = minutes()
    size = len(bars.ts)
    if sys.argv[3:] == ["sweep"]:
        trade(bars, sides(bars.close, PAIRS[:2]))
        measure(package, size * len(PAIRS), lambda: trade(bars, sides(bars.close, PAIRS)))
    else:
        measure(package, size, lambda: trade(bars, sides(bars.close, [(FAST, SLOW)])))
