"""The market state behind a signal (strategies.md 6.1), worked out when there is one and not before."""

from collections.abc import Callable

import msgspec
import numpy as np

from engine.model.facts import MarketState, Signal
from engine.model.market import DAY_MS, MINUTE_MS, SPAN_MS, Bars
from engine.scoring.evaluate import Evaluator, WindowEvaluator

MINUTES = 2 * DAY_MS // MINUTE_MS
"""What it is read from: the minutes since 00:00 UTC of the day before."""
FIVE = SPAN_MS["5m"]
Teller = Callable[[Bars], tuple[MarketState, str]]
"""The state at the newest close of five minutes, and why it is UNKNOWN."""


class Backdrop:
    """Tells each signal the state of its market; without a teller all are UNKNOWN."""

    def __init__(self, evaluator: Evaluator, teller: Teller | None) -> None:
        self._windows = evaluator if isinstance(evaluator, WindowEvaluator) else None
        self._teller = teller
        self._known: dict[str, tuple[int, MarketState, str]] = {}
        """Of each symbol the newest close of five minutes that was asked about, and what was said."""

    def hold(self, symbols: list[str]) -> None:
        """Have the minutes of these symbols held, which have candles of a minute."""
        if self._windows is not None and self._teller is not None:
            for symbol in symbols:
                self._windows.hold(symbol, "1m", MINUTES)

    def behind(self, signal: Signal) -> Signal:
        """The same signal with the state of its market."""
        if self._teller is None or self._windows is None:
            return msgspec.structs.replace(signal, state_reason="not_computed")
        state, why = self._state(signal.symbol, signal.at, self._windows, self._teller)
        return msgspec.structs.replace(signal, market_state=state, state_reason=why)

    def _state(self, symbol: str, at: int, windows: WindowEvaluator, tell: Teller) -> tuple[MarketState, str]:
        close = at - at % FIVE
        known = self._known.get(symbol)
        if known is not None and known[0] == close:
            return known[1], known[2]
        window = windows.windows().get((symbol, "1m"))
        if window is None or not len(window.ts):
            return "UNKNOWN", "no_minutes"
        minutes = window.every(at - at % DAY_MS - DAY_MS)
        # What came after the close is left out, a hole too: whoever asks within the next five minutes hears the same.
        minutes = minutes.slice(0, int(minutes.ts.searchsorted(close)))
        holes = np.flatnonzero(np.diff(minutes.ts) != MINUTE_MS)
        state, why = tell(minutes.slice(int(holes[-1]) + 1, len(minutes)) if len(holes) else minutes)
        self._known[symbol] = (close, state, why)
        return state, why
