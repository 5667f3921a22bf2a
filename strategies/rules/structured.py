"""Evidence out of market structure: states, order flow and levels for the rules of a file."""

from collections.abc import Mapping

import numpy as np

from engine.model.market import DAY_MS, SPAN_MS, BarsByTimeframe, Floats, Ints, Timeframe
from strategies.rules.evidence import Asked
from strategies.rules.nodes import FlowMetric
from strategies.structure import flow
from strategies.structure.current import CLOSES, SETUPS, states
from strategies.structure.key_levels import key_levels
from strategies.structure.landmarks import POC_DAYS, SWING_DAYS, History
from strategies.structure.sessions import Sessions, by_day, previous
from strategies.structure.state import UNKNOWN
from strategies.structure.swings import WING, divergence

MINUTES_A_DAY = DAY_MS // SPAN_MS["1m"]
NEEDS: dict[Asked, dict[Timeframe, int]] = {
    "state": {"1m": 2 * MINUTES_A_DAY, SETUPS: CLOSES},
    "session": {"1m": 2 * MINUTES_A_DAY},
    "key": {"1m": (POC_DAYS + 1) * MINUTES_A_DAY, "1h": 24 * SWING_DAYS + 2 * WING, "1d": 2 * 31 + 7},
}
"""Closed bars before the first one scored: today and the day before, the month of untested points of control, the
swings of hours, and the days of the month and the week before."""


class Structure:
    """What minutes, hours and days tell: satisfies `Evidence`. Where bars are missing nothing is known."""

    def reads(self, base: Timeframe, asked: frozenset[Asked]) -> Mapping[Timeframe, int]:
        """Closed bars needed of each timeframe."""
        found: dict[Timeframe, int] = {}
        for one in asked:
            for timeframe, bars in NEEDS.get(one, {}).items():
                found[timeframe] = max(found.get(timeframe, 0), bars)
        return found

    def state(self, bars: BarsByTimeframe) -> Ints:
        """Market state of each base bar."""
        found: Ints = states(bars).astype(np.int64)
        return np.where(found == UNKNOWN, -1, found - 1)

    def flow(self, metric: FlowMetric, bars: BarsByTimeframe) -> Floats:
        """Stacked rows of the bar's footprint; divergence +1 bullish, -1 bearish, 0 neither or both."""
        timeframe, base = next(iter(bars.items()))
        if metric == "divergence":
            found = divergence(base.close, flow.cvd(base, timeframe))
            return found.bullish - found.bearish
        known = base.flow()
        return known.stacked_buy if metric == "stacked_buy" else known.stacked_sell

    def levels(self, kind: str, tier: int, bars: BarsByTimeframe) -> Floats:
        """Levels of the previous session, or key levels, as they stood at each base bar's close."""
        timeframe, base = next(iter(bars.items()))
        at, nothing = base.ts + SPAN_MS[timeframe], base.slice(0, 0)
        sessions = Sessions(bars.get("1m", nothing))
        match kind:
            case "poc" | "val" | "vah":
                column: Floats = getattr(previous(sessions, at), kind)
                return column[:, None]
            case "key":
                history = History(sessions, bars.get("1h", nothing), bars.get("1d", nothing))
                return key_levels(history, at, base.close, tier)
            case _:
                return _nodes(sessions, at, kind)


def _nodes(sessions: Sessions, at: Ints, kind: str) -> Floats:
    """Prices of the high or low volume nodes of the day before each time, rows x nodes."""
    days = []
    for day, first, last in by_day(at):
        session = sessions.of(day - 1)
        days.append((first, last, () if session is None else session.hvn if kind == "hvn" else session.lvn))
    table = np.full((len(at), max((len(prices) for _, _, prices in days), default=0) or 1), np.nan)
    for first, last, prices in days:
        table[first:last, : len(prices)] = prices
    return table
