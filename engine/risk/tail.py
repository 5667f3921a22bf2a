"""Step 7: what one bad day may cost the book as it would be with the candidate (risk.md section 3). Never shrinks."""

from engine.model.money import shadow
from engine.model.orders import OrderRequest
from engine.risk.case import Entries, RiskView, Verdict, refuse
from engine.risk.var import Tail


class TailRisk(Entries):
    """Value at risk and expected shortfall of one day, over equity."""

    name = "value_at_risk"

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Codes `var_unavailable`, `var_limit`, `es_limit`."""
        limits, past = view.limits, view.past
        found = tail_with(request, view)
        if found is None:
            if past.waits:
                return Verdict(None, limits.var_limit)
            text = f"fewer than 30 common daily returns of {request.symbol} and what is held are known"
            return refuse("var_unavailable", text, None, limits.var_limit)
        if found.var > past.var_line:
            text = f"one day in {1 / limits.var_alpha:.0f} would cost {found.var:.2%}, limit {limits.var_limit:.2%}"
            return refuse("var_limit", text, found.var, limits.var_limit)
        if found.es > past.es_line:
            text = f"a bad day would cost {found.es:.2%} on average, limit {limits.es_limit:.2%}"
            return refuse("es_limit", text, found.es, limits.es_limit)
        return Verdict(found.var, limits.var_limit)


def tail_with(request: OrderRequest, view: RiskView) -> Tail | None:
    """The tail of everything held, under way, and the candidate; None while too few days are known."""
    past, equity, book = view.past, shadow(view.equity), view.book
    if not view.state.days:
        return None
    long, notional = request.direction == "long", shadow(view.qty * view.unit)
    if not book.weights:
        unit = past.unit(request.symbol, long)
        if unit is None:
            return None
        share = notional / equity
        return Tail(unit.var * share, unit.es * share, unit.method)
    return past.beside(book, request.symbol, notional if long else -notional, equity)
