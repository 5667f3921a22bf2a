"""Several backtests side by side: their figures, the settings in which they differ, and what picking the best costs."""

from collections.abc import Sequence

import msgspec

from bot.backtests.card import FIGURES, Figure, shown
from bot.backtests.kept import Kept
from bot.figures.currency import currency_of, tell_of_symbols
from engine.stats.evidence import deflated_of_trials, per_period, shape


class Row(msgspec.Struct, frozen=True):
    """One figure of every run; `best` are the places of the best values, none where there is no better."""

    name: str
    label: str
    texts: tuple[str, ...]
    best: frozenset[int]


class Comparison(msgspec.Struct, frozen=True):
    """Runs in the order they were named."""

    runs: tuple[Kept, ...]
    rows: tuple[Row, ...]
    deflated: tuple[float | None, ...]
    """Of each run the probability that its Sharpe ratio is more than the luck of having tried all of these."""
    settings: dict[str, tuple[str, ...]]
    """Settings in which they differ, `-` where one has no such setting."""
    notes: tuple[str, ...]


def compared(runs: Sequence[Kept]) -> Comparison:
    """The comparison of two or more runs."""
    rows = [_row(figure, runs) for figure in FIGURES.values()]
    deflated = deflation(runs)
    place = next(place for place, row in enumerate(rows) if row.name == "deflated_sharpe") + 1
    label = f"deflated, best of these {len(runs)}"
    rows.insert(place, Row("deflated_of_these", label, tuple(shown(each, "ratio") for each in deflated), frozenset()))
    return Comparison(tuple(runs), tuple(rows), tuple(deflated), differences(runs), tuple(notes(runs)))


def _row(figure: Figure, runs: Sequence[Kept]) -> Row:
    values = [figure.of(kept.result) for kept in runs]
    known = [value for value in values if value is not None]
    best: frozenset[int] = frozenset()
    if figure.better != "neither" and len(known) > 1 and min(known) != max(known):
        top = max(known) if figure.better == "more" else min(known)
        best = frozenset(place for place, value in enumerate(values) if value == top)
    return Row(figure.name, figure.label, tuple(_text(figure, kept) for kept in runs), best)


def _text(figure: Figure, kept: Kept) -> str:
    """A figure of a run, in the currency of its account."""
    tell_of_symbols(kept.result.symbols)
    return figure.text(kept.result)


def deflation(runs: Sequence[Kept]) -> list[float | None]:
    """Of each run the probability that its Sharpe ratio is more than the luck of having tried all of these (R9.4)."""
    ratios = [per_period(kept.result.sharpe) for kept in runs if kept.result.sharpe is not None]
    shapes = [shape([change for _, change in kept.result.daily]) for kept in runs]
    return [None if of is None else deflated_of_trials(of, ratios) for of in shapes]


def differences(runs: Sequence[Kept]) -> dict[str, tuple[str, ...]]:
    """Settings that are not the same in all of them."""
    names = dict.fromkeys(name for kept in runs for name in kept.settings)
    found = {name: tuple(kept.settings.get(name, "-") for kept in runs) for name in names}
    return {name: values for name, values in found.items() if len(set(values)) > 1}


def notes(runs: Sequence[Kept]) -> list[str]:
    """What makes a comparison unfair."""
    told = []
    if len({(kept.result.start, kept.result.end) for kept in runs}) > 1:
        told.append("They cover different times.")
    data = [{each.symbol: each.digest for each in kept.candles} for kept in runs]
    if any(each != data[0] for each in data):
        told.append("They ran on different candles.")
    currencies = dict.fromkeys(currency_of(kept.result.symbols[0]) for kept in runs)
    if len(currencies) > 1:
        told.append(f"Their money is not the same: {', '.join(currencies)}.")
    return told
