"""Parts of what was judged as one entry (strategies.md section 8): never more of them than were granted."""

from decimal import Decimal as D

import msgspec
import pytest

from engine.model.instrument import Instrument
from engine.model.messages import OutcomeUnknown
from engine.plan import Costs
from engine.risk.grant import committed, granted
from engine.state import Grant, LiveOrder
from tests.desk import WIDE, Desk
from tests.unit.engine.risk.asked import entry, holding, judged, said, world


def granting(qty: str = "10", *, hedged: bool = False, **more: object) -> Desk:
    """A desk that has granted its strategy so much of BTC, at 3 of loss a unit."""
    costs = Costs(D("0.001"), spread_bps=D(20), slippage_bps=D(10))
    desk = Desk({}, settings=WIDE, costs=costs, instruments=list(more.values()), venue=False)  # type: ignore[arg-type]
    desk.bar(100)
    desk.core.state.grants["BTC"] = Grant("scripted", D(qty), hedged, D(3))
    return desk


def test_a_part_reserves_what_it_loses_at_its_own_stop() -> None:
    desk = granting()
    assert said(desk, "granted", qty=D("10.0000009")) == ("", "", 10, 10)
    order = judged(desk, qty=D(10)).order
    # 10 to the stop, 0.1 % of 100, 0.1 % and 0.2 % of 90.
    assert order is not None
    assert (order.qty, order.reserved_risk) == (D(10), D("103.7"))


def test_a_hedged_part_has_no_stop_and_reserves_what_was_reckoned_with() -> None:
    order = judged(granting(hedged=True), qty=D(4), stop=None).order
    assert order is not None
    assert (order.qty, order.reserved_risk) == (D(4), D(12))
    order = judged(granting(hedged=True), qty=D(10)).order
    assert order is not None
    assert order.reserved_risk == D("103.7")


def test_a_part_names_its_quantity_and_its_stop() -> None:
    answer = ("stop_missing", "part of a grant names its quantity and its stop", None, None)
    assert said(granting(), qty=D(4), stop=None) == answer
    assert said(granting()) == answer
    assert said(granting(hedged=True), stop=None) == answer
    desk = granting()
    desk.core.state.grants["XXX"] = Grant("scripted", D(1))
    desk.core.state.marked_at["XXX"] = desk.now
    assert said(desk, symbol="XXX", qty=D(1)) == answer


def test_no_part_is_sent_while_the_fate_of_another_is_not_known() -> None:
    desk = granting()
    sent = desk.core.desk.ask(entry(desk, qty=D(4)))
    assert sent is not None
    desk.feed(OutcomeUnknown(desk.now, sent.id))
    text = "the venue has yet to say what became of an order of BTC"
    assert said(desk, qty=D(4)) == ("symbol_quarantined", text, None, None)


def test_no_more_than_what_is_left_is_bought() -> None:
    text = "10.000001 wanted, 10 of the grant is left"
    assert said(granting(), qty=D("10.000001")) == ("grant_exceeded", text, D("10.000001"), 10)
    desk = holding(granting(), "BTC", "4", "90", "scripted")
    assert said(desk, "granted", qty=D(6)) == ("", "", 6, 6)
    assert said(desk, qty=D("6.5")) == ("grant_exceeded", "6.5 wanted, 6 of the grant is left", D("6.5"), 6)


def test_what_is_held_and_being_bought_is_committed() -> None:
    desk = granting("100")
    state = desk.core.state
    assert committed(state, "BTC", "buy") == 0
    order = judged(desk, qty=D(10)).order
    assert order is not None
    out = judged(desk, qty=D(5)).order
    assert out is not None
    state.orders["a"] = LiveOrder(order, filled=D(3))
    state.orders["b"] = LiveOrder(msgspec.structs.replace(out, reduce_only=True))
    state.orders["c"] = LiveOrder(msgspec.structs.replace(out, symbol="ETH"))
    state.orders["d"] = LiveOrder(out)
    assert (committed(state, "BTC", "buy"), committed(state, "BTC", "sell")) == (D(12), D(0))
    holding(desk, "BTC", "-4", "110")
    assert (committed(state, "BTC", "buy"), committed(state, "BTC", "sell")) == (D(12), D(4))
    state.holdings["BTC"].qty = D(2)
    state.orders["e"] = LiveOrder(msgspec.structs.replace(out, side="sell"))
    assert (committed(state, "BTC", "buy"), committed(state, "BTC", "sell")) == (D(14), D(5))
    assert (committed(state, "ETH", "buy"), committed(state, "SOL", "buy")) == (D(5), D(0))


def test_either_side_may_hold_what_was_granted_there() -> None:
    desk = granting()
    desk.core.state.grants["BTC"] = Grant("scripted", D(10), loss_per_unit=D(3), sold=D(7))
    assert judged(desk, qty=D(10)).order is not None
    assert said(desk, "granted", qty=D(7), side="sell", stop=D(110)) == ("", "", 7, 7)
    assert said(desk, qty=D("7.5"), side="sell", stop=D(110)) == (
        "grant_exceeded",
        "7.5 wanted, 7 of the grant is left",
        D("7.5"),
        7,
    )


def test_a_symbol_held_by_another_strategy_is_left_to_it() -> None:
    desk = holding(granting(), "BTC", "1", "90", "another")
    assert said(desk, qty=D(1)) == ("position_exists", "BTC is held by another", None, None)


@pytest.mark.parametrize(
    ("least", "qty", "answer"),
    [
        ("2", "2", None),
        ("2", "1.999999", ("below_min_qty", "1.999999 is below the venue's least of 2")),
        ("0", "0.5", None),
        ("0", "0.0000009", ("below_min_qty", "0.000000 is below the venue's least of 0")),
    ],
)
def test_a_part_is_no_smaller_than_the_venues_least(least: str, qty: str, answer: tuple[str, str] | None) -> None:
    desk = granting(one=Instrument("BTC", "BTC", "USDT", min_qty=D(least)))
    if answer is None:
        assert said(desk, "granted", qty=D(qty)) == ("", "", D(qty), 10)
    else:
        assert said(desk, qty=D(qty)) == (*answer, D(answer[1].split()[0]), None)


def test_a_part_is_no_cheaper_than_the_venues_least() -> None:
    desk = granting(one=Instrument("BTC", "BTC", "USDT", min_notional=D(500)))
    assert said(desk, "granted", qty=D(5)) == ("", "", 5, 10)
    assert said(desk, qty=D("4.99")) == ("below_min_notional", "499.00 is below 500", D("4.99"), None)


def test_a_grant_is_one_strategys_and_one_symbols() -> None:
    desk = granting()
    state = desk.core.state
    assert granted(entry(desk), state)
    assert not granted(entry(desk, strategy="another"), state)
    assert not granted(entry(desk, symbol="ETH"), state)
    assert not granted(entry(world()), world().core.state)
