"""What the desk learns before it trades: candles from before the start, and past days."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from engine.candles import Series
from engine.model.market import Days
from engine.model.messages import CandleClosed
from engine.risk.past import learn
from engine.risk.warmth import Warmth
from engine.scoring.evaluate import Evaluator
from engine.state import DeskState


class Background:
    """Fills windows, marks and past days; nothing that is learned here trades."""

    def __init__(self, state: DeskState, series: Mapping[str, Series], evaluator: Evaluator, zone: ZoneInfo) -> None:
        self._state, self._series, self._evaluator = state, series, evaluator
        self._warmth = Warmth(state, zone)

    def warm(self, candle: CandleClosed) -> None:
        """Take a candle from before the start."""
        series = self._series.get(candle.symbol)
        if series is None or series.refuse(candle) is not None:
            return
        self._evaluator.push(candle)
        for bar in series.longer(candle):
            self._evaluator.push(bar)
        self._warmth.take(series.symbol, series.closed_at, candle.close)
        if candle.symbol not in self._state.marked_at:
            self._state.marks[candle.symbol] = candle.close

    def rewarm(self, candles: Sequence[CandleClosed]) -> list[CandleClosed]:
        """Begin the windows anew from fetched candles; returns those that closed after what was handled before.

        A desk that was away has them brought as back-filled events: the venue sees them, no strategy acts on them.
        """
        known = {symbol: series.last for symbol, series in self._series.items()}
        for series in self._series.values():
            series.restart()
        for candle in candles:
            if known.get(candle.symbol, -1) < 0 or candle.open_at <= known[candle.symbol]:
                self.warm(candle)
        return [c for c in candles if known.get(c.symbol, -1) >= 0 and c.open_at > known[c.symbol]]

    def know(self, days: Days) -> None:
        """Take the past days of every symbol, which value at risk and volatility are measured on."""
        learn(self._state, days)
