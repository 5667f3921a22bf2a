"""From a rule's findings to the columns of the strategy contract."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from engine.model.market import Bars, BarsByTimeframe, Check, Flags, Floats, Ints, Scores
from strategies.indicators import highest, lowest

SAME = 1e-12
"""Computed values nearer than this fraction are equal, so that rounding noise is never a cross or a break."""

LEAST = 1e-12
"""A signal's score is at least this, so that its sign always tells the side; 0 is no signal."""

FLAT_BARS = 20
WARMING_UP, FLAT_MARKET, NO_SIGNAL = 0, 1, 2
NO_CODE = -1
ABSTENTIONS = ("warming_up", "flat_market", "no_signal")
"""Reason codes of rows without a signal; a strategy's own codes follow them."""


class Signals(NamedTuple):
    """The rows of some bars that carry a signal, oldest first."""

    bars: Bars
    rows: Ints
    side: Floats
    """Of each row: +1 long, -1 short."""
    quiet: Flags
    """Of each bar: the market is flat."""
    first_bar: int


def base(bars: BarsByTimeframe) -> Bars:
    """The bars a strategy scores: the first of the mapping."""
    return next(iter(bars.values()))


def lin(x: Floats, a: float, b: float) -> Floats:
    """0 up to a, 1 from b on, straight between; undefined values give 0."""
    share: Floats = np.fmin(1.0, np.fmax(0.0, (x - a) / (b - a)))
    return share


def ago(x: Floats, rows: Ints, bars: int) -> Floats:
    """x[rows - bars]; NaN where the series had not begun."""
    return np.where(rows >= bars, x[np.maximum(rows - bars, 0)], np.nan)


def over(x: Floats, y: Floats, elsewhere: float = 0.0) -> Floats:
    """x / y where y is positive, else `elsewhere`."""
    ratio: Floats = np.divide(x, y, out=np.full(len(x), elsewhere), where=y > 0.0)
    return ratio


def flat(bars: Bars) -> Flags:
    """True where the last 20 bars have one price."""
    still: Flags = bars.high == bars.low
    if still.any():
        still[:] = highest(bars.high, FLAT_BARS) == lowest(bars.low, FLAT_BARS)
    return still


def signals(bars: Bars, first_bar: int, long: Flags, short: Flags) -> Signals:
    """The rows where a rule holds, from `first_bar` on and outside a flat market; long goes before short."""
    quiet = flat(bars)
    rows = np.flatnonzero(long | short)
    rows = rows[np.searchsorted(rows, first_bar) :]
    if quiet.any():
        rows = rows[~quiet[rows]]
    return Signals(bars, rows, np.where(long[rows], 1.0, -1.0), quiet, first_bar)


def scores(
    found: Signals,
    score: Floats,
    stop: Floats,
    codes: Sequence[str],
    *,
    code: Ints | None = None,
    target: Floats | float = np.nan,
    target_r: float | None = None,
    exits: tuple[Flags, Flags] | None = None,
    turns: bool = False,
    checks: tuple[Check, ...] = (),
    setup: str,
) -> Scores:
    """The contract's columns from one value per signal row: score 0..100, stop and target prices (NaN: none).

    `code` indexes `codes` (not given: a long says the first, a short the second). `exits` are the columns
    exit_long and exit_short; with `turns` a signal of the other side is the exit. A signal with an undefined
    stop is dropped. No tick is known here, so nothing is rounded: the engine rounds the stop towards entry,
    takes `target_r` times the R that is left where that is given, and rounds the target towards entry.
    """
    size = len(found.bars)
    if target_r is not None:
        entry = found.bars.close[found.rows]
        target = entry + target_r * (entry - stop)
    usable = np.isfinite(stop)
    score = np.where(usable, np.maximum(score, LEAST), 0.0)
    signed = _column(size, found.rows, found.side * score, 0.0)
    if exits is None:
        exits = (signed < 0.0, signed > 0.0) if turns else (np.zeros(size, bool), np.zeros(size, bool))
    return Scores(
        score=signed,
        confidence=_column(size, found.rows, score, 0.0),
        stop=_column(size, found.rows, stop, np.nan),
        target=_column(size, found.rows, target, np.nan),
        reason=_reasons(found, usable, np.where(found.side > 0.0, 0, 1) if code is None else code),
        reasons=(*ABSTENTIONS, *codes),
        exit_long=exits[0],
        exit_short=exits[1],
        checks=checks,
        setup=setup,
        target_r=target_r,
    )


def explained(out: Scores, code: Ints) -> Scores:
    """The same, rows without a signal saying why: `code` indexes the strategy's own codes, `NO_CODE` where there is
    no more to say than that."""
    silent = (out.reason == NO_SIGNAL) & (code != NO_CODE)
    reason = np.where(silent, code + len(ABSTENTIONS), out.reason).astype(np.int8)
    return msgspec.structs.replace(out, reason=reason)


def _reasons(found: Signals, usable: Flags, code: Ints) -> npt.NDArray[np.int8]:
    reason = np.empty(len(found.bars), np.int8)
    reason.fill(NO_SIGNAL)
    reason[found.quiet] = FLAT_MARKET
    reason[found.rows] = np.where(usable, code + len(ABSTENTIONS), WARMING_UP)
    reason[: found.first_bar] = WARMING_UP
    return reason


def _column(length: int, rows: Ints, values: Floats | float, elsewhere: float) -> Floats:
    column = np.empty(length)
    column.fill(elsewhere)  # `np.full` looks at its arguments for longer than it fills a block
    column[rows] = values
    return column
