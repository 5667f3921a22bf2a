"""Stored candles as sentences, a table and JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.figures.printing import iso
from engine.feeds.cache.survey import Damaged, Extent, Survey, extent

if TYPE_CHECKING:
    from rich.table import Table

    from engine.feeds.cache.download import Outcome
    from engine.feeds.cache.intake import Taken
    from engine.feeds.cache.sheet import Sheet

SHOWN_GAPS = 3


def downloaded(outcome: "Outcome") -> str:
    """What a download came to for one symbol."""
    if not len(outcome.sheet.bars):
        return f"{_name(outcome.sheet)}: the exchange gave no candles of that time."
    refused = "".join(f", {count:,} left out ({code})" for code, count in outcome.refused.items())
    return f"{_name(outcome.sheet)}: {outcome.fetched:,} fetched{refused}; {covers(extent(outcome.sheet))}."


def imported(taken: "Taken") -> str:
    """What an import came to for one series."""
    changed = f", {taken.changed:,} replaced" if taken.changed else ""
    return f"{_name(taken.sheet)}: {taken.added:,} added{changed}; {covers(extent(taken.sheet))}."


def verified(each: Survey | Damaged) -> tuple[bool, str]:
    """Whether a series is well, and a line about it."""
    if isinstance(each, Damaged):
        return False, f"{each.place}: {each.sentence}"
    found = each.extent
    said = f"{each.place}: {covers(found)}"
    if found.unsettled:
        return (
            False,
            f"{said}; {found.unsettled:,} of them no exchange was asked for twice (`pocketdesk data download`)",
        )
    return True, f"{said}{', which the exchange does not have' if found.gaps else ''}"


def covers(found: Extent) -> str:
    """`1,156 candles from ... to ..., 1 gap of 284 candles: ... to ...`"""
    said = f"{found.bars:,} candles from {iso(found.start)} to {iso(found.end)}"
    if not found.gaps:
        return f"{said}, no gap"
    gaps = "1 gap" if len(found.gaps) == 1 else f"{len(found.gaps):,} gaps"
    named = ", ".join(f"{iso(gap.start)} to {iso(gap.stop)}" for gap in found.gaps[:SHOWN_GAPS])
    more = " ..." if len(found.gaps) > SHOWN_GAPS else ""
    return f"{said}, {gaps} of {found.missing:,} candles ({named}{more})"


def record(each: Survey | Damaged) -> dict[str, Any]:
    """A series as JSON: times ISO UTC, size in bytes, `data` as `backtest --data` takes it."""
    place = each.place
    what = {"source": place.source, "symbol": place.symbol, "timeframe": place.timeframe, "data": str(place)}
    if isinstance(each, Damaged):
        return {**what, "damaged": each.sentence}
    found = each.extent
    counts = {"bars": found.bars, "gaps": len(found.gaps), "missing": found.missing, "size": each.size}
    return {**what, "from": iso(found.start), "to": iso(found.end), **counts, "file": str(place.path)}


def inventory(found: Sequence[Survey | Damaged]) -> "Table":
    """Stored series for the terminal, a row each."""
    from rich.box import SIMPLE
    from rich.filesize import decimal
    from rich.table import Table

    table = Table(box=SIMPLE)
    for column in ("source", "symbol", "timeframe", "from", "to"):
        table.add_column(column)
    for column in ("bars", "gaps", "missing", "size"):
        table.add_column(column, justify="right")
    for each in found:
        place = each.place
        if isinstance(each, Damaged):
            table.add_row(place.source, place.symbol, place.timeframe, "damaged: see `pocketdesk data verify`")
            continue
        of = each.extent
        counts = (f"{of.bars:,}", f"{len(of.gaps):,}", f"{of.missing:,}", decimal(each.size))
        table.add_row(place.source, place.symbol, place.timeframe, iso(of.start), iso(of.end), *counts)
    return table


def _name(sheet: "Sheet") -> str:
    return f"{sheet.head.symbol} {sheet.head.timeframe} of {sheet.head.source}"
