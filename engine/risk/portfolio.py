"""Step 7: what the whole book may be and lose, with the candidate in it (risk.md R5.1, R5.4, R5.6, R5.7).

Each limit that the wanted quantity exceeds leaves the largest quantity it allows; `Fit` takes the smallest of them.
"""

from decimal import Decimal

from engine.model.limits import RiskLimits
from engine.model.money import ZERO
from engine.model.orders import Denial, OrderRequest
from engine.risk.case import PASS, Entries, RiskView, Verdict, at_stake, refuse
from engine.risk.room import cut, net_room, room


def judged(code: str, view: RiskView, most: Decimal, used: Decimal, per_unit: Decimal) -> Verdict:
    """A limit that grows evenly with the quantity: what would be used of it, and the room when that is too much."""
    wanted = used + view.qty * per_unit
    if wanted > most:
        view.rooms = (*view.rooms, room(code, most, used, per_unit))
    return Verdict(wanted, most)


class Heat(Entries):
    """Money lost if every stop is hit, entries under way counted as filled (R5.1)."""

    name = "heat"

    def alone(self, limits: RiskLimits) -> bool:
        """Unless the size comes from a risk that is within it."""
        return limits.sizing_mode != "percent" or limits.risk_per_trade > limits.max_heat

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `heat_limit`."""
        most = view.limits.max_heat * view.equity
        return judged("heat_limit", view, most, view.book.heat, at_stake(request, view))


class Headroom(Entries):
    """If every stop is hit, the day ends at its line and not beyond (R5.7)."""

    name = "daily_headroom"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `daily_headroom`."""
        state, book = view.state, view.book
        lost = state.day_base - view.equity
        used = book.to_stops + book.pending_risk + (lost if lost > ZERO else ZERO)
        return judged("daily_headroom", view, view.limits.max_daily_loss * state.day_base, used, view.loss_per_unit)


class StrategyBudget(Entries):
    """Gross notional of one strategy; off unless set."""

    name = "strategy_budget"

    def on(self, limits: RiskLimits) -> bool:
        """Whether a budget is set."""
        return limits.strategy_budget is not None

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `strategy_budget`."""
        most = (view.limits.strategy_budget or ZERO) * view.equity
        return judged("strategy_budget", view, most, view.book.by_strategy(request.strategy), view.unit)


class Concentration(Entries):
    """Gross notional of one asset over all its instruments; off unless set."""

    name = "concentration"

    def on(self, limits: RiskLimits) -> bool:
        """Whether a limit is set."""
        return limits.max_concentration is not None

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `concentration`."""
        base = request.symbol if view.instrument is None else view.instrument.base
        most = (view.limits.max_concentration or ZERO) * view.equity
        return judged("concentration", view, most, view.book.by_base(base), view.unit)


class NetExposure(Entries):
    """Long less short notional; off unless set. An entry against what is held has more room."""

    name = "net_exposure"

    def on(self, limits: RiskLimits) -> bool:
        """Whether a limit is set."""
        return limits.max_net_exposure is not None

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Code `net_limit`."""
        sign = 1 if request.direction == "long" else -1
        most, net = (view.limits.max_net_exposure or ZERO) * view.equity, view.book.net_with(sign > 0)
        wanted = abs(net + sign * view.qty * view.unit)
        if wanted > most:
            view.rooms = (*view.rooms, net_room(most, net, sign, view.qty, view.unit))
        return Verdict(wanted, most)


class Fit(Entries):
    """The quantity that fits every room of this step; below the venue's least order the tightest limit refuses."""

    name = "portfolio"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """The code of the limit that decides."""
        rooms, instrument = view.rooms, view.instrument
        if not rooms or instrument is None:
            return PASS
        wanted, least, notional = view.qty, instrument.min_qty, instrument.min_notional
        answer = cut(wanted, rooms, instrument.step, view.unit, least, notional, view.limits.allow_scale_down)
        if isinstance(answer, Denial):
            return refuse(answer.code, answer.text, wanted, min(each.qty for each in rooms))
        view.qty, view.binding = answer.qty, answer.binding or view.binding
        return Verdict(wanted, answer.qty)
