"""What the gate says of orders that pay with one position for another, and of exits of what was bought so."""

from decimal import Decimal as D

import msgspec
import pytest

from engine.model.orders import OrderRequest
from engine.risk.case import Number
from engine.risk.decision import Decision
from tests.desk import Desk
from tests.rounds import CROSS, ETH, RULES, SOL, triangle
from tests.unit.engine.risk.asked import holding


def world(qty: str = "0.24161865", strategy: str = "triangular") -> Desk:
    return holding(triangle(venue=False), ETH, qty, None, strategy, "2481.2")


def judged(desk: Desk, **changed: object) -> Decision:
    """4.01 SOL for 0.2412015 ETH."""
    request = OrderRequest(
        desk.now, CROSS, "buy", "cross", "market", "triangular", D("0.060150"), "triangular", D("4.01"), trade="7"
    )
    return desk.core.desk.gate.decide(msgspec.structs.replace(request, **changed), desk.core.state)


def refused(decision: Decision) -> tuple[str, str]:
    assert decision.denial is not None
    return decision.denial.code, decision.denial.text


def measured(decision: Decision) -> tuple[Number, Number]:
    """What the last rule saw, and what it allows."""
    return decision.verdicts[-1].value, decision.verdicts[-1].limit


@pytest.mark.parametrize("trading", ["ACTIVE", "REDUCING", "HALTED"])
def test_what_is_held_pays_for_something_else_whatever_the_trading_state(trading: str) -> None:
    desk = world()
    desk.core.state.trading = trading  # type: ignore[assignment]
    decision = judged(desk)
    order = decision.order
    assert order is not None
    assert (order.leg, order.qty, order.reduce_only, order.trade) == ("cross", D("4.01"), True, "7")
    assert (order.reserved_risk, order.id[13]) == (D(0), "c")
    assert [(each.value, each.limit) for each in decision.rules()][-1] == (D("0.24120150"), D("0.24161865"))


def test_it_pays_with_no_more_than_it_holds_and_with_nothing_of_others() -> None:
    exact = world("0.24120150")
    assert judged(exact).order is not None
    assert refused(judged(exact, qty=D("4.02"))) == (
        "reduce_exceeds_position",
        "0.24180300 is more than the 0.24120150 held in ETH/USDT",
    )
    assert measured(judged(exact, qty=D("4.02"))) == (D("0.241803"), D("0.2412015"))
    other = ("no_position", "triangular holds nothing in ETH/USDT that could pay for SOL/ETH")
    assert refused(judged(world(strategy="somebody"))) == other
    assert refused(judged(triangle(venue=False))) == other
    assert refused(judged(world(), side="sell"))[1].startswith("triangular holds nothing in SOL/USDT")
    sold = judged(holding(world(), SOL, "4.0509595", None, "triangular"), side="sell", qty=D("4.05"))
    assert sold.order is not None
    assert (sold.order.side, measured(sold)) == ("sell", (D("4.05"), D("4.0509595")))


def test_the_venue_takes_no_less_than_its_least() -> None:
    desk = world()
    assert refused(judged(desk, qty=None)) == ("below_min_qty", "0 is below the venue's least of 0")
    rules = desk.core.desk.instruments
    rules[CROSS] = msgspec.structs.replace(RULES[1], min_qty=D("4.02"))
    assert refused(judged(desk)) == ("below_min_qty", "4.01 is below the venue's least of 4.02")
    assert measured(judged(desk)) == (D("4.01"), None)
    rules[CROSS] = msgspec.structs.replace(RULES[1], min_notional=D("0.25"))
    assert refused(judged(desk)) == ("below_min_notional", "0.24120150 is below 0.25")
    assert measured(judged(desk)) == (D("4.01"), None)
    rules[CROSS] = msgspec.structs.replace(RULES[1], min_qty=D("4.01"), min_notional=D("0.2412015"))
    assert judged(desk).order is not None


def test_an_exit_is_on_the_step_and_less_than_a_step_leaves_whole() -> None:
    desk = world()
    held = desk.core.state.holdings[ETH]
    gate, state = desk.core.desk.gate, desk.core.state
    assert gate.closing(held, "exit", "market", None, desk.now, state, "unwound").qty == D("0.2416")
    sale = {"symbol": ETH, "side": "sell", "leg": "exit", "reason": "unwound"}
    state.trading = "HALTED"
    order = judged(desk, qty=held.qty, **sale).order
    assert order is not None
    assert order.qty == D("0.2416")
    state.trading = "ACTIVE"
    held.qty = D("0.00009")
    assert gate.closing(held, "exit", "market", None, desk.now, state, "unwound").qty == D("0.00009")
    order = judged(desk, qty=held.qty, **sale).order
    assert order is not None
    assert order.qty == D("0.00009")


def test_a_halted_desk_lets_a_strategy_leave_only_on_the_way_of_a_round() -> None:
    desk = world()
    desk.core.state.trading = "HALTED"
    sale = {"symbol": ETH, "side": "sell", "leg": "exit", "qty": D("0.2416")}
    for reason in ("round_trip", "unwound"):
        assert judged(desk, reason=reason, **sale).order is not None
    assert refused(judged(desk, reason="signal", **sale))[0] == "halted"
