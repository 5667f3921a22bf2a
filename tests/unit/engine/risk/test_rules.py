"""What each rule of the full gate says at its line and beyond it (risk.md sections 6 to 8)."""

from decimal import Decimal as D
from typing import Any

import numpy as np
import pytest

from engine.model.commands import CloseAll, Resume
from engine.model.instrument import Instrument
from engine.model.messages import LinkDown, LinkUp, OrderRejected
from engine.plan import Costs
from engine.risk.period_loss import PeriodLoss
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak
from engine.state import StrategyRecord
from tests.desk import WIDE, Desk
from tests.printed import near
from tests.unit.engine.risk.asked import code, entry, held, holding, judged, reduction, remembering, world


def size(desk: Desk, **changed: Any) -> tuple[D, str]:
    """Quantity and the limit that decided it."""
    order = judged(desk, **changed).order
    assert order is not None
    return order.qty, order.binding


def test_a_disk_that_takes_nothing_and_an_exchange_that_never_answered_stop_entries_and_no_exit() -> None:
    desk = held()
    for link in ("storage", "exchange"):
        desk.feed(LinkDown(desk.now, link, "down"))
        assert code(desk, symbol="ETH") == "not_ready"
        assert reduction(desk) == "approved"
        desk.feed(LinkUp(desk.now, link))
        assert code(desk, symbol="ETH") == "approved"


def test_a_telegram_that_is_down_stops_nothing() -> None:
    desk = world()
    desk.feed(LinkDown(desk.now, "telegram", "down"))
    assert code(desk) == "approved"


def test_missing_minutes_stop_entries_until_they_are_there() -> None:
    desk = world()
    desk.feed(LinkDown(desk.now, "feed gap", "BTC"))
    assert code(desk) == "data_gap"
    desk.feed(LinkUp(desk.now, "feed gap"))
    assert code(desk) == "approved"


def test_a_signal_becomes_one_entry() -> None:
    desk = world()
    until = desk.now + 30_000
    assert code(desk, valid_until=until) == "approved"
    assert code(desk, valid_until=until) == "duplicate"
    assert code(desk, valid_until=until + 1) == "approved"


def test_the_kill_switch_answers_with_its_own_name() -> None:
    desk = world()
    desk.command(CloseAll("kill switch: the file KILL"))
    assert code(desk) == "kill_switch"
    desk.command(Resume())
    assert code(desk) == "approved"


def test_a_jump_is_believed_once_the_next_minute_confirms_it() -> None:
    desk = Desk({}, settings=WIDE | {"BAD_PRICE_PERCENT": "2"})
    desk.walk(100, 100, 102)  # 2 % from the median of 100: accepted at equality
    assert code(desk) == "approved"
    desk.walk(105)  # 5 % from the median of 100, 2.9 % from the minute before
    assert code(desk) == "bad_price"
    desk.walk(105.5)
    assert code(desk) == "approved"


def test_a_first_price_has_nothing_to_be_compared_with() -> None:
    assert code(world(settings=WIDE | {"BAD_PRICE_PERCENT": "0.1"})) == "approved"


def test_a_strategy_in_its_pause_enters_again_at_exactly_its_end() -> None:
    desk = world(settings=WIDE | {"CONSECUTIVE_LOSSES": "3"})
    desk.core.state.streaks["scripted"] = Streak(0, desk.now + 1000)
    assert code(desk) == "consecutive_losses"
    assert code(desk, strategy="another") == "approved"
    assert code(desk, at=desk.now + 1000) == "approved"


def test_a_venue_that_rejects_gets_no_entries_for_a_quarter_of_an_hour() -> None:
    desk = world(settings=WIDE | {"MAX_REJECTS": "2", "REJECT_WINDOW_S": "20"})
    for second in (1, 20):
        desk.feed(OrderRejected(desk.now + second * 1000, "?", "no", ""))
    assert desk.core.state.rejects == Rejects((), desk.now + 20_000 + 900_000)
    assert code(desk) == "reject_rate"


def test_the_week_and_the_ladder_refuse_by_their_names() -> None:
    desk = world()
    state = desk.core.state
    state.week = PeriodLoss(state.week.key, D(100_000))
    assert code(desk) == "weekly_loss"
    state.week = PeriodLoss(state.week.key, D(10_000), True)
    assert code(desk) == "weekly_loss"
    state.week = PeriodLoss(state.week.key, D(10_000))
    state.rung = 2
    assert code(desk) == "drawdown_ladder"
    state.rung = 1
    assert size(desk) == (D(10), "risk"), "half of the 20 that 2 % over 10 are"


def test_silence_of_the_market_is_blindness_from_its_line_on() -> None:
    desk = world(settings=WIDE | {"BLIND_S": "2"})
    desk.feed(LinkDown(desk.now, "feed", "silent"))
    assert code(desk, at=desk.now + 1999) == "approved"
    assert code(desk, at=desk.now + 2000) == "blind"


def test_spot_is_not_sold_short_and_knows_no_liquidation() -> None:
    spot = Instrument("BTC", "BTC", "USDT", spot=True)
    desk = world(instruments=[spot], settings=WIDE | {"MAX_LEVERAGE": "10"})
    assert code(desk, side="sell", stop=D(110)) == "short_not_allowed"
    assert code(desk, stop=D(80)) == "approved", "a stop that leverage of 10 would put behind the liquidation"
    # 100 of it cost all there is, and the fee is on top.
    dear = world(instruments=[spot], costs=Costs(D("0.001")), settings=WIDE | {"MAX_LEVERAGE": "10"})
    assert code(dear, stop=D("99.9")) == "insufficient_margin"
    dear = world(instruments=[spot], costs=Costs(D(0), spot_fee=D("0.001")), settings=WIDE | {"MAX_LEVERAGE": "10"})
    assert code(dear, stop=D("99.9")) == "insufficient_margin", "the fee is that of its own market"


def test_a_limit_price_stays_within_the_band_of_the_mark() -> None:
    desk = world(settings=WIDE | {"PRICE_BAND_PERCENT": "5"})
    assert code(desk, type="limit", price=D(105)) == "approved"
    assert code(desk, type="limit", price=D("105.01")) == "price_band"
    assert code(desk, type="limit", price=D("90"), side="sell", stop=D(110)) == "price_band"
    assert code(desk, type="limit", price=D("90")) == "approved"


def test_only_so_many_positions_on_one_side() -> None:
    desk = holding(world(settings=WIDE | {"MAX_SAME_DIRECTION": "1"}), "ETH", "1", "99")
    assert code(desk) == "same_direction"
    assert code(desk, side="sell", stop=D(110)) == "approved"


def test_heat_is_cut_to_the_room_that_is_left() -> None:
    # 6 % of 10,000 is 600; 30 x 10 = 300 are at stake: 300 of room over 10 is 30, but 2 % risk wants 20.
    desk = holding(world(settings=WIDE | {"MAX_HEAT_PERCENT": "6"}), "ETH", "30", "90")
    assert size(desk) == (D(20), "risk")
    holding(desk, "SOL", "20", "90")
    assert size(desk) == (D(10), "heat_limit")
    holding(desk, "LTC", "1", None)
    assert code(desk) == "heat_limit", "a position without a stop counts with all of its 100"


def test_stress_heat_solves_its_form_for_the_room() -> None:
    # Nothing is known of the days, so both sides move as one: H = h1 + h2, 4 % of 10,000 less 300 leaves 100.
    settings = WIDE | {"MAX_STRESS_HEAT_PERCENT": "4"}
    desk = holding(world(settings=settings), "ETH", "30", "90")
    assert size(desk) == (D(10), "stress_heat_limit")
    # A short does not hedge, but it does not add up either: sqrt(400^2 - 300^2) = 264.57... over 10.
    assert size(desk, side="sell", stop=D(110)) == (D(20), "risk")


def test_correlated_exposure_solves_the_same_form_with_notionals() -> None:
    desk = holding(world(settings=WIDE | {"MAX_CORRELATED_EXPOSURE": "0.4"}), "ETH", "30", "90")
    assert size(desk) == (D(10), "correlated_exposure")
    firm = world(settings=WIDE | {"MAX_CORRELATED_EXPOSURE": "0.4", "ALLOW_SCALE_DOWN": "off"})
    assert code(holding(firm, "ETH", "30", "90")) == "correlated_exposure"
    alone = world(settings=WIDE | {"MAX_CORRELATED_EXPOSURE": "0.15"})
    assert size(alone) == (D(15), "correlated_exposure")


def test_if_every_stop_is_hit_the_day_ends_at_its_line() -> None:
    # The page: base 8400, limit 5 %, equity 8190; a long of 1.2 at 2470 with its stop at 2440: 174 are left.
    desk = Desk({}, cash="8400", settings=WIDE | {"MAX_DAILY_LOSS_PERCENT": "5", "RISK_PER_TRADE_PERCENT": "10"})
    desk.bar(100)
    holding(desk, "ETH", "1.2", "2440", avg="2470")
    state = desk.core.state
    state.marks["ETH"], state.cash = 2470.0, D(8190)
    assert size(desk) == (D("17.4"), "daily_headroom")


def test_budgets_concentration_and_net_exposure_are_off_unless_they_are_set() -> None:
    settings = {"STRATEGY_BUDGET_PERCENT": "25", "MAX_CONCENTRATION_PERCENT": "22", "MAX_NET_EXPOSURE": "0.2"}
    for name, want in (
        ("STRATEGY_BUDGET_PERCENT", (D(15), "strategy_budget")),
        ("MAX_CONCENTRATION_PERCENT", (D(12), "concentration")),
        ("MAX_NET_EXPOSURE", (D(10), "net_limit")),
    ):
        one = Instrument("ETH", "BTC", "USDC")
        desk = world(settings=WIDE | {name: settings[name]}, instruments=[one])
        holding(desk, "ETH", "10", "90", "scripted")
        assert size(desk) == want
        assert len(judged(desk, at=desk.now + 1).rules()) == len(judged(world(), at=desk.now + 1).rules()) + 1


def test_the_tightest_of_several_limits_gives_its_name_also_when_nothing_is_left() -> None:
    settings = WIDE | {"MAX_HEAT_PERCENT": "1.5", "STRATEGY_BUDGET_PERCENT": "5", "MAX_NET_EXPOSURE": "0.1"}
    assert size(world(settings=settings)) == (D(5), "strategy_budget")
    least = Instrument("BTC", "BTC", "USDT", min_qty=D(6))
    assert code(world(settings=settings, instruments=[least])) == "strategy_budget"


RETURNS = [value / 1000 for value in (
    -9, 15, 12, -18, 7, 5, 17, 2, 1, 14, 0, 0, 14, 1, 2, 17, 5, 7, -18, 12, 15, -9, -19, -15, 3, -6, -1, 18, 10, 16,
    -5, -12,
)]  # fmt: skip
"""Series X of the page: VaR 0.018, ES 0.0183333333 at 5 %."""


def test_value_at_risk_of_a_lone_entry_is_that_of_its_symbol_times_its_share() -> None:
    # 20 units of 100 are a fifth of 10,000: 0.0036 and 0.0036666667.
    for limit, answer in (("0.36", "approved"), ("0.359", "var_limit")):
        desk = world(settings=WIDE | {"VAR_LIMIT_PERCENT": limit, "ES_LIMIT_PERCENT": "8"})
        assert code(remembering(desk, BTC=RETURNS)) == answer
    desk = remembering(world(settings=WIDE | {"ES_LIMIT_PERCENT": "0.366"}), BTC=RETURNS)
    assert code(desk) == "es_limit"
    (seen,) = [rule.value for rule in judged(remembering(world(), BTC=RETURNS)).rules() if rule.rule == "value_at_risk"]
    assert seen is not None
    assert float(seen) == near(0.0036)


def test_a_hedge_takes_the_value_at_risk_away() -> None:
    tight = WIDE | {"VAR_LIMIT_PERCENT": "0.1", "ES_LIMIT_PERCENT": "0.1"}
    desk = holding(world(settings=tight), "ETH", "-20", "110")
    remembering(desk, BTC=RETURNS, ETH=RETURNS)
    assert code(desk) == "approved"
    assert code(desk, side="sell", stop=D(110)) == "var_limit"


def test_without_thirty_returns_a_replay_waits_and_a_desk_on_an_exchange_refuses() -> None:
    desk = remembering(world(), BTC=RETURNS[:29])
    assert code(desk) == "approved"
    desk.core.desk.gate.past.waits = False
    assert code(desk) == "var_unavailable"
    desk = remembering(world(), BTC=RETURNS[:30])
    desk.core.desk.gate.past.waits = False
    assert code(desk) == "approved"
    holding(desk, "ETH", "1", "90")
    assert code(desk) == "var_unavailable"


def test_only_so_many_entries_a_second() -> None:
    desk = world(settings=WIDE | {"ORDER_BURST": "3", "ORDER_RATE": "2"})
    moments = (0, 0, 0, 0, 250, 500, 500, 2000)
    said = [code(desk, at=desk.now + ms) for ms in moments]
    yes, no = "approved", "order_rate"
    assert said == [yes, yes, yes, no, no, yes, no, yes]


def test_reductions_neither_wait_nor_take_a_token() -> None:
    desk = held(settings=WIDE | {"ORDER_BURST": "1", "ORDER_RATE": "0.1"})
    assert [code(desk, symbol="ETH") for _ in range(2)] == ["approved", "order_rate"]
    assert [reduction(desk) for _ in range(3)] == ["approved"] * 3


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        # 350 at risk over 10; 350 of notional at 100; 6 % of 10,000 at 100.
        ({"SIZING_MODE": "fixed", "SIZING_AMOUNT": "350"}, "35"),
        ({"SIZING_MODE": "amount", "SIZING_AMOUNT": "350"}, "3.5"),
        ({"SIZING_MODE": "percent_equity", "SIZING_SHARE_PERCENT": "6"}, "6"),
    ],
)
def test_every_mode_sizes_with_its_own_setting(settings: dict[str, str], wanted: str) -> None:
    assert size(world(settings=WIDE | settings)) == (D(wanted), "risk")


def test_the_range_places_the_stop_and_the_size() -> None:
    """The page: equity 8400, 0.75 % at 1.5 ranges of 31.85 from 2480.60 gives 1.31; the stop is 2432.9 on the tick."""
    settings = WIDE | {"SIZING_MODE": "atr", "SIZING_ATR": "1.5", "RISK_PER_TRADE_PERCENT": "0.75"}
    coin = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.01"))
    desk = Desk({}, settings=settings, cash="8400", instruments=[coin])
    desk.bar(2480.6)
    asked = {"entry": D("2480.60"), "stop": D("2432.9")}
    assert size(desk, **asked, atr=31.85) == (D("1.31"), "risk")
    # Twice as far, half as much; a range that is not known is none; who brings none is sized by the own stop (47.7).
    assert size(desk, **asked, atr=63.7) == (D("0.65"), "risk")
    assert code(desk, **asked, atr=0.0) == "bad_input"
    assert code(desk, **asked, atr=2000.0) == "stop_wrong_side"
    assert size(desk, **asked) == (D("1.32"), "risk")


def test_kelly_bets_what_the_strategys_own_record_bears_out() -> None:
    desk = world(settings=WIDE | {"SIZING_MODE": "kelly", "KELLY_FRACTION": "0.5", "KELLY_CAP": "2"})
    assert code(desk) == "insufficient_history"
    # The page: 41 wins of 75 at b = 1.3 give f 0.1566096197; half of it of 10,000 at 100 is 7.83048...
    record = StrategyRecord(trades=75, wins=41, losses=34, gained=D(41) * 13, lost=D(34) * 10)
    desk.core.state.strategies["scripted"] = record
    assert size(desk) == (D("7.830480"), "risk")
    desk.core.state.strategies["scripted"] = StrategyRecord(
        trades=75, wins=20, losses=55, gained=D(20) * 13, lost=D(55) * 10
    )
    assert code(desk) == "kelly_zero"


def test_volatility_modes_need_sixty_returns_and_then_size_by_them() -> None:
    target = WIDE | {"SIZING_MODE": "vol_target", "VOL_TARGET_PERCENT": "20"}
    signal = WIDE | {"SIZING_MODE": "signal_vol", "SIZING_AMOUNT": "750"}
    sixty = (RETURNS * 2)[:60]
    annual = float(np.std(sixty, ddof=1)) * 365**0.5
    for settings in (target, signal):
        assert code(remembering(world(settings=settings), BTC=RETURNS)) == "insufficient_history"
    qty, _ = size(remembering(world(settings=target), BTC=sixty))
    assert abs(float(qty) - 0.2 / annual * 100) < 1e-6
    qty, _ = size(remembering(world(settings=signal), BTC=sixty), score=40.0)
    assert abs(float(qty) - 0.4 * 750 / annual / 100) < 1e-6


def test_an_entry_under_way_is_reserved_like_a_position() -> None:
    desk = Desk({"BTC": {}, "ETH": {}}, settings=WIDE | {"MAX_HEAT_PERCENT": "3"}, venue=False)
    desk.bar(100)
    desk.bar(100, symbol="ETH")
    first = desk.core.desk.ask(entry(desk))
    assert first is not None
    assert size(desk, symbol="ETH") == (D(10), "heat_limit"), "200 of 300 are reserved"
