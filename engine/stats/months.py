"""The table of months: compounded returns by calendar month and year."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

import msgspec

from engine.stats.returns import total


class Year(msgspec.Struct, frozen=True):
    """One row of the table: returns as fractions, None where the record has no day."""

    year: int
    months: tuple[float | None, ...]
    """January to December."""
    total: float | None
    """All days of the year compounded."""


def months(days: Sequence[date], r: Sequence[float]) -> tuple[Year, ...]:
    """From daily returns, each on the day at whose end it was made (in the user's zone), oldest first."""
    dated = zip(days, r, strict=True)
    return tuple(_year(year, list(of)) for year, of in groupby(dated, key=lambda each: each[0].year))


def _year(year: int, dated: Sequence[tuple[date, float]]) -> Year:
    by_month = {month: [value for _, value in of] for month, of in groupby(dated, key=lambda each: each[0].month)}
    row = tuple(total(by_month[month]) if month in by_month else None for month in range(1, 13))
    return Year(year, row, total([value for _, value in dated]))
