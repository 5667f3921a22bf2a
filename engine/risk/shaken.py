"""Step 3: a symbol that moves like never before is left alone until it has been calm for a while (risk.md R6.5)."""

from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.volatility_halt import CALM_MS, newest_hit, shock_line

MINUTE_MS = 60_000


class Shaken(Entries):
    """Refuses entries of one symbol; judged from its last minutes when an entry asks, with the deviation of today."""

    name = "volatility_halt"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `volatility_halt`; allowed again at exactly the end of the 15 minutes."""
        series = view.series.get(request.symbol)
        if series is None or not series.minutely:
            return PASS
        limits, state = view.limits, view.state
        sigma = view.past.sigma(request.symbol) if state.days else None
        m = limits.volatility_halt_m
        if sigma is None and (m is None or not series.long):
            return PASS
        line = None if sigma is None else shock_line(sigma, float(limits.volatility_halt_k))
        storms = None if m is None else float(m)
        moved, ratio = series.turmoil()
        if not (line is not None and moved > line) and not (storms is not None and ratio > storms):
            return Verdict(moved, line)
        ago = newest_hit(series.recent(), line, storms)
        if ago is None or request.at >= series.closed_at - ago * MINUTE_MS + CALM_MS:
            return Verdict(moved, line)
        until = series.closed_at - ago * MINUTE_MS + CALM_MS
        text = f"{request.symbol} moves like never before; entries again after 15 calm minutes"
        view.halt = until
        return refuse("volatility_halt", text, moved, line)
