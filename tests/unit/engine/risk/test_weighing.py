"""Step 7 by its numbers: what is wanted of each limit, what is left of it, and how a refusal says so."""

from dataclasses import replace
from decimal import Decimal as D

import msgspec
import pytest

from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits, with_settings
from engine.risk.case import PASS
from engine.risk.gross import GrossExposure
from engine.risk.max_positions import MaxPositions
from engine.risk.portfolio import Concentration, Fit, Heat, NetExposure, StrategyBudget
from engine.risk.room import Room
from engine.risk.same_direction import SameDirection
from engine.risk.tail import tail_with
from engine.risk.together import CorrelatedExposure, StressHeat
from engine.state import Grant
from tests.desk import WIDE, Desk
from tests.printed import near
from tests.unit.engine.risk.asked import entry, holding, remembering, said, seen, world

BUDGETS = {"STRATEGY_BUDGET_PERCENT": "100", "MAX_CONCENTRATION_PERCENT": "100", "MAX_NET_EXPOSURE": "1"}
RETURNS = [value / 1000 for value in (
    -9, 15, 12, -18, 7, 5, 17, 2, 1, 14, 0, 0, 14, 1, 2, 17, 5, 7, -18, 12, 15, -9, -19, -15, 3, -6, -1, 18, 10, 16,
    -5, -12,
)]  # fmt: skip
"""Series X of the page: VaR 0.018, ES 0.0183333333 at 5 %."""


def limits(**settings: str) -> RiskLimits:
    return with_settings(RiskLimits(), settings)


def beside_eth(qty: str = "30", stop: str | None = "90", **settings: str) -> Desk:
    """10,000 of equity and 30 ETH from 100 with their stop at 90."""
    return holding(world(settings=WIDE | settings), "ETH", qty, stop)


@pytest.mark.parametrize(
    ("rule", "wanted", "most"),
    [
        ("gross_exposure", 5000, 20_000),
        ("heat", 500, 5000),
        ("stress_heat", 500, 5000),
        ("correlated_exposure", 5000, 500_000),
        ("daily_headroom", 500, 5000),
        ("strategy_budget", 2000, 10_000),
        ("concentration", 2000, 10_000),
        ("net_exposure", 5000, 10_000),
        ("portfolio", None, None),
    ],
)
def test_twenty_beside_thirty(rule: str, wanted: int | None, most: int | None) -> None:
    """20 BTC from 100 with the stop at 90, beside 30 ETH; nothing is known of days, so both move as one."""
    assert said(beside_eth(**BUDGETS), rule) == ("", "", wanted, most)


def test_a_loss_of_the_day_and_what_is_under_way_take_their_part_of_the_headroom() -> None:
    desk = beside_eth()
    state = desk.core.state
    state.cash = D(9900)
    # 300 to the stop, 100 lost, 2 % of 9,900 wanted; the line is half of the day's 10,000.
    assert said(desk, "daily_headroom") == ("", "", 598, 5000)
    state.cash = D(10_100)
    assert said(desk, "daily_headroom") == ("", "", 502, 5000)
    desk = Desk({"BTC": {}, "ETH": {}}, settings=WIDE, venue=False)
    for symbol in ("BTC", "ETH"):
        desk.bar(100, symbol=symbol)
    assert desk.core.desk.ask(entry(desk)) is not None
    assert said(desk, "daily_headroom", symbol="ETH") == ("", "", 400, 5000)


def test_a_short_lowers_the_net_exposure_of_a_long_book() -> None:
    desk = beside_eth("40", MAX_NET_EXPOSURE="0.2")
    # 4,000 long less 2,000 short are 2,000, which is all that is allowed.
    assert said(desk, "net_exposure", side="sell", stop=D(110)) == ("", "", 2000, 2000)
    assert said(desk, "portfolio", side="sell", stop=D(110)) == ("", "", None, None)


def test_an_entry_under_way_on_the_other_side_makes_no_room_for_it_may_never_fill() -> None:
    desk = Desk({"BTC": {}, "ETH": {}, "SOL": {}}, settings=WIDE | {"MAX_NET_EXPOSURE": "0.3"}, venue=False)
    for symbol in ("BTC", "ETH", "SOL"):
        desk.bar(100, symbol=symbol)
    for symbol, side, stop in (("BTC", "buy", 90), ("ETH", "sell", 108)):
        assert desk.core.desk.ask(entry(desk, symbol=symbol, side=side, stop=D(stop))) is not None
    # 2,000 long and 2,500 short are under way: 2,000 more may leave 4,000 long alone, or 4,500 short alone.
    for side, stop, alone in (("buy", 90, 4000), ("sell", 110, 4500)):
        assert said(desk, "net_exposure", symbol="SOL", side=side, stop=D(stop)) == ("", "", alone, 3000)


def test_a_limit_that_is_used_up_exactly_is_not_exceeded() -> None:
    desk = beside_eth(MAX_HEAT_PERCENT="5", MAX_STRESS_HEAT_PERCENT="5", MAX_NET_EXPOSURE="0.5")
    assert said(desk, "portfolio") == ("", "", None, None)


def test_the_tightest_limit_says_what_it_would_have_allowed() -> None:
    settings = WIDE | {"MAX_HEAT_PERCENT": "1.5", "STRATEGY_BUDGET_PERCENT": "5", "MAX_NET_EXPOSURE": "0.1"}
    assert said(world(settings=settings), "portfolio") == ("", "", 20, 5)
    desk = world(settings=settings, instruments=[Instrument("BTC", "BTC", "USDT", min_qty=D(6))])
    text = "20.00 wanted, the limit allows 5.00, which is below the venue's least order"
    assert said(desk) == ("strategy_budget", text, 20, 5)
    desk = world(settings=settings, instruments=[Instrument("BTC", "BTC", "USDT", min_notional=D("500.1"))])
    assert said(desk) == ("strategy_budget", text, 20, 5)
    desk = world(settings=settings | {"ALLOW_SCALE_DOWN": "off"})
    assert said(desk) == ("heat_limit", "20.00 wanted, the limit allows 15.000", 20, 5)


def test_without_an_instrument_nothing_is_fitted() -> None:
    desk = world()
    tight = (Room("x", D(1)),)
    assert Fit().check(entry(desk), seen(desk, instrument=None, rooms=tight)) is PASS
    assert Concentration().check(entry(desk), seen(desk, instrument=None)).value == 2000


def test_an_asset_is_counted_over_all_its_instruments() -> None:
    desk = holding(world(settings=WIDE | BUDGETS, instruments=[Instrument("ETH", "XBT", "USDC")]), "ETH", "30", "90")
    view = seen(desk, instrument=Instrument("BTC", "XBT", "USDT"))
    assert Concentration().check(entry(desk), view).value == 5000


def test_a_room_that_is_no_smaller_than_the_quantity_leaves_its_name_alone() -> None:
    view = seen(desk := world(), binding="max_notional", rooms=(Room("x", D(20)),))
    assert (Fit().check(entry(desk), view).value, view.qty, view.binding) == (D(20), D(20), "max_notional")


def test_budgets_are_off_unless_set_and_a_lone_entry_is_asked_only_what_can_concern_it() -> None:
    for rule, name in (
        (StrategyBudget(), "STRATEGY_BUDGET_PERCENT"),
        (Concentration(), "MAX_CONCENTRATION_PERCENT"),
        (NetExposure(), "MAX_NET_EXPOSURE"),
        (SameDirection(), "MAX_SAME_DIRECTION"),
    ):
        assert (rule.on(limits()), rule.on(limits(**{name: "1"})), rule.alone(limits())) == (False, True, True)
    assert not GrossExposure().alone(limits())
    one = msgspec.structs.replace
    assert [MaxPositions().alone(one(limits(), max_positions=count)) for count in (0, 1, 2)] == [True, False, False]


@pytest.mark.parametrize(("rule", "name"), [(Heat(), "max_heat"), (StressHeat(), "max_stress_heat")])
def test_heat_concerns_a_lone_entry_whose_risk_is_above_it(rule: Heat | StressHeat, name: str) -> None:
    base = limits(RISK_PER_TRADE_PERCENT="2")
    for share, concerned in (("0.01", True), ("0.02", False), ("0.03", False)):
        assert rule.alone(msgspec.structs.replace(base, **{name: D(share)})) is concerned
    assert rule.alone(limits(SIZING_MODE="amount"))


def test_correlated_exposure_concerns_a_lone_entry_whose_cap_is_above_it() -> None:
    rule, base = CorrelatedExposure(), limits()
    for cap, concerned in (("0", True), ("1", False), ("3", False), ("3.1", True)):
        assert rule.alone(msgspec.structs.replace(base, max_position_size=D(cap))) is concerned


def test_a_lone_entry_is_measured_by_itself() -> None:
    desk = world(settings=WIDE | {"MAX_STRESS_HEAT_PERCENT": "2", "MAX_CORRELATED_EXPOSURE": "0.2"})
    before = Room("x", D(1))
    for rule, code, most, unit in (
        (StressHeat(), "stress_heat_limit", 200, 10),
        (CorrelatedExposure(), "correlated_exposure", 2000, 100),
    ):
        view = seen(desk, rooms=(before,))
        assert (rule.check(entry(desk), view).value, view.rooms) == (most, (before,))
        view = seen(desk, "20.5", rooms=(before,))
        answer = rule.check(entry(desk), view)
        assert (answer.value, answer.limit) == (D("20.5") * unit, most)
        assert view.rooms == (before, Room(code, D(20)))


@pytest.mark.parametrize("explains", [True, False])
def test_what_moves_as_one_is_added_up(explains: bool) -> None:
    desk = beside_eth(MAX_STRESS_HEAT_PERCENT="5", MAX_CORRELATED_EXPOSURE="0.5")
    before = Room("x", D(1))
    for rule, code, wanted in (
        (StressHeat(), "stress_heat_limit", 500),
        (CorrelatedExposure(), "correlated_exposure", 5000),
    ):
        view = seen(desk, rooms=(before,), explains=explains)
        answer = rule.check(entry(desk), view)
        assert answer.value == (near(wanted) if explains else None)
        assert (answer.limit, view.rooms) == (wanted, (before,))
        assert (view.book.matrix is None) is not explains
        # A half more: 300 and 205, 3,000 and 2,050.
        view = seen(desk, "20.5", rooms=(before,), explains=explains)
        answer = rule.check(entry(desk), view)
        assert answer.value == (near(wanted * 1.01) if explains else None)
        assert (answer.limit, view.rooms) == (wanted, (before, Room(code, D(20))))


def test_less_room_than_is_wanted_by_a_hair_is_less() -> None:
    # 499.9999999 of the 500 that are wanted: 20 less a hundred-millionth.
    desk = beside_eth()
    view = seen(desk, limits=msgspec.structs.replace(limits(), max_stress_heat=D("0.04999999999")))
    StressHeat().check(entry(desk), view)
    assert view.rooms == (Room("stress_heat_limit", D("19.99999999")),)


def test_grants_and_entries_under_way_are_positions_of_their_symbols() -> None:
    desk = beside_eth()
    state, rule = desk.core.state, MaxPositions()
    assert rule.check(entry(desk), seen(desk)).value == 1
    state.grants |= {"SOL": Grant("another", D(1)), "ETH": Grant("another", D(1))}
    assert rule.check(entry(desk), seen(desk)).value == 2
    state.grants.clear()
    assert desk.core.desk.ask(entry(desk)) is not None
    (live,) = state.orders.values()
    state.holdings["BTC"] = replace(state.holdings["ETH"], symbol="BTC")
    # ETH is held, BTC is held and added to.
    assert rule.check(entry(desk), seen(desk)).value == 2
    assert live.order.symbol == "BTC"


def test_the_other_side_of_the_book_counts_by_itself() -> None:
    # Long 300 and short 200: the root of 90,000 + 40,000; of notionals that of 9,000,000 + 4,000,000.
    desk, short = beside_eth(), {"side": "sell", "stop": D(110)}
    assert said(desk, "stress_heat", **short) == ("", "", near(360.5551275), 5000)
    assert said(desk, "correlated_exposure", **short) == ("", "", near(3605.551275), 500_000)


def test_without_a_stop_the_whole_notional_is_at_stake() -> None:
    desk = beside_eth()
    for rule in (Heat(), StressHeat()):
        assert rule.check(entry(desk, stop=None), seen(desk)).value == near(2300)


def test_a_book_that_can_lose_nothing_and_a_candidate_of_nothing_are_no_load() -> None:
    desk = beside_eth(stop="110")
    answer = StressHeat().check(entry(desk), seen(desk, "0"))
    assert answer.value == 0
    assert answer.limit == 5000


def test_tails_are_told_with_their_limits() -> None:
    desk = remembering(world(settings=WIDE | {"VAR_LIMIT_PERCENT": "0.3"}), BTC=RETURNS)
    assert said(desk) == (
        "var_limit", "one day in 20 would cost 0.36%, limit 0.30%", near(0.0036), D("0.003"),
    )  # fmt: skip
    desk = remembering(world(settings=WIDE | {"ES_LIMIT_PERCENT": "0.2"}), BTC=RETURNS)
    assert said(desk) == (
        "es_limit", "a bad day would cost 0.37% on average, limit 0.20%", near(0.011 / 3), D("0.002"),
    )  # fmt: skip
    desk = remembering(world(), BTC=RETURNS)
    assert said(desk, "value_at_risk") == ("", "", near(0.0036), D("0.05"))


def test_a_tail_of_exactly_its_line_passes() -> None:
    desk = remembering(world(), BTC=RETURNS)
    past, found = desk.core.desk.gate.past, tail_with(entry(desk), seen(desk))
    assert found is not None
    past.var_line, past.es_line = found.var, found.es
    assert said(desk, "value_at_risk")[0] == ""


def test_a_past_that_is_too_short_is_told_with_its_symbol() -> None:
    desk = remembering(world(), BTC=RETURNS[:29])
    assert said(desk, "value_at_risk") == ("", "", None, D("0.05"))
    desk.core.desk.gate.past.waits = False
    text = "fewer than 30 common daily returns of BTC and what is held are known"
    assert said(desk) == ("var_unavailable", text, None, D("0.05"))
    assert said(world(), "value_at_risk") == ("", "", None, D("0.05"))


def test_the_tail_of_a_book_adds_up_by_side_and_share() -> None:
    # 30 ETH that move twice as far as BTC, and 20 BTC: 0.3 x 2 + 0.2 = 0.8 of the series.
    desk = remembering(beside_eth(), ETH=[2 * value for value in RETURNS], BTC=RETURNS)
    found = tail_with(entry(desk), seen(desk))
    assert found is not None
    assert (found.var, found.es) == (near(0.8 * 0.018), near(0.8 * 0.055 / 3))
    # Short 5 ETH take 0.1 of it away: 0.1 is left.
    desk = remembering(beside_eth("-5", "110"), ETH=[2 * value for value in RETURNS], BTC=RETURNS)
    found = tail_with(entry(desk), seen(desk))
    assert found is not None
    assert (found.var, found.es) == (near(0.1 * 0.018), near(0.1 * 0.055 / 3))
    # Long 15 of it against a short of 20: 0.3 - 0.2.
    desk = remembering(beside_eth("15"), ETH=[2 * value for value in RETURNS], BTC=RETURNS)
    found = tail_with(entry(desk, side="sell", stop=D(110)), seen(desk))
    assert found is not None
    assert (found.var, found.es) == (near(0.1 * 0.018), near(0.1 * 0.055 / 3))
