"""Closes of the days before the start, from the candles that came before it (risk.md section 3)."""

from zoneinfo import ZoneInfo

from engine.model.days import day_end
from engine.risk.past import note
from engine.state import DeskState


class Warmth:
    """Takes history in the order of time; the day in which it ends goes on with the desk's own marks."""

    def __init__(self, state: DeskState, zone: ZoneInfo) -> None:
        self._state, self._zone = state, zone
        self._ends = 0
        self._last: dict[str, float] = {}

    def take(self, symbol: str, closed_at: int, close: float) -> None:
        """One candle from before the start; a price of midnight belongs to the day that ends."""
        if closed_at > self._ends:
            if self._last and not self._state.day_ends:
                note(self._state, self._ends, self._last)
            self._ends, self._last = day_end(closed_at - 1, self._zone), {}
        self._last[symbol] = close
