"""Scores as named columns, and where two answers part."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from engine.model.market import Flags, Scores

Column = npt.NDArray[Any]
Columns = dict[str, Column]
CLOSE = 1e-9
"""Relative agreement asked of windows of different length (strategies.md 1.4)."""


class Difference(msgspec.Struct, frozen=True):
    """The first row at which two answers part, and the first of the columns that do."""

    row: int
    column: str
    one: str
    other: str


def columns(scores: Scores) -> Columns:
    """Everything that scores say, a column each; what holds for all rows stands in every row."""
    size = len(scores.score)
    found: Columns = {
        "score": scores.score,
        "stop": scores.stop,
        "target": scores.target,
        "exit_long": scores.exit_long,
        "exit_short": scores.exit_short,
        "reason": np.array(scores.reasons, dtype=object)[scores.reason],
        "confidence": scores.confidence,
        "target_r": np.full(size, np.nan if scores.target_r is None else scores.target_r),
        "stop_ticks": np.full(size, scores.stop_ticks),
        "trail": np.full(size, np.nan) if scores.trail is None else scores.trail,
        "reach": np.full(size, np.nan) if scores.reach is None else scores.reach,
        "setup": np.full(size, scores.setup, dtype=object),
    }
    if (led := scores.led) is not None:
        found["leader"] = np.array([*led.names, ""], dtype=object)[led.leader]
        found["leader's target_r"] = led.target_r
        for name, long, short in zip(led.names, led.leaves_long, led.leaves_short, strict=True):
            found[f"{name} exit_long"], found[f"{name} exit_short"] = long, short
    for check in scores.checks:
        found[f"check {check.name} met"] = check.met
        found[f"check {check.name} value"] = check.value
    return found


def exactly(one: Column, other: Column) -> Flags:
    """Rows that differ in any bit that matters: two undefined values are one."""
    differ: Flags = one != other
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        differ &= ~(np.isnan(one) & np.isnan(other))
    return differ


def nearly(one: Column, other: Column, scale: float = 0.0) -> Flags:
    """Rows that differ by more than CLOSE of the value, or of `scale`."""
    if one.dtype.kind != "f" or other.dtype.kind != "f":
        return exactly(one, other)
    within = np.isclose(one, other, rtol=CLOSE, atol=CLOSE * scale, equal_nan=True)
    return ~within


def first_difference(one: Columns, other: Columns) -> Difference | None:
    """Between answers of one length, exactly; None when they are the same."""
    found: Difference | None = None
    for name in [*one, *(name for name in other if name not in one)]:
        if name not in one or name not in other:
            return Difference(0, name, "there" if name in one else "missing", "there" if name in other else "missing")
        rows = np.flatnonzero(exactly(one[name], other[name]))
        if len(rows) and (found is None or rows[0] < found.row):
            row = int(rows[0])
            found = Difference(row, name, shown(one[name][row]), shown(other[name][row]))
    return found


def head(table: Columns, size: int) -> Columns:
    """The first rows of every column."""
    return {name: column[:size] for name, column in table.items()}


def shown(value: object) -> str:
    """A value in a sentence."""
    if isinstance(value, float | np.floating):
        return "none" if np.isnan(value) else f"{value:.6g}"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value)
