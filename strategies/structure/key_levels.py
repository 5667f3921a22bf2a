"""The key levels in force on the close of every bar (strategies.md 6.2)."""

import numpy as np

from engine.model.market import DAY_MS, MINUTE_MS, SPAN_MS, Flags, Floats, Ints
from engine.model.money import exact
from strategies.structure.landmarks import POC_DAYS, History, landmarks, round_numbers
from strategies.structure.levels import clusters
from strategies.structure.sessions import by_day, day_of

HOUR_MS = SPAN_MS["1h"]
Signature = tuple[object, ...]


def key_levels(history: History, at: Ints, close: Floats, tier: int) -> Floats:
    """Prices of the clusters of at most this tier at each time (UTC ms, rising), rows x levels; NaN fills up.

    Levels change a few times an hour, so they are gathered once for all closes that have the same ones.
    """
    found: list[tuple[float, ...]] = []
    known: dict[Signature, tuple[float, ...]] = {}
    for row, signature in enumerate(_signatures(history, at, close)):
        if signature is None:
            found.append(())
            continue
        if signature not in known:
            every = clusters(landmarks(history, int(at[row]), float(close[row])))
            known[signature] = tuple(one.price for one in every if one.tier <= tier)
        found.append(known[signature])
    table = np.full((len(at), max(map(len, found), default=0) or 1), np.nan)
    for row, prices in enumerate(found):
        table[row, : len(prices)] = prices
    return table


def _signatures(history: History, at: Ints, close: Floats) -> list[Signature | None]:
    """Of each close all that its levels depend on; None where it is no price."""
    found: list[Signature | None] = []
    for day, first, last in by_day(at):
        today = day_of(history.sessions.minutes, day)
        seen = np.minimum((at[first:last] - day * DAY_MS) // MINUTE_MS, len(today))
        low = np.append(np.inf, np.minimum.accumulate(today.low))[seen]
        high = np.append(-np.inf, np.maximum.accumulate(today.high))[seen]
        tested = _tested(history, day, low, high)
        for row in range(first, last):
            time, price = int(at[row]), float(close[row])
            if not 0.0 < price < np.inf:
                found.append(None)
                continue
            begun = bool(seen[row - first])
            hours = time // HOUR_MS, -(-time // HOUR_MS)
            found.append((day, begun, *hours, tested[row - first].tobytes(), round_numbers(exact(price))))
    return found


def _tested(history: History, day: int, low: Floats, high: Floats) -> Flags:
    """Which points of control of the days before were traded through since, today's range being this; rows x days."""
    columns = []
    for past in range(day - 1, day - 1 - POC_DAYS, -1):
        session = history.sessions.of(past)
        if session is None:
            break
        columns.append((low < session.poc) & (session.poc < high))
        low, high = np.minimum(low, session.low), np.maximum(high, session.high)
    return np.stack(columns, axis=1) if columns else np.zeros((len(low), 0), bool)
