"""The breakers of an account in coin.

The profit of an inverse position is no straight line in the price, but one in its reciprocal: v / avg - v / mark for a
signed value of v quote units (risk.md R10.3). So its band is found there, exactly, and turned back into prices.
"""

from math import inf

from engine import ledger
from engine.model.money import shadow
from engine.risk.breakers import Bands, Breakers


class InverseBreakers(Breakers):
    """Watches equity of inverse contracts."""

    def watch(self, at: int) -> bool:
        """Look at equity after a mark or a fill; True when the emergency line was crossed by this event."""
        state, sizes = self._desk.state, self._desk.inverse
        if not state.holdings:
            return super().watch(at)
        self.cash, equity = state.cash, shadow(state.cash)
        for symbol, holding in state.holdings.items():
            mark = state.marks.get(symbol)
            if mark is not None:
                equity += holding.qty_f * float(sizes[symbol].size) * (1 / holding.avg_f - 1 / mark)
        if self._line < equity < self._peak:
            self.bands = self._banded(equity - self._line, self._peak - equity)
            return False
        self.bands = {}
        return self._judge(at, ledger.equity(state))

    def follow(self) -> bool:
        """No: equity is no sum of what each mark adds to it."""
        return False

    def _banded(self, loss: float, gain: float) -> Bands:
        state, sizes = self._desk.state, self._desk.inverse
        share = len(state.holdings)
        bands: Bands = {}
        for symbol, holding in state.holdings.items():
            value = abs(holding.qty_f) * float(sizes[symbol].size) * share
            if not value:
                return {}
            bands[symbol] = band(state.marks.get(symbol, holding.avg_f), loss, gain, value, holding.qty_f > 0)
        return bands


def band(mark: float, loss: float, gain: float, value: float, long: bool) -> tuple[float, float]:
    """The marks at which a position of `value` (> 0, quote units) has lost or gained so much coin from `mark` on.

    However far a price rises, it moves less than value / mark coin: what takes more never comes, the band is open.
    """
    down, up = (loss, gain) if long else (gain, loss)
    above = 1 / mark - up / value
    return 1 / (1 / mark + down / value), 1 / above if above > 0 else inf
