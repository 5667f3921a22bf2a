"""Every indicator a strategy file may name, and what is found out about it by trying it on made-up bars.

`sma` is one of ours, `ta.x` TA-Lib's, `pta.x` that of pandas-ta, which is imported only when such a name is asked for.
"""

from collections.abc import Mapping
from functools import cache

import msgspec
import numpy as np

from engine.model.errors import BadInput
from engine.model.market import MINUTE_MS, Bars, Flags, Floats, Timeframe
from strategies.named import Outputs, named
from strategies.params import listed, shown
from strategies.rules.own import OWN

Params = tuple[tuple[str, float | str | bool], ...]
"""Parameters by name, sorted."""

SIZE = 4_200
TAIL = 64
WINDOWS = (500, 1_000, 2_000, 4_000)
AGREED = 1e-9


class Trial(msgspec.Struct, frozen=True):
    """What an indicator does on the made-up bars."""

    outputs: tuple[str, ...]
    """Names, the default first."""
    first: dict[str, int]
    """First bar on which an output is defined; an output that never is has the number of bars tried."""
    settle: int
    """Bars a window must hold so that its last row is that of the whole history."""
    origin: bool
    """Its values carry a constant that depends on where the history begins, as those of `obv`."""
    ahead: frozenset[str]
    """Outputs that change when later bars arrive."""
    daily: bool = False
    """It begins anew at 00:00 UTC, so a window must reach back to the midnight before the last."""


def compute(name: str, params: Params, bars: Bars, timeframe: Timeframe = "5m") -> Outputs:
    """The indicator's outputs on these bars; BadInput when the name or a parameter is not known."""
    if "." in name:
        return named(name, bars, dict(params))
    if name not in OWN:
        raise BadInput(f"There is no indicator {shown(name)}; there are {listed(OWN)}, and ta.x, pta.x.")
    own = OWN[name]
    numbers = {key: float(value) for key, value in params}
    return dict(zip(own.outputs, own.compute(bars, numbers, timeframe), strict=True))


@cache
def trial(name: str, params: Params = ()) -> Trial:
    """Try an indicator; BadInput when it cannot be computed or never gives the same value twice."""
    bars = _bars()
    whole = compute(name, params, bars)
    first = {key: _first(column) for key, column in whole.items()}
    ahead = frozenset(_ahead(name, params, whole, bars))
    kept = {key: column for key, column in whole.items() if key not in ahead}
    own = OWN.get(name)
    if own is not None and name != "obv":
        settle = max(own.settle(_numbers(params)), max(first.values()) + 1)
        return Trial(tuple(whole), first, settle, False, ahead, own.daily)
    for window in WINDOWS:
        gaps = _gaps(kept, compute(name, params, bars.slice(SIZE - TAIL - window, SIZE)))
        if all(np.all(np.abs(gap) <= AGREED) for gap in gaps):
            return Trial(tuple(whole), first, window, False, ahead)
    if all(np.ptp(gap) <= 100.0 * AGREED for gap in gaps):
        return Trial(tuple(whole), first, WINDOWS[0], True, ahead)
    raise BadInput(f"{name} depends on where the history begins, so no two runs would agree on it.")


def as_params(values: Mapping[str, float | str | bool]) -> Params:
    """Parameters in the order that makes equal ones equal."""
    return tuple(sorted(values.items()))


def _numbers(params: Params) -> dict[str, float]:
    return {key: float(value) for key, value in params}


@cache
def _bars() -> Bars:
    """Lively, never still, never without volume: two weeks of 5-minute bars made of sines."""
    i = np.arange(float(SIZE))
    sin = np.sin
    close = 100.0 + 8.0 * sin(i / 29.0) + 3.0 * sin(i / 7.3) + 1.5 * sin(i * i / 1000.1) + sin(2.3 * i)
    opened = np.concatenate([close[:1], close[:-1]])
    volume = 50.0 + 20.0 * sin(i / 11.0) + 15.0 * sin(0.9 * i)
    return Bars(
        ts=np.arange(SIZE, dtype=np.int64) * (5 * MINUTE_MS),
        open=opened,
        high=np.maximum(opened, close) + 0.3 + 0.25 * sin(1.7 * i),
        low=np.minimum(opened, close) - 0.3 - 0.25 * sin(1.1 * i),
        close=close,
        volume=volume,
        taker_buy=volume * (0.5 + 0.4 * sin(0.37 * i)),
    )


def _first(column: Floats) -> int:
    found = np.flatnonzero(np.isfinite(column))
    return int(found[0]) if len(found) else SIZE


def _ahead(name: str, params: Params, whole: Outputs, bars: Bars) -> list[str]:
    size = SIZE - SIZE // 6
    part = compute(name, params, bars.slice(0, size))
    return [key for key in whole if key not in part or not _same(part[key], whole[key][:size])]


def _same(a: Floats, b: Floats) -> bool:
    equal: Flags = (a == b) | (np.isnan(a) & np.isnan(b))
    return bool(equal.all())


def _gaps(whole: Outputs, window: Outputs) -> list[Floats]:
    """Differences of the last rows as a fraction of each output's size; NaN against a number counts as infinite."""
    out = []
    for key, column in whole.items():
        a, b = column[-TAIL:], window.get(key, np.full(TAIL, np.nan))[-TAIL:]
        finite = np.isfinite(column)
        size = max(float(np.abs(column[finite]).max()) if finite.any() else 0.0, AGREED)
        both = np.isnan(a) & np.isnan(b)
        out.append(np.where(both, 0.0, np.nan_to_num((a - b) / size, nan=1e9, posinf=1e9, neginf=1e9)))
    return out
