"""What a book amounts to: its sums, its forms with correlations, and what a bad day of it costs."""

from decimal import Decimal as D

import numpy as np

from engine.model.limits import RiskLimits
from engine.risk.measure import Measure, measured
from engine.risk.past import Past
from engine.risk.scales import Scales
from engine.state import DeskState, Holding, fresh
from tests.printed import X

DAY = 86_400_000


def held(state: DeskState, symbol: str, qty: str) -> None:
    """A position from 100 at 100, its stop 10 away."""
    stop = D(90) if D(qty) > 0 else D(110)
    state.holdings[symbol] = Holding(symbol, "s", "1", 0, D(qty), D(100), stop, None, stop_order="s")


def past(**returns: list[float]) -> Past:
    """Past days of each symbol."""
    state, made = fresh(D(1)), Past()
    for symbol, values in returns.items():
        state.closes[symbol] = (100 * np.cumprod([1.0, *(1 + value for value in values)])).tolist()
        state.days = [DAY * day for day in range(1, len(values) + 2)]
    made.ask(RiskLimits())
    made.look(state)
    return made


KNOWN = past(A=X.tolist(), B=X.tolist())
"""Both move as series X of the page: VaR 0.018, ES 0.055 / 3."""


def near(found: D | None, wanted: float) -> bool:
    return found is not None and abs(float(found) / wanted - 1) < 1e-9


def test_nothing_held_is_equity_alone() -> None:
    assert measured(Scales({}).book(fresh(D(7))), KNOWN) == Measure(D(7))


def test_what_is_on_one_side_moves_together() -> None:
    state = fresh(D(10_000))
    held(state, "A", "30")
    held(state, "B", "10")
    found = measured(Scales({}).book(state), KNOWN)
    assert (found.equity, found.gross, found.net, found.heat) == (D(10_000), D(4000), D(4000), D(400))
    # They move as one: 300 + 100 and 3,000 + 1,000; a day of 0.3 + 0.1 of the series.
    assert near(found.stress_heat, 400)
    assert near(found.correlated, 4000)
    assert near(found.var, 0.4 * 0.018)
    assert near(found.es, 0.4 * 0.055 / 3)


def test_the_other_side_is_no_hedge_of_its_heat_but_of_its_day() -> None:
    state = fresh(D(10_000))
    held(state, "A", "30")
    held(state, "B", "-10")
    found = measured(Scales({}).book(state), KNOWN)
    assert (found.gross, found.net, found.heat) == (D(4000), D(2000), D(400))
    # The roots of 300² + 100² and of 3,000² + 1,000²; a day of 0.3 - 0.1.
    assert near(found.stress_heat, 316.22776601684)
    assert near(found.correlated, 3162.2776601684)
    assert near(found.var, 0.2 * 0.018)
    assert near(found.es, 0.2 * 0.055 / 3)


def test_a_bad_day_is_not_known_without_days_or_without_equity() -> None:
    for equity, days, known in (("1", KNOWN, True), ("0", KNOWN, False), ("-1", KNOWN, False), ("1", Past(), False)):
        state = fresh(D(equity))
        held(state, "A", "0.005")
        found = measured(Scales({}).book(state), days)
        assert ((found.var is None), (found.es is None)) == (not known, not known)
        # Half of what there is.
        assert not known or near(found.var, 0.5 * 0.018)
