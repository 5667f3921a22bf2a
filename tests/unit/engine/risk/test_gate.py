"""Each reason code of the gate's first form (risk.md section 8), and the order in which they answer."""

from decimal import Decimal as D

import pytest

from engine.model.commands import Halt, Pause, SetRisk
from engine.model.instrument import Instrument, Tier
from engine.risk.gross import gross_notional
from engine.state import Breaker
from tests.desk import WIDE, Desk, long
from tests.unit.engine.risk.asked import code, entry, held, judged, reduction, said, world


def test_a_sound_entry_is_approved_and_numbered() -> None:
    desk = world()
    decision = judged(desk)
    assert decision.order is not None
    assert (decision.order.qty, decision.order.reserved_risk, decision.order.trade) == (D(20), D(200), "001")
    assert [rule.passed for rule in decision.rules()] == [True] * len(decision.rules())


def test_halted_and_paused_desks_take_no_entries() -> None:
    desk = world()
    desk.command(Pause())
    assert code(desk) == "paused"
    desk.command(Halt())
    assert code(desk) == "halted"


def test_a_halted_desk_lets_protection_and_commanded_closes_through_but_no_strategys_exit() -> None:
    desk = held()
    desk.command(Halt())
    assert reduction(desk) == "halted"
    assert reduction(desk, reason="close_all") == "approved"
    assert reduction(desk, reason="close") == "approved"
    assert reduction(desk, reason="emergency") == "approved"
    assert reduction(desk, leg="stop", type="stop", trigger=D(95)) == "approved"


def test_a_paused_desk_lets_everything_out() -> None:
    desk = held()
    desk.command(Pause())
    assert reduction(desk) == "approved"


def test_a_wish_lives_until_its_time_and_no_longer() -> None:
    desk = world()
    assert code(desk, valid_until=desk.now) == "approved"
    assert code(desk, valid_until=desk.now - 1) == "expired"


def test_a_price_too_old_or_from_the_future_or_missing_is_refused() -> None:
    desk = world()
    assert code(desk, at=desk.now + 3000) == "approved"
    assert code(desk, at=desk.now + 3001) == "stale_price"
    assert code(desk, at=desk.now - 1000) == "approved"
    assert code(desk, at=desk.now - 1001) == "clock_skew"
    assert code(Desk({})) == "stale_price"


def test_tripped_breakers_answer_with_their_names_even_when_equity_is_back() -> None:
    desk = world()
    desk.core.state.breakers["max_drawdown"] = Breaker(True)
    assert code(desk) == "max_drawdown"
    desk.core.state.breakers["daily_loss"] = Breaker(True)
    assert code(desk) == "daily_loss"


def test_the_loss_lines_refuse_at_equality() -> None:
    desk = world(settings=WIDE | {"MAX_DAILY_LOSS_PERCENT": "4", "EMERGENCY_STOP_LOSS_PERCENT": "12"})
    state = desk.core.state
    state.day_base, state.hwm = D(10_000) / D("0.96"), D(10_000)
    state.cash = D(10_000)
    state.day_base = D("10416.66")
    # A cent is left of the day: the entry is cut to what its stop may still lose of it.
    assert code(desk) == "approved_scaled"
    state.cash, state.day_base = D(9600), D(10_000)
    assert code(desk) == "daily_loss"
    state.day_base, state.hwm, state.cash = D(8800), D(10_000), D(8800)
    assert code(desk) == "max_drawdown"
    state.day_base = D(0)
    assert code(desk) == "daily_loss"


def test_symbols_must_be_known_and_tradable() -> None:
    desk = world(instruments=[Instrument("OFF", "OFF", "USDT", tradable=False)])
    desk.core.state.marked_at |= {"OFF": desk.now, "XXX": desk.now}
    assert code(desk, symbol="XXX") == "symbol_unknown"
    assert code(desk, symbol="OFF") == "symbol_not_tradable"


def test_one_position_a_symbol() -> None:
    desk = held()
    assert code(desk) == "position_exists"
    assert code(desk, symbol="ETH") == "approved"


def test_a_symbol_with_an_order_of_unknown_fate_takes_no_entry_but_lets_out() -> None:
    desk = held()
    (stop,) = desk.core.state.orders.values()
    stop.unknown = True
    text = "the venue has yet to say what became of an order of BTC"
    assert said(desk) == ("symbol_quarantined", text, None, None)
    assert code(desk, symbol="ETH") == "approved"
    assert reduction(desk) == "approved"


def test_an_entry_under_way_counts_as_a_position() -> None:
    desk = Desk({0: long(90)})
    desk.bar(100)
    assert code(desk) == "position_exists"


def test_reductions_need_a_position_of_that_side_and_size() -> None:
    desk = held()
    assert reduction(desk, symbol="ETH") == "no_position"
    assert reduction(desk, side="buy") == "no_position"
    assert reduction(desk, qty=D("20.000001")) == "reduce_exceeds_position"
    assert reduction(desk, symbol="XXX") == "symbol_unknown"
    assert reduction(desk, qty=D("0.0000009")) == "below_min_qty"


def test_a_full_close_is_never_rounded_down() -> None:
    desk = held()
    holding = desk.position()
    assert holding is not None
    holding.qty = D("19.12345678")
    decision = judged(desk, side="sell", leg="exit", qty=D("19.12345678"), reason="signal", stop=None)
    assert decision.order is not None
    assert decision.order.qty == D("19.12345678")


def test_an_entry_needs_a_stop_on_its_own_side_and_off_its_price() -> None:
    desk = world()
    assert code(desk, stop=None) == "stop_missing"
    assert code(desk, stop=D(100)) == "stop_too_close"
    assert code(desk, stop=D(101)) == "stop_wrong_side"
    assert code(desk, side="sell") == "stop_wrong_side"
    assert code(desk, entry=D("NaN"), stop=D(90)) == "bad_input"


def test_the_daily_loss_answers_before_a_stop_on_the_wrong_side() -> None:
    desk = world()
    desk.core.state.breakers["daily_loss"] = Breaker(True)
    assert code(desk, stop=D(101)) == "daily_loss"


def test_the_venues_minimums() -> None:
    small = Instrument("BTC", "BTC", "USDT", min_qty=D("20.1"))
    assert code(world(instruments=[small])) == "below_min_qty"
    small = Instrument("BTC", "BTC", "USDT", min_notional=D("2000.1"))
    assert code(world(instruments=[small])) == "below_min_notional"


def test_caps_scale_down_and_say_which_one_it_was() -> None:
    desk = world(settings=WIDE | {"MAX_POSITION_SIZE_PERCENT": "10"})
    decision = judged(desk)
    assert decision.order is not None
    assert (decision.order.qty, decision.order.verdict, decision.order.binding) == (
        D(10),
        "approved_scaled",
        "max_position_pct",
    )


def test_without_scaling_down_the_caps_refuse() -> None:
    firm = WIDE | {"ALLOW_SCALE_DOWN": "off"}
    assert code(world(settings=firm | {"MAX_POSITION_SIZE_PERCENT": "10"})) == "max_position"
    assert code(world(settings=firm | {"MAX_LEVERAGE": "1"}), stop=D("99")) == "max_position"
    assert code(world(settings=firm)) == "approved"


@pytest.mark.parametrize("scaling", ["on", "off"])
def test_a_wanted_quantity_is_kept_when_risk_allows_it_and_nothing_was_scaled(scaling: str) -> None:
    decision = judged(world(settings=WIDE | {"ALLOW_SCALE_DOWN": scaling}), qty=D(3))
    assert decision.order is not None
    assert (decision.order.qty, decision.order.verdict) == (D(3), "approved")


def test_positions_and_entries_under_way_are_counted_together() -> None:
    desk = held(settings=WIDE | {"MAX_POSITIONS": "1"})
    assert code(desk, symbol="ETH") == "max_positions"


def test_gross_notional_is_cut_to_the_leverage_that_is_left() -> None:
    # Leverage 1 of equity 10,000 and 2,000 out: room for 8,000, though 2 % of risk over 1 wants 20,000.
    desk = held(settings=WIDE | {"MAX_LEVERAGE": "1"})
    decision = judged(desk, symbol="ETH", stop=D(99))
    assert decision.order is not None
    assert (decision.order.qty, decision.order.binding) == (D(80), "gross_limit")
    firm = held(settings=WIDE | {"MAX_LEVERAGE": "1", "ALLOW_SCALE_DOWN": "off"})
    # 200 of risk over 2.1 is 95 units, 9,500 more than the 8,000 of room, yet under every cap of its own.
    assert code(firm, symbol="ETH", stop=D("97.9")) == "gross_limit"


def test_gross_notional_counts_an_entry_once_while_it_fills() -> None:
    desk = Desk({0: long(90)}, venue=False)
    desk.bar(100)
    assert gross_notional(desk.core.state, {}) == 2000
    desk.feed(desk.filled(desk.order("entry"), "5"))
    assert gross_notional(desk.core.state, {}) == 2000


def test_gross_notional_adds_up_what_is_under_way_and_knows_no_price_without_a_mark() -> None:
    desk = Desk({"BTC": {}, "ETH": {}}, venue=False, settings=WIDE)
    for symbol in ("BTC", "ETH"):
        desk.bar(100, symbol=symbol)
        assert desk.core.desk.ask(entry(desk, symbol=symbol)) is not None
    assert gross_notional(desk.core.state, {}) == 4000
    del desk.core.state.marks["ETH"]
    assert gross_notional(desk.core.state, {}) == 2000


def test_margin_includes_the_fee_and_what_is_under_way() -> None:
    from engine.plan import Costs

    desk = world(settings=WIDE | {"MAX_LEVERAGE": "1"}, costs=Costs(D("0.0005")))
    # 10,000 of notional at 1x costs 10,000 and 5 of fee, 10,000 is free.
    assert code(desk, stop=D(99)) == "insufficient_margin"


def test_leverage_above_the_tier_answers_before_margin() -> None:
    tiers = (Tier(D(0), D(1000), D("0.01"), D(5)), Tier(D(1000), None, D("0.02"), D(1)))
    desk = world(instruments=[Instrument("BTC", "BTC", "USDT", tiers=tiers)])
    assert code(desk) == "leverage_above_tier"
    assert code(desk, qty=D(10)) != "leverage_above_tier"


def test_the_stop_stays_well_before_the_liquidation() -> None:
    # Leverage 10: liquidated from (w - 100)/(0.005 - 1) with w = 10: 90.4522...; half of 9.5477 is 4.7738.
    desk = world(settings=WIDE | {"MAX_LEVERAGE": "10"})
    assert code(desk, stop=D("95.23")) == "approved"
    assert code(desk, stop=D("95.22")) == "stop_beyond_liquidation_buffer"
    # A short: (10 + 100) / 1.005 = 109.4527...; half of 9.4527 is 4.7263.
    assert code(desk, side="sell", stop=D("104.72")) == "approved"
    assert code(desk, side="sell", stop=D("104.73")) == "stop_beyond_liquidation_buffer"


def test_a_long_that_cannot_be_liquidated_only_needs_its_stop_below() -> None:
    desk = world(settings=WIDE | {"MAX_LEVERAGE": "1"})
    assert code(desk, stop=D(10)) == "approved"


def test_a_setting_changed_by_a_person_holds_at_once() -> None:
    desk = world()
    desk.command(SetRisk("risk_per_trade_percent", "1"))
    decision = judged(desk)
    assert decision.order is not None
    assert decision.order.qty == 10


def test_every_rule_in_force_leaves_its_numbers_in_the_record_in_the_order_of_the_page() -> None:
    names = [result.rule for result in judged(world(settings={"MAX_LEVERAGE": "2"})).rules()]
    assert names == [
        *("trading_state", "ready", "fresh_data", "bad_price", "complete_data"),
        *("daily_loss", "consecutive_losses", "max_drawdown", "volatility_halt", "reject_rate", "blind"),
        *("weekly_loss", "drawdown_ladder", "symbol", "price_band", "spread", "position_size", "depth"),
        *(
            "max_positions",
            "gross_exposure",
            "heat",
            "stress_heat",
            "correlated_exposure",
            "daily_headroom",
            "portfolio",
        ),
        *("value_at_risk", "margin", "order_rate"),
    ]
