"""Bars to wait after an exit, trades a day, and other risk settings of one strategy's own."""

from decimal import Decimal as D

import pytest

from engine.model.errors import BadInput
from engine.model.facts import Decided, Signal
from engine.model.limits import RiskLimits
from engine.model.market import DAY_MS
from engine.model.own import Own, parsed, tightened
from engine.plan import StrategyPlan
from engine.risk.pace import Pace, entered, left
from tests.desk import LEAVE, WIDE, Desk, Say, Scripted, long
from tests.scripted import START


def alone(table: dict[int, Say], own: dict[str, str]) -> Desk:
    """A desk with one strategy and risk settings of its own."""
    plan = StrategyPlan("scripted", Scripted(table), None, "1m", ("BTC",), parsed(own))
    return Desk({"BTC": {}}, strategies=[plan])


def always(bars: int) -> dict[int, Say]:
    """A long at every bar; bar 2 asks to leave."""
    return {bar: long(90) for bar in range(bars)} | {2: LEAVE}


@pytest.mark.parametrize(("bars", "entry"), [(0, 3), (1, 3), (2, 4), (3, 5)])
def test_a_strategy_waits_so_many_bars_after_an_exit(bars: int, entry: int) -> None:
    """The exit of bar 2's close fills at the open of bar 3: at the end of bar 3 one whole bar has passed."""
    desk = alone(always(9), {"COOLDOWN_BARS": str(bars)})
    desk.walk(*[100] * 9)
    second = [order for order in desk.submitted if order.leg == "entry"][1]
    assert second.at == START + 60_000 * (entry + 1)
    assert desk.denied == ["cooldown"] * max(0, bars - 1)


def test_an_exit_inside_a_bar_counts_from_its_end() -> None:
    desk = alone({0: long(90), 1: long(90), 2: long(90), 3: long(90)}, {"COOLDOWN_BARS": "1"})
    desk.bar(100)
    desk.bar(100, low=89)
    desk.walk(100, 100)
    assert desk.denied == ["cooldown"]
    assert [order.at for order in desk.submitted if order.leg == "entry"] == [START + 60_000, START + 180_000]


def test_a_day_has_only_so_many_trades() -> None:
    table = {bar: (long(90) if bar % 2 == 0 else LEAVE) for bar in range(12)}
    desk = alone(table, {"MAX_TRADES_PER_DAY": "2"})
    desk.walk(*[100] * 12)
    assert len([order for order in desk.submitted if order.leg == "entry"]) == 2
    assert set(desk.denied) == {"max_trades_per_day"}
    record = desk.told(Decided)[-1]
    assert (record.text, record.rules[-1].value, record.rules[-1].limit) == (
        "scripted has opened 2 trades in BTC today, 2 are allowed", D(2), D(2),
    )  # fmt: skip


def test_the_desks_own_settings_hold_for_every_strategy() -> None:
    desk = Desk(always(6), settings=WIDE | {"COOLDOWN_BARS": "2"})
    desk.walk(*[100] * 6)
    assert desk.denied == ["cooldown"]


def test_other_strategies_and_symbols_do_not_wait() -> None:
    plans = [
        StrategyPlan("a", Scripted({0: long(90), 2: LEAVE}), None, "1m", ("BTC",), parsed({"COOLDOWN_BARS": "99"})),
        StrategyPlan("b", Scripted({3: long(90)}), None, "1m", ("BTC",)),
    ]
    desk = Desk({"BTC": {}}, strategies=plans)
    desk.walk(*[100] * 5)
    assert desk.denied == []
    assert desk.core.state.paces["a BTC"].ready_at == START + (3 + 99) * 60_000


def test_nothing_is_remembered_where_nothing_is_limited() -> None:
    desk = Desk(always(6))
    desk.walk(*[100] * 6)
    assert desk.core.state.paces == {}


def test_a_new_day_begins_to_count_anew() -> None:
    paces: dict[str, Pace] = {}
    for at in (DAY_MS - 1, DAY_MS - 1, DAY_MS):
        entered(paces, "s~2", "BTC", at)
    assert paces == {"s BTC": Pace(0, 1, 1)}
    left(paces, "s", "BTC", DAY_MS + 1, 300_000, 3)
    assert paces["s BTC"].ready_at == DAY_MS + 4 * 300_000


@pytest.mark.parametrize(
    ("own", "changed"),
    [
        ({"RISK_PER_TRADE_PERCENT": "1"}, {"risk_per_trade": D("0.01")}),
        ({"RISK_PER_TRADE_PERCENT": "5"}, {}),
        ({"STRATEGY_BUDGET_PERCENT": "30"}, {"strategy_budget": D("0.3")}),
        ({"STRATEGY_BUDGET_PERCENT": "none"}, {}),
        ({"SIZING_MODE": "amount", "SIZING_AMOUNT": "350"}, {"sizing_mode": "amount", "sizing_amount": D(350)}),
        ({"SIZING_AMOUNT": "350"}, {}),
        ({"SIZING_AMOUNT": "50"}, {"sizing_amount": D(50)}),
        ({"COOLDOWN_BARS": "3"}, {"cooldown_bars": 3}),
        ({"KELLY_FRACTION": "0.9"}, {}),
    ],
)
def test_a_strategys_own_settings_may_only_be_tighter(own: dict[str, str], changed: dict[str, object]) -> None:
    limits = RiskLimits()
    found = tightened(limits, parsed(own))
    assert {n: getattr(found, n) for n in RiskLimits.__struct_fields__ if getattr(found, n) != getattr(limits, n)} == (
        changed
    )


def test_what_no_strategy_may_have_for_itself_is_refused() -> None:
    with pytest.raises(BadInput, match="'MAX_LEVERAGE' is no setting of a strategy's own; there is RISK_PER_TRADE"):
        parsed({"MAX_LEVERAGE": "3"})


@pytest.mark.parametrize(
    ("own", "qty"),
    [
        ({}, 20),  # 2 % of 10,000 at 10 a unit
        ({"RISK_PER_TRADE_PERCENT": "0.5"}, 5),
        ({"SIZING_MODE": "fixed", "SIZING_AMOUNT": "30"}, 3),
        ({"SIZING_MODE": "amount", "SIZING_AMOUNT": "700"}, 7),
        ({"SIZING_MODE": "percent_equity", "SIZING_SHARE_PERCENT": "9"}, 9),
        ({"STRATEGY_BUDGET_PERCENT": "12"}, 12),  # 1,200 of notional at 100
    ],
)
def test_each_strategy_has_its_own_size(own: dict[str, str], qty: int) -> None:
    desk = alone({0: long(90)}, own)
    desk.bar(100)
    assert desk.order("entry").qty == qty


def test_a_strategy_sized_by_its_range_has_its_stop_there() -> None:
    """Bars of 100 that reach from 99 to 101: the range is 2, three of them are 6, and 200 over 6 are 33.333333."""
    desk = alone({13: long(90), 14: long(90, 108)}, {"SIZING_MODE": "atr", "SIZING_ATR": "3"})
    for _ in range(15):
        desk.bar(100, high=101, low=99)
    assert desk.denied == ["bad_input"]
    order = desk.order("entry")
    assert (order.qty, order.stop, order.target) == (D("33.333333"), D(94), D(108))


def test_the_first_rung_halves_what_is_sized_by_its_range() -> None:
    desk = alone({14: long(90)}, {"SIZING_MODE": "atr", "SIZING_ATR": "3"})
    state = desk.core.state
    # A third below the peak: between a quarter and a half of the 90 % at which all is closed.
    state.hwm, state.rung = D(15_000), 1
    desk.core.breakers.aim()
    for _ in range(15):
        desk.bar(100, high=101, low=99)
    assert desk.order("entry").qty == D("16.666666")
    assert desk.told(Signal)[-1].stop_loss == 94


def test_a_budget_is_shared_by_the_symbols_of_one_strategy() -> None:
    own: Own = parsed({"STRATEGY_BUDGET_PERCENT": "30"})
    plan = StrategyPlan("s", Scripted({0: long(90)}), None, "1m", ("A", "B"), own)
    desk = Desk({"A": {}, "B": {}}, strategies=[plan])
    desk.bar(100, symbol="A")
    desk.bar(100, symbol="B")
    # 20 at 100 are 2,000 of the 3,000 that the strategy may have; 1,000 are left for the other symbol.
    assert [order.qty for order in desk.submitted] == [20, 10]
