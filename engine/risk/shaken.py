"""Step 3: a symbol that moves like never before is left alone until it has been calm for a while (risk.md R6.5)."""

from engine.candles import Series
from engine.model.limits import RiskLimits
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.volatility_halt import CALM_MS, newest_hit

MINUTE_MS = 60_000


class Shaken(Entries):
    """Refuses entries of one symbol; judged from its last minutes when an entry asks, with the deviation of today."""

    name = "volatility_halt"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `volatility_halt`; allowed again at exactly the end of the 15 minutes."""
        symbol = request.symbol
        series = view.series.get(symbol)
        if series is None or not series.minutely:
            return PASS
        until, moved, line = unrest(series, view.past.shock(symbol), view.limits)
        if request.at >= until:
            return Verdict(moved, line)
        view.halt = until
        return refuse("volatility_halt", f"{symbol} moves like never before; it needs 15 calm minutes", moved, line)


def unrest(series: Series, line: float | None, limits: RiskLimits) -> tuple[int, float | None, float | None]:
    """Until when the symbol is left alone, 0: it is calm; with the largest return of 15 minutes and its line.

    `line` is None while the deviation of a day is not known.
    """
    m = limits.volatility_halt_m
    if line is None and (m is None or not series.long):
        return 0, None, None
    storms = None if m is None else float(m)
    moved, ratio = series.turmoil()
    if (line is not None and moved > line) or (storms is not None and ratio > storms):
        ago = newest_hit(series.recent(), line, storms)
        if ago is not None:
            return series.closed_at - ago * MINUTE_MS + CALM_MS, moved, line
    return 0, moved, line
