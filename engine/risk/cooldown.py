"""Step 4: after an exit a strategy leaves the symbol alone for some bars, and a day has only so many trades."""

from engine.model.limits import RiskLimits
from engine.model.market import DAY_MS
from engine.model.orders import OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, refuse
from engine.risk.pace import key


class Cooldown(Entries):
    """`COOLDOWN_BARS` and `MAX_TRADES_PER_DAY` of one strategy on one symbol; off unless set."""

    name = "cooldown"

    def on(self, limits: RiskLimits) -> bool:
        """Whether one of the two is set."""
        return limits.cooldown_bars > 0 or limits.max_trades_per_day is not None

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `cooldown`, `max_trades_per_day`."""
        pace = view.state.paces.get(key(request.strategy, request.symbol))
        if pace is None:
            return PASS
        bars, most = view.limits.cooldown_bars, view.limits.max_trades_per_day
        if bars and request.at < pace.ready_at:
            text = f"{request.strategy} waits {bars} bars after an exit from {request.symbol}"
            return refuse("cooldown", text, bars, bars)
        today = pace.entries if pace.day == request.at // DAY_MS else 0
        if most is not None and today >= most:
            text = f"{request.strategy} has opened {today} trades in {request.symbol} today, {most} are allowed"
            return refuse("max_trades_per_day", text, today, most)
        return Verdict(today, most)
