"""Views against an account worked out by hand, and against one another.

2 BTC bought at 100 (fee 0.10, stop 90), 3 ETH sold at 50 (fee 0.075, stop 60). Marks go to 110 and 45, then
funding of 0.0001 comes: BTC pays 2 x 110 x 0.0001 = 0.022, ETH gets 3 x 45 x 0.0001 = 0.0135.
BTC: 2 x 10 - 0.10 - 0.022 = 19.878. ETH: 3 x 5 - 0.075 + 0.0135 = 14.9385. Equity: 10,034.8165.
"""

from decimal import Decimal

import pytest

from engine.model.account import ClosedTrade
from engine.model.commands import Close, Pause, SetRisk, StrategySwitch
from engine.model.facts import TradeClosed
from engine.model.limits import RiskLimits
from engine.model.messages import FundingSettled, LinkDown, OrderCanceled
from engine.model.views import PositionView, StatusView
from engine.pictures import pictures
from engine.plan import StrategyPlan
from engine.state import StrategyRecord
from tests.desk import D, Desk, Scripted, long, short
from tests.scripted import START

EQUITY = D("10034.8165")
HIGHEST = D("10034.825")
"""Equity before funding came."""


def seen(*values: object) -> tuple[object, ...]:
    """Values side by side: Decimals are compared with whole numbers here."""
    return values


@pytest.fixture
def desk() -> Desk:
    """The account of the page's head."""
    desk = Desk({"BTC": {0: long(90)}, "ETH": {0: short(60)}}, venue=False)
    desk.core.state.began = START
    desk.bar(100, symbol="BTC")
    desk.bar(50, symbol="ETH")
    entries = {order.symbol: order for order in desk.submitted if order.leg == "entry"}
    desk.feed(desk.filled(entries["BTC"], "2", "100", "t1", "0.10"))
    desk.feed(desk.filled(entries["ETH"], "3", "50", "t2", "0.075"))
    desk.feed(*(OrderCanceled(desk.now, order.id, "the rest is too late") for order in entries.values()))
    desk.bar(110, symbol="BTC")
    desk.bar(45, symbol="ETH")
    rate = D("0.0001")
    desk.feed(FundingSettled(desk.now + 5, "BTC", rate, D(110)), FundingSettled(desk.now + 5, "ETH", rate, D(45)))
    return desk


def status_of(desk: Desk) -> StatusView:
    return pictures.status(desk.core, mode="SIM", venue="test", feed_age_ms=40, uptime_ms=1)


def held(desk: Desk, symbol: str) -> PositionView:
    return next(view for view in status_of(desk).positions if view.symbol == symbol)


def close_btc(desk: Desk) -> ClosedTrade:
    """2 BTC sold at 112 for a fee of 0.112: 24 - 0.10 - 0.112 - 0.022 = 23.766."""
    desk.command(Close("BTC"))
    desk.feed(desk.filled(desk.order("exit"), "2", "112", "t3", "0.112"))
    return desk.told(TradeClosed)[-1].trade


def test_status_adds_up_to_the_last_digit(desk: Desk) -> None:
    view = status_of(desk)
    assert view.account.equity == EQUITY
    assert view.account.fees == D("0.175")
    assert view.account.funding == D("-0.0085")
    assert view.account.unrealised == 35
    assert seen(view.day_base, view.day_pnl) == (10_000, D("34.8165"))
    assert view.exposure == 2 * 110 + 3 * 45
    assert view.exposure_limit == 2 * EQUITY
    assert view.drawdown == 1 - EQUITY / HIGHEST
    assert (view.at, view.pending_entries, view.state, view.state_reason) == (desk.now + 5, 0, "ACTIVE", "")


def test_a_long_is_shown_at_its_mark(desk: Desk) -> None:
    view = held(desk, "BTC")
    assert seen(view.direction, view.qty, view.avg, view.mark, view.notional) == ("long", 2, 100, 110, 220)
    assert seen(view.unrealised, view.pnl, view.pnl_percent) == (20, D("19.878"), D("0.1"))
    assert (view.fees, view.funding) == (D("0.10"), D("-0.022"))
    assert seen(view.stop, view.risk) == (90, 40)
    assert view.leverage == 220 / EQUITY


def test_a_short_is_shown_at_its_mark(desk: Desk) -> None:
    view = held(desk, "ETH")
    assert seen(view.direction, view.qty, view.avg, view.mark, view.notional) == ("short", 3, 50, 45, 135)
    assert seen(view.unrealised, view.pnl, view.pnl_percent) == (15, D("14.9385"), D("0.1"))
    assert (view.fees, view.funding) == (D("0.075"), D("0.0135"))
    assert seen(view.stop, view.risk) == (60, 45)


def test_positions_are_what_the_account_has_gained(desk: Desk) -> None:
    view = status_of(desk)
    assert sum(position.pnl for position in view.positions) == view.account.equity - view.account.start
    assert sum(position.unrealised for position in view.positions) == view.account.unrealised
    assert sum(position.notional for position in view.positions) == view.exposure


def test_an_entry_that_is_not_all_filled_counts_as_exposure_already() -> None:
    desk = Desk({0: long(90)}, venue=False)
    desk.bar(100)
    desk.feed(desk.filled(desk.order("entry"), "5", "100"))
    view = status_of(desk)
    assert desk.order("entry").qty == 20
    (entry,) = [order for order in view.orders if order.leg == "entry"]
    assert seen(entry.qty, entry.filled, entry.state) == (20, 5, "partial")
    assert seen(view.pending_entries, view.exposure, view.positions[0].notional) == (1, 2000, 500)


def test_protective_orders_are_shown_at_their_triggers(desk: Desk) -> None:
    shown = {(order.symbol, order.leg): order for order in status_of(desk).orders}
    assert seen(shown["BTC", "stop"].price, shown["BTC", "stop"].qty) == (90, 2)
    assert seen(shown["ETH", "stop"].price, shown["ETH", "stop"].qty) == (60, 3)


def test_the_risk_screen_measures_against_its_limits(desk: Desk) -> None:
    limits = {view.label: view for view in pictures.risk(desk.core, desk.plan.limits).limits}
    assert seen(limits["day loss"].value, limits["day loss"].limit) == (0, 50)
    assert limits["drawdown"].value == (1 - EQUITY / HIGHEST) * 100
    assert seen(limits["exposure"].value, limits["exposure"].limit) == (355 / EQUITY * 100, 200)
    assert limits["position"].value == 220 / EQUITY * 100
    assert limits["positions"].value == 2


def test_a_setting_changed_in_chat_is_shown_beside_the_environments(desk: Desk) -> None:
    desk.command(SetRisk("MAX_POSITIONS", "4"))
    settings = {view.name: view for view in pictures.risk(desk.core, desk.plan.limits).settings}
    changed, kept = settings["MAX_POSITIONS"], settings["MAX_LEVERAGE"]
    assert (changed.value, changed.default, changed.changed) == ("4", str(RiskLimits().max_positions), True)
    assert (kept.value, kept.default, kept.changed) == (kept.default, kept.value, False)


def test_results_of_all_time_agree_with_status(desk: Desk) -> None:
    trade = close_btc(desk)
    assert trade.pnl == D("23.766")
    view, status = pictures.pnl(desk.core, "all", 0, [trade], []), status_of(desk)
    assert view.since == START
    assert view.equity_curve == ((START, D(10_000)), (status.at, D("10038.7045")))
    assert seen(view.equity_start, view.equity_end) == (10_000, status.account.equity)
    assert view.realised + sum(position.pnl for position in status.positions) == view.equity_end - view.equity_start
    assert (view.realised, view.unrealised) == (D("23.766"), sum(position.pnl for position in status.positions))
    assert (view.fees, view.funding) == (D("0.212"), D("-0.022"))
    assert (view.trades, view.wins, view.profit_factor, view.expectancy) == (1, 1, None, D("23.766"))
    assert [(row.day, row.pnl, row.trades) for row in view.days] == [("2024-01-01", D("23.766"), 1)]
    assert seen(*view.by_symbol) == (("BTC", D("23.766"), 1),)


def closed(day: int, pnl: str, symbol: str = "BTC") -> ClosedTrade:
    at, one = START + day * 86_400_000, Decimal(1)
    return ClosedTrade(f"t{at}", symbol, "long", "s", at - 1, one, at, one, one, one, one, D(pnl), "stop")


def test_results_are_counted_by_trade_day_and_symbol() -> None:
    desk = Desk({}, zone="Asia/Almaty")
    trades = [closed(0, "10"), closed(1, "-4"), closed(1, "6", "ETH"), closed(2, "-1")]
    view = pictures.pnl(desk.core, "all", 0, trades, [])
    assert seen(view.realised, view.trades, view.wins, view.expectancy) == (11, 4, 2, D("2.75"))
    assert view.profit_factor == pytest.approx(16 / 5)
    assert (view.best, view.worst) == (trades[0], trades[1])
    assert [seen(row.pnl, row.trades) for row in view.days] == [(10, 1), (2, 2), (-1, 1)]
    assert seen(*view.by_symbol) == (("BTC", 5, 3), ("ETH", 6, 1))


def test_an_idle_desk_has_results_too() -> None:
    view = pictures.pnl(Desk({}).core, "24h", START, [], [])
    assert seen(view.equity_start, view.equity_end, view.trades, view.best) == (10_000, 10_000, 0, None)
    assert (view.profit_factor, view.expectancy) == (None, None)


def test_the_state_shown_is_the_one_in_force(desk: Desk) -> None:
    desk.command(Pause())
    assert (status_of(desk).state, status_of(desk).state_reason) == ("REDUCING", "paused by hand")


def test_what_people_and_losses_have_stopped_says_how_it_goes_on(desk: Desk) -> None:
    assert pictures.risk(desk.core, desk.plan.limits).pauses == ()
    desk.command(Pause())
    desk.core.state.strategies["ETH"] = StrategyRecord(on=False, paused="SQN -1.40 over 20 trades")
    assert [(each.name, each.text) for each in pictures.risk(desk.core, desk.plan.limits).pauses] == [
        ("REDUCING", "paused by hand; /resume allows entries again"),
        ("ETH", "off, it has lost steadily (SQN -1.40 over 20 trades); /strategy ETH on"),
    ]


def test_a_tripped_breaker_shows_in_state_reason_and_risk() -> None:
    desk = Desk({0: long(90)})
    desk.walk(100, 100)
    desk.command(SetRisk("MAX_DAILY_LOSS_PERCENT", "1"))
    desk.walk(92)  # 20 BTC x 8 = 160 of 10,000 are lost: 1.6 %
    assert (status_of(desk).state, status_of(desk).state_reason) == ("REDUCING", "daily_loss")
    view = pictures.risk(desk.core, desk.plan.limits)
    assert [breaker.name for breaker in view.breakers if breaker.tripped] == ["daily_loss"]
    assert view.limits[0].value == D("1.6")
    assert view.limits[0].used == D("1.6")


def test_strategies_show_switch_evidence_and_warmth() -> None:
    scripted, idle = Scripted({0: long(90, 120)}), Scripted({})
    nothing = scripted.params_type()
    plans = (
        StrategyPlan("says", scripted, nothing, "1m", ("BTC",)),
        StrategyPlan("idle", idle, nothing, "5m", ("BTC",)),
    )
    desk = Desk(strategies=plans)
    assert [view.warming_up for view in pictures.strategies(desk.core)] == [True, True]
    desk.command(StrategySwitch("idle", False))
    desk.walk(100, 100, 121)  # 20 bought at 100, sold at their target of 120 or better
    says, other = pictures.strategies(desk.core)
    assert (says.id, says.on, says.trades, says.wins, says.pnl) == ("says", True, 1, 1, 20 * D(21))
    assert (says.last_signal, says.warming_up) == ("Long BTC", False)
    assert (other.id, other.on, other.trades, other.warming_up) == ("idle", False, 0, True)


def test_refused_candles_and_links_are_counted(desk: Desk) -> None:
    desk.bar(float("nan"), symbol="BTC")
    desk.feed(LinkDown(desk.now, "feed", "silent"))
    view = status_of(desk)
    assert view.candles_refused == 1
    assert view.links == (("feed", False),)
