"""Three-valued logic on columns: a condition is true, false or, where something it needs is missing, undefined."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.model.market import Flags, Ints


class Truth(NamedTuple):
    """A condition over all bars; only `yes` makes a signal."""

    yes: Flags
    """True where it holds; False where it does not or is undefined."""
    known: Flags
    """True where it is defined."""

    @property
    def no(self) -> Flags:
        """True where it does not hold."""
        return self.known & ~self.yes

    def at(self, rows: Ints) -> "Truth":
        """The values of these rows; undefined for a row below 0."""
        if not len(self.yes):
            return undefined(len(rows))
        held = rows >= 0
        return Truth(self.yes[rows] & held, self.known[rows] & held)


def undefined(size: int) -> Truth:
    """Nothing is known."""
    return Truth(np.zeros(size, bool), np.zeros(size, bool))


def settled(yes: Flags, known: Flags) -> Truth:
    """From flags that mean nothing where they are not known."""
    return Truth(yes & known, known)


def negation(a: Truth) -> Truth:
    """True where it is false, undefined where it is undefined."""
    return Truth(a.no, a.known)


def at_least(count: int, of: Sequence[Truth]) -> Truth:
    """True with `count` true ones, false when even the undefined ones would not make it so many."""
    yes = sum((one.yes.astype(np.int64) for one in of), start=np.zeros(1, np.int64))
    no = sum((one.no.astype(np.int64) for one in of), start=np.zeros(1, np.int64))
    return Truth(yes >= count, (yes >= count) | (len(of) - no < count))


def every(of: Sequence[Truth]) -> Truth:
    """False if one is false, else undefined if one is undefined."""
    return at_least(len(of), of)


def recent(a: Truth, bars: int) -> Truth:
    """True if it was true at one of the last bars, else undefined if it was undefined at one.

    What came before the first bar is undefined.
    """
    yes = _count(a.yes, bars) > 0
    return Truth(yes, yes | (_count(a.no, bars) == bars))


def lasting(a: Truth, bars: int) -> Truth:
    """True if it was true at each of the last bars, false if it was false at one."""
    return negation(recent(negation(a), bars))


def _count(flags: Flags, bars: int) -> Ints:
    """How many of the last bars are set, each row's window alone."""
    total = np.concatenate([np.zeros(1, np.int64), np.cumsum(flags, dtype=np.int64)])
    rows = np.arange(1, len(total))
    count: Ints = total[rows] - total[np.maximum(rows - bars, 0)]
    return count
