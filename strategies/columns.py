"""From a rule's findings to the columns of the strategy contract."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from engine.model.market import Bars, BarsByTimeframe, Check, Flags, Floats, Ints, Scores
from strategies.indicators import highest, lowest
from strategies.tail import Splice, Tail

SAME = 1e-12
"""Computed values nearer than this fraction are equal, so that rounding noise is never a cross or a break."""

LEAST = 1e-12
"""A signal's score is at least this, so that its sign always tells the side; 0 is no signal."""

FLAT_BARS = 20
WARMING_UP, FLAT_MARKET, NO_SIGNAL = 0, 1, 2
NO_CODE = -1
NOWHERE, NO_SIDE = np.zeros(0, np.int64), np.zeros(0)
ABSTENTIONS = ("warming_up", "flat_market", "no_signal")
"""Reason codes of rows without a signal; a strategy's own codes follow them."""


class Marks(NamedTuple):
    """What rows with a signal are worth, one value each: score 0..100, stop and target prices (NaN: none)."""

    score: Floats
    stop: Floats
    target: Floats | float = np.nan
    code: Ints | None = None
    """Index into the strategy's own codes; not given: a long says the first, a short the second."""


class Signals(NamedTuple):
    """The rows of some bars that carry a signal, oldest first; of a `Tail` only the last one is looked at."""

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
    if np.count_nonzero(still):
        still[:] = highest(bars.high, FLAT_BARS) == lowest(bars.low, FLAT_BARS)
    return still


def signals(bars: Bars, first_bar: int, long: Flags, short: Flags) -> Signals:
    """The rows where a rule holds, from `first_bar` on and outside a flat market; long goes before short."""
    quiet = flat(bars)
    if isinstance(bars, Tail | Splice):
        first_bar = max(0, first_bar - bars.first)
    if isinstance(bars, Tail):
        last = len(bars) - 1
        if last < first_bar or quiet[last] or not (long[last] or short[last]):
            return Signals(bars, NOWHERE, NO_SIDE, quiet, first_bar)
        rows = np.array([last])
    else:
        rows = np.flatnonzero((long | short) & ~quiet)
        rows = rows[rows.searchsorted(first_bar) :]
    return Signals(bars, rows, np.where(long[rows], 1.0, -1.0), quiet, first_bar)


def scores(
    found: Signals,
    mark: Callable[[Ints, Floats], Marks],
    codes: Sequence[str],
    *,
    target_r: float | None = None,
    exits: tuple[Flags, Flags] | None = None,
    turns: bool = False,
    checks: tuple[Check, ...] = (),
    setup: str,
) -> Scores:
    """The contract's columns: `mark` says what rows and sides with a signal are worth, and is asked when there are any.

    `exits` are the columns
    exit_long and exit_short; with `turns` a signal of the other side is the exit. A signal with an undefined
    stop is dropped. No tick is known here, so nothing is rounded: the engine rounds the stop towards entry,
    takes `target_r` times the R that is left where that is given, and rounds the target towards entry.
    """
    size, rows = len(found.bars), found.rows
    signed, stop = np.zeros(size), np.empty(size)
    stop.fill(np.nan)  # `np.full` looks at its arguments for longer than it fills a block
    confidence, target = signed, stop
    reason = _silence(found)
    if rows.size:
        confidence, target = signed.copy(), stop.copy()
        marks = mark(rows, found.side)
        usable = np.isfinite(marks.stop)
        confidence[rows] = np.where(usable, np.maximum(marks.score, LEAST), 0.0)
        signed[rows] = found.side * confidence[rows]
        stop[rows], target[rows] = marks.stop, marks.target
        if target_r is not None:
            entry = found.bars.close[rows]
            target[rows] = entry + target_r * (entry - marks.stop)
        code = np.where(found.side > 0.0, 0, 1) if marks.code is None else marks.code
        reason[rows] = np.where(usable, code + len(ABSTENTIONS), WARMING_UP)
    if exits is None:
        exits = (signed < 0.0, signed > 0.0) if turns and rows.size else (np.zeros(size, bool),) * 2
    return Scores(
        score=signed,
        confidence=confidence,
        stop=stop,
        target=target,
        reason=reason,
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


def _silence(found: Signals) -> npt.NDArray[np.int8]:
    """Why a row without a signal has none."""
    reason = np.empty(len(found.bars), np.int8)
    reason.fill(NO_SIGNAL)
    if np.count_nonzero(found.quiet):
        reason[found.quiet] = FLAT_MARKET
    reason[: found.first_bar] = WARMING_UP
    return reason
