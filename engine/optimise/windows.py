"""Walk-forward windows: fit on the days before, then use on the days after."""

import msgspec

from engine.model.errors import BadInput
from engine.model.market import DAY_MS
from engine.optimise.trial import Span


class Lengths(msgspec.Struct, frozen=True):
    """Days to fit on, and days to use the result on before it is fitted again."""

    train: int
    test: int


class Window(msgspec.Struct, frozen=True):
    """A stretch to fit on and the one that follows it at once."""

    train: Span
    test: Span


def windows(start: int, end: int, lengths: Lengths) -> tuple[Window, ...]:
    """All windows between two times (UTC ms), the tests one after the other without gap or overlap.

    The last test ends with a whole length. Raises BadInput when there is not even one.
    """
    train, test = lengths.train * DAY_MS, lengths.test * DAY_MS
    found = []
    at = start + train
    while at + test <= end:
        found.append(Window(Span(at - train, at), Span(at, at + test)))
        at += test
    if not found:
        raise BadInput(
            f"--walk-forward takes {lengths.train + lengths.test} days of data for one window, "
            f"but there are {(end - start) / DAY_MS:.1f}."
        )
    return tuple(found)


def latest(end: int, lengths: Lengths) -> Span:
    """The stretch to fit on for the time after the data."""
    return Span(end - lengths.train * DAY_MS, end)
