"""What the core reads of scores: one bar at a time, as plain numbers."""

from itertools import repeat

import msgspec
import numpy as np

from engine.model.facts import SignalCheck
from engine.model.market import Floats, Ints, Led, Scores

Aimed = tuple[float, float | None, float | None]
"""One of several targets: the share that leaves, its price, its multiple of R."""
Chosen = Ints | slice
"""Rows of scores."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One bar's scores: floats, None where undefined."""

    score: float
    confidence: float
    stop: float | None
    target: float | None
    target_r: float | None
    reason: str
    exit_long: bool
    exit_short: bool
    setup: str
    checks: tuple[SignalCheck, ...]
    aims: tuple[Aimed, ...] = ()
    lead: str = ""
    """Who led the signal, of several."""
    leave_long: tuple[str, ...] = ()
    """Who among them closes a long here."""
    leave_short: tuple[str, ...] = ()
    stop_ticks: int = 0
    trail: float | None = None
    reach: float | None = None

    @property
    def asks(self) -> bool:
        """Whether it is about more than how an open position's stop follows."""
        return self.score != 0 or self.exit_long or self.exit_short


LEAVE = {
    sides: Row(0.0, 0.0, None, None, None, "", *sides, "", ()) for sides in ((True, False), (False, True), (True, True))
}
"""Rows that only ask to leave longs, shorts or both."""


def numbers(column: Floats) -> list[float | None]:
    """A column's floats, None for NaN."""
    values = column.tolist()
    return [None if value != value else value for value in values] if np.isnan(column).any() else values


def _checks(scores: Scores, chosen: Chosen) -> list[tuple[SignalCheck, ...]]:
    names = [check.name for check in scores.checks]
    return [
        tuple(map(SignalCheck, names, values, met))
        for values, met in zip(
            zip(*(numbers(check.value[chosen]) for check in scores.checks), strict=True),
            zip(*(check.met[chosen].tolist() for check in scores.checks), strict=True),
            strict=True,
        )
    ]


def rows_of(scores: Scores, chosen: Chosen, checked: bool = True) -> list[Row]:
    """The chosen rows of the columns; their checks only when somebody will read them."""
    if scores.led is not None:
        return _led(rows_of(msgspec.structs.replace(scores, led=None), chosen, checked), scores.led, chosen)
    return list(
        map(
            Row,
            scores.score[chosen].tolist(),
            scores.confidence[chosen].tolist(),
            numbers(scores.stop[chosen]),
            numbers(scores.target[chosen]),
            repeat(scores.target_r),
            map(scores.reasons.__getitem__, scores.reason[chosen].tolist()),
            scores.exit_long[chosen].tolist(),
            scores.exit_short[chosen].tolist(),
            repeat(scores.setup),
            _checks(scores, chosen) if checked and scores.checks else repeat(()),
            _aims(scores, chosen) if scores.aims else repeat(()),
            repeat(""),
            repeat(()),
            repeat(()),
            repeat(scores.stop_ticks),
            repeat(None) if scores.trail is None else numbers(scores.trail[chosen]),
            repeat(None) if scores.reach is None else numbers(scores.reach[chosen]),
        )
    )


def _led(rows: list[Row], led: Led, chosen: Chosen) -> list[Row]:
    """The rows of an ensemble: who leads, and who leaves."""
    names = np.array(led.names, dtype=object)
    return [
        msgspec.structs.replace(
            row,
            target_r=r,
            lead=led.names[leader] if leader >= 0 else "",
            leave_long=tuple(names[long]),
            leave_short=tuple(names[short]),
        )
        for row, r, leader, long, short in zip(
            rows,
            numbers(led.target_r[chosen]),
            led.leader[chosen].tolist(),
            led.leaves_long[:, chosen].T,
            led.leaves_short[:, chosen].T,
            strict=True,
        )
    ]


def _aims(scores: Scores, chosen: Chosen) -> list[tuple[Aimed, ...]]:
    parts = [[(aim.share, price, aim.r) for price in numbers(aim.target[chosen])] for aim in scores.aims]
    return list(zip(*parts, strict=True))


def last_row(scores: Scores) -> Row:
    """The newest row."""
    return rows_of(scores, slice(-1, None))[0]
