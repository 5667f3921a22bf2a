"""Stop and target prices of a file's signals, unrounded: the engine puts them on the tick."""

from typing import assert_never

import numpy as np

from engine.model.market import Floats, Ints
from strategies.indicators import atr, highest, lowest
from strategies.rules import lower
from strategies.rules import nodes as n
from strategies.rules import schema as s
from strategies.rules.mirror import mirror_price
from strategies.rules.view import View

BRACKET_ATR = 14


def stops(view: View, of: s.Stop, rows: Ints, side: Floats, mirrored: bool) -> Floats:
    """Stop price of each signal row (`side` +1 long, -1 short); NaN where it is undefined.

    A swing stop stands without its buffer, which the engine adds. `mirrored`: an operand is written for longs and
    shorts take its mirror.
    """
    close = view.base.close[rows]
    match of:
        case s.PercentStop():
            return close - side * close * of.value / 100.0
        case s.AtrStop():
            return close - side * of.value * reach_of(view, of)[rows]
        case s.PriceStop():
            return np.full(len(rows), of.value)
        case s.SwingStop():
            below, above = lowest(view.base.low, of.bars)[rows], highest(view.base.high, of.bars)[rows]
            return np.where(side > 0.0, below, above)
        case s.OperandStop():
            return _operand(view, of.value, rows, side, mirrored)
        case _:
            assert_never(of)


def targets(view: View, of: s.Target, rows: Ints, side: Floats, mirrored: bool, stop: Floats) -> Floats:
    """Target price of each signal row; NaN where it is undefined, and everywhere for `none`."""
    close = view.base.close[rows]
    match of:
        case s.PercentTarget():
            return close + side * close * of.value / 100.0
        case s.RewardTarget():
            return close + of.value * (close - stop)
        case s.AtrTarget():
            return close + side * of.value * atr(view.base, BRACKET_ATR)[rows]
        case s.PriceTarget():
            return np.full(len(rows), of.value)
        case s.OperandTarget():
            return _operand(view, of.value, rows, side, mirrored)
        case s.NoTarget():
            return np.full(len(rows), np.nan)
        case _:
            assert_never(of)


def reach_of(view: View, of: s.AtrStop) -> Floats:
    """The average true range that a stop is a multiple of, at each bar; NaN where it is undefined."""
    return atr(view.base, of.period)


def buffer(of: s.Stop) -> int:
    """Ticks that a stop stands beyond its price."""
    return of.buffer_ticks if isinstance(of, s.SwingStop) else 0


def trail(view: View, of: s.AtrTrail) -> Floats:
    """How far behind the best close the stop of an open position follows at each bar; NaN where it is undefined."""
    return of.value * atr(view.base, BRACKET_ATR)


def multiple(of: s.Target) -> float | None:
    """The multiple of R that a target is; None where it is a price."""
    return of.value if isinstance(of, s.RewardTarget) else None


def _operand(view: View, of: s.Operand, rows: Ints, side: Floats, mirrored: bool) -> Floats:
    long: n.Operand = lower.operand(of)

    short = mirror_price(long) if mirrored else long
    return np.where(side > 0.0, view.values(long)[rows], view.values(short)[rows])
