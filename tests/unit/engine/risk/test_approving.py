"""What the gate itself decides: who is asked, what an approval says, and what nobody may ask of it."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from engine.model.errors import Invariant
from engine.model.orders import Portion
from engine.model.own import parsed
from engine.risk.decision import Decision, recorded
from engine.risk.gate import any_tripped
from engine.state import Breaker, DeskState, Grant, fresh
from tests.desk import WIDE, Desk
from tests.unit.engine.risk.asked import held, holding, judged, world


def quiet(**changed: str) -> Desk:
    """A desk whose record nobody reads."""
    desk = world(settings=WIDE | changed)
    desk.core.desk.gate.explains = False  # what a backtest says at the start
    return desk


def asked(decision: Decision) -> list[str]:
    return [rule.name for rule in decision.judged]


def test_a_number_is_recorded_as_money() -> None:
    assert [recorded(value) for value in (0.1, 3, D("0.5"), None)] == [D("0.1"), D(3), D("0.5"), None]
    assert isinstance(recorded(3), D)


def test_one_tripped_breaker_among_many_is_seen() -> None:
    state: DeskState = fresh(D(1))
    assert not any_tripped(state)
    state.breakers["a"] = Breaker(False)
    assert not any_tripped(state)
    state.breakers["b"] = Breaker(True)
    assert any_tripped(state)


def test_a_quiet_desk_asks_only_what_can_answer_no() -> None:
    desk = quiet()
    lone = asked(judged(desk))
    assert "fresh_data" in lone
    assert not {"daily_loss", "gross_exposure", "heat"} & {*lone}
    beside = asked(judged(holding(desk, "ETH", "1", "90")))
    assert {"gross_exposure", "heat"} <= {*beside}
    assert "daily_loss" not in beside


def test_trouble_of_any_kind_asks_every_rule() -> None:
    every = asked(judged(world()))
    for trouble in ("links", "unheard", "equity", "breaker"):
        desk = quiet()
        state = desk.core.state
        if trouble == "links":
            state.links["telegram"] = False
        elif trouble == "unheard":
            state.unheard = desk.now
        elif trouble == "equity":
            desk.core.desk.gate.floor = D(10_000)
        else:
            state.breakers["x"] = Breaker(True)
        assert asked(judged(desk)) == every, trouble
    desk = quiet()
    desk.core.desk.gate.floor = D("9999.99")
    assert asked(judged(desk)) != every
    desk.core.state.grants["ETH"] = Grant("another", D(1))
    assert "gross_exposure" in asked(judged(desk))


def test_only_a_desk_with_a_record_remembers_its_signals() -> None:
    for desk, remembered in ((world(), True), (quiet(), False)):
        judged(desk, valid_until=desk.now + 5)
        assert desk.core.state.entered == ({"scripted BTC": desk.now + 5} if remembered else {})
    desk = held()
    before = dict(desk.core.state.entered)
    judged(desk, side="sell", leg="exit", qty=D(20), reason="signal", stop=None, valid_until=desk.now + 5)
    assert desk.core.state.entered == before


def test_an_approval_carries_the_whole_wish() -> None:
    desk = world()
    targets = (Portion(D("0.5"), D(110)), Portion(D("0.5"), None))
    found = judged(
        desk, type="limit", price=D(100), trigger=D(99), target=D(120), targets=targets, lead="book", trade="T7"
    ).order
    assert found is not None
    assert (found.at, found.symbol, found.side, found.leg, found.type) == (desk.now, "BTC", "buy", "entry", "limit")
    assert (found.price, found.trigger, found.stop, found.target) == (D(100), D(99), D(90), D(120))
    assert (found.targets, found.lead, found.trade, found.reason) == (targets, "book", "T7", "t")
    assert (found.strategy, found.reduce_only, found.verdict, found.binding) == ("scripted", False, "approved", "risk")
    assert desk.core.state.intents == 1
    later = judged(desk).order
    assert later is not None
    assert (later.trade, desk.core.state.intents, later.id == found.id) == ("002", 2, False)


def test_a_quantity_that_rounds_to_nothing_is_told() -> None:
    decision = judged(held(), side="sell", leg="exit", qty=D("0.0000009"), reason="signal", stop=None)
    assert decision.denial is not None
    assert (decision.denial.code, decision.denial.text) == ("below_min_qty", "9E-7 rounds to nothing")


def test_a_part_is_closed_at_most_whole() -> None:
    desk = held()
    gate, state, position = desk.core.desk.gate, desk.core.state, desk.position()
    assert position is not None
    before = state.intents
    order = gate.closing(position, "stop", "stop", D(95), 7, state, "r", D(20))
    assert (order.at, order.symbol, order.side, order.leg, order.type) == (7, "BTC", "sell", "stop", "stop")
    assert (order.qty, order.reduce_only, order.trigger, order.price) == (D(20), True, D(95), None)
    assert (order.strategy, order.trade, order.reason) == ("scripted", position.trade, "r")
    assert state.intents == before + 1
    assert gate.closing(position, "exit", "market", None, 7, state, "r").qty == 20
    assert gate.closing(position, "exit", "market", None, 7, state, "r", D("0.5")).qty == D("0.5")
    text = r"^only an open position is closed, and no more than it$"
    for part in (D("20.1"), D(0), D(-1)):
        with pytest.raises(Invariant, match=text):
            gate.closing(position, "exit", "market", None, 7, state, "r", part)
    with pytest.raises(Invariant, match=text):
        gate.closing(replace(position), "exit", "market", None, 7, state, "r")
    state.trading = "HALTED"
    assert gate.closing(position, "stop", "stop", D(95), 7, state, "r").qty == 20
    with pytest.raises(Invariant, match=r"^a halted desk asks its rules before it leaves$"):
        gate.closing(position, "exit", "market", None, 7, state, "r")


def test_a_short_is_closed_by_buying() -> None:
    desk = holding(world(), "ETH", "-5", "110")
    gate, state = desk.core.desk.gate, desk.core.state
    for part, qty in ((None, D(5)), (D(2), D(2)), (D(5), D(5))):
        order = gate.closing(state.holdings["ETH"], "stop", "stop", D(110), 7, state, "r", part)
        assert (order.side, order.qty, order.reduce_only) == ("buy", qty, True)
    state.holdings["ETH"].qty = D(0)
    with pytest.raises(Invariant):
        gate.closing(state.holdings["ETH"], "stop", "stop", D(110), 7, state, "r")


def test_a_reduction_without_a_quantity_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(Invariant, match=r"^a reducing request always names its quantity$"):
        judged(held(), side="sell", leg="exit", qty=None, reason="signal", stop=None)


@pytest.mark.parametrize(
    ("own", "paced", "watchful"),
    [
        ({}, False, False),
        ({"COOLDOWN_BARS": "1"}, True, False),
        ({"MAX_TRADES_PER_DAY": "1"}, True, False),
        ({"PERFORMANCE_PAUSE": "on"}, False, True),
    ],
)
def test_what_one_strategy_sets_is_remembered_for_it(own: dict[str, str], paced: bool, watchful: bool) -> None:
    gate = world().core.desk.gate
    gate.line_up({"a": parsed(own)})
    assert (gate.paced, gate.watchful) == (paced, watchful)
    assert gate.limits_of("b") is gate.limits


def test_a_strategys_own_limit_judges_its_entries_alone() -> None:
    desk = world()
    gate = desk.core.desk.gate
    gate.line_up({"scripted": parsed({"RISK_PER_TRADE_PERCENT": "1"})})
    assert gate.limits_of("scripted").risk_per_trade == D("0.01")
    one, other = judged(desk).order, judged(desk, strategy="another").order
    assert one is not None
    assert other is not None
    assert (one.qty, other.qty) == (D(10), D(20))
