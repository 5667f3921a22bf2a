"""Where the gate's short way ends: an entry at a line or beyond it is asked every rule, and is answered by them."""

from decimal import Decimal as D
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.candles import KnownSeries
from engine.model.instrument import Instrument, Tier
from engine.model.market import Bars
from engine.plan import Costs
from engine.risk.decision import Decision
from engine.risk.order_rate import Bucket
from engine.state import Grant
from tests.desk import FREE, WIDE, Desk
from tests.scripted import START
from tests.unit.engine.risk.asked import enter, holding, judged, remembering

RETURNS = [value / 1000 for value in (
    -9, 15, 12, -18, 7, 5, 17, 2, 1, 14, 0, 0, 14, 1, 2, 17, 5, 7, -18, 12, 15, -9, -19, -15, 3, -6, -1, 18, 10, 16,
    -5, -12,
)]  # fmt: skip
"""Series X of the page: VaR 0.018 at 5 %; of a short between its third and second best day, 0.017."""


def world(costs: Costs = FREE, closes: tuple[float, ...] = (100.0,), tier: Tier | None = None, **settings: str) -> Desk:
    """A backtest's desk of 10,000 that holds nothing."""
    of = Instrument("BTC", "BTC", "USDT") if tier is None else Instrument("BTC", "BTC", "USDT", tiers=(tier,))
    desk = Desk({}, settings=WIDE | settings, costs=costs, instruments=[of])
    for close in closes:
        desk.bar(close)
    desk.core.desk.gate.explains = False
    return desk


def known(desk: Desk, closes: tuple[float, ...]) -> Desk:
    """The desk with its minutes known beforehand."""
    opened, prices = START + 60_000 * np.arange(len(closes)), np.array(closes)
    series = KnownSeries("BTC", "1m", {"1m": Bars(opened, *[prices] * 6)}, opened, prices)
    series.skip(int(opened[-1]))
    desk.core.desk.gate.series = {"BTC": series}
    return desk


def clear(decision: Decision) -> bool:
    """Whether an entry was approved without a rule being asked."""
    return decision.order is not None and not decision.verdicts


def answered(decision: Decision) -> str:
    """What the rules said of an entry that was not clear."""
    assert not clear(decision)
    return decision.denial.code if decision.denial is not None else "approved"


def is_clear(desk: Desk, **changed: Any) -> bool:
    return clear(judged(desk, **changed))


def test_a_sound_entry_is_clear_and_takes_its_token() -> None:
    desk = world()
    decision = judged(desk)
    assert clear(decision)
    assert decision.order is not None
    assert (decision.order.qty, decision.order.reserved_risk, decision.order.binding) == (D(20), D(200), "risk")
    assert desk.core.state.bucket == Bucket(D(4), desk.now)


def test_a_wish_and_a_price_are_fresh_up_to_their_very_ends() -> None:
    desk = world()
    state, now = desk.core.state, desk.now
    for at, until, answer in (
        (now, now, ""),
        (now + 1, now, "expired"),
        (now + 3000, None, ""),
        (now + 3001, None, "stale_price"),
        (now - 1000, None, ""),
        (now - 1001, None, "clock_skew"),
    ):
        state.bucket = Bucket()
        decision = judged(desk, at=at, valid_until=until)
        assert clear(decision) if not answer else answered(decision) == answer


def test_a_paused_desk_and_an_entry_at_a_price_of_its_own_are_not_clear() -> None:
    assert answered(judged(world(), type="limit", price=D(100))) == "approved"
    desk = world()
    desk.core.state.trading = "REDUCING"
    assert answered(judged(desk)) == "paused"


def test_a_stop_that_is_missing_or_on_the_price_is_not_clear() -> None:
    assert answered(judged(world(), stop=None)) == "stop_missing"
    assert answered(judged(world(), stop=D(100))) == "stop_too_close"
    for side in ("buy", "sell"):
        assert answered(judged(world(), side=side, stop=D("NaN"))) == "bad_input"
        assert answered(judged(world(), side=side, entry=D("NaN"))) == "bad_input"
        assert answered(judged(world(), side=side, stop=D(100))) == "stop_too_close"
    assert answered(judged(world(), stop=D("100.01"))) == "stop_wrong_side"
    assert answered(judged(world(), side="sell", stop=D("99.99"))) == "stop_wrong_side"
    assert is_clear(world(), side="sell", stop=D(110))
    assert answered(judged(world(), stop=D(0))) == "bad_input"
    assert answered(judged(world(), side="sell", entry=D(0), stop=D(1))) == "bad_input"
    assert answered(judged(world(), symbol="ETH")) == "stale_price"


def test_a_cut_is_clear_where_cuts_are_allowed() -> None:
    decision = judged(world(MAX_POSITION_SIZE_PERCENT="10"))
    assert clear(decision)
    assert decision.order is not None
    assert (decision.order.qty, decision.order.verdict) == (D(10), "approved_scaled")
    assert answered(judged(world(MAX_POSITION_SIZE_PERCENT="10", ALLOW_SCALE_DOWN="off"))) == "max_position"
    assert is_clear(world(ALLOW_SCALE_DOWN="off"))


def test_the_least_that_a_venue_takes_is_clear() -> None:
    # 20 at 100 are wanted.
    for least, on in ({"min_qty": D(20)}, True), ({"min_notional": D(2000)}, True), ({"min_qty": D("20.1")}, False):
        desk = world()
        desk.instruments["BTC"] = msgspec.structs.replace(desk.instruments["BTC"], **least)
        assert is_clear(desk) is on


def test_slippage_is_lost_at_the_stop() -> None:
    # 200 over 10 and a thousandth of 90.
    decision = judged(world(msgspec.structs.replace(FREE, slippage_bps=D(10))))
    assert clear(decision)
    assert decision.order is not None
    assert decision.order.qty == D("19.821605")


@pytest.mark.parametrize(
    ("cash", "limit", "qty"),
    [
        # 200 at risk and a line of 200, then one of 190.
        ("10000", "2", ""),
        ("10000", "1.9", "19"),
        # 100 are lost and 198 at risk: 298 of 300, then of 290.
        ("9900", "3", ""),
        ("9900", "2.9", "19"),
        # What was gained adds nothing to the line: 202 at risk of 210, then of 200.
        ("10100", "2.1", ""),
        ("10100", "2", "20"),
    ],
)
def test_what_the_day_may_still_lose_is_not_exceeded(cash: str, limit: str, qty: str) -> None:
    desk = world(MAX_DAILY_LOSS_PERCENT=limit)
    desk.core.state.cash = D(cash)
    decision = judged(desk)
    assert clear(decision) is (qty == "")
    if qty:
        assert answered(decision) == "approved"
        assert decision.order is not None
        assert decision.order.qty == D(qty)


def test_a_bad_day_of_the_entrys_own_side_is_within_its_lines() -> None:
    # A share of 0.2: 0.36 % of a long, 0.34 % of a short.
    for limit, long, short in (("0.37", "", ""), ("0.36", "approved", ""), ("0.35", "var_limit", "")):
        for side, stop, answer in (("buy", D(90), long), ("sell", D(110), short)):
            desk = remembering(world(VAR_LIMIT_PERCENT=limit), BTC=RETURNS)
            decision = judged(desk, side=side, stop=stop)
            assert clear(decision) if not answer else answered(decision) == answer


def test_a_past_that_is_not_known_is_no_line_in_a_backtest_alone() -> None:
    desk = world()
    desk.core.desk.gate.past.waits = False
    assert answered(judged(desk)) == "var_unavailable"
    assert is_clear(world())


def test_the_stop_lies_well_before_the_liquidation_of_either_side() -> None:
    # Leverage 10: liquidated 9.4527 above a short, half of it is 4.7263; a long's 4.7738 is not looked at.
    for side, stop, answer in (
        ("sell", "104.72", ""),
        ("sell", "104.73", "stop_beyond_liquidation_buffer"),
        ("buy", "95.28", ""),
        ("buy", "95.27", "approved"),
        ("buy", "95.22", "stop_beyond_liquidation_buffer"),
    ):
        decision = judged(world(MAX_LEVERAGE="10"), side=side, stop=D(stop))
        assert clear(decision) if not answer else answered(decision) == answer


def test_what_stands_on_a_line_is_left_to_the_rules() -> None:
    # (1 - 0.25) / (1 + 0.25) = 0.6 of the price to the liquidation of a short, half of it is 30.
    tier = Tier(D(0), None, D("0.25"), D(1))
    for stop, on in (("129.99", False), ("130", True)):
        desk = world(tier=tier, MAX_LEVERAGE="1", LIQUIDATION_BUFFER="0.5")
        assert is_clear(desk, side="sell", stop=D(stop)) is not on
    # 10,000 of 10,000.
    for qty, on in (("99.999999", False), ("100", True)):
        decision = judged(world(MAX_LEVERAGE="1", RISK_PER_TRADE_PERCENT="5"), stop=D(99), qty=D(qty))
        assert clear(decision) is not on
        assert decision.order is not None
        assert decision.order.qty == D(qty)


def test_margin_and_fee_are_paid_from_what_there_is() -> None:
    # At 1.005 times and a fee of 1 %: 1.005 / 1.01005 of 10,000 are 9,950.0024...
    for qty, answer in (("99.5", ""), ("99.502", "insufficient_margin"), ("100", "insufficient_margin")):
        desk = world(Costs(D("0.01")), MAX_LEVERAGE="1.005", RISK_PER_TRADE_PERCENT="5")
        decision = judged(desk, stop=D("99.5"), qty=D(qty))
        assert clear(decision) if not answer else answered(decision) == answer


def test_a_contract_of_several_brackets_or_of_none_for_this_leverage_has_no_short_way() -> None:
    assert is_clear(world(tier=Tier(D(0), None, D("0.005"), D(2))))
    assert answered(judged(world(tier=Tier(D(0), None, D("0.005"), D("1.9"))))) == "leverage_above_tier"
    assert answered(judged(world(tier=Tier(D(0), None, D("0.005"), D(2), D(1))))) == "approved"
    spot = Instrument("BTC", "BTC", "USDT", spot=True)
    desk = Desk({}, settings=WIDE | {"MAX_LEVERAGE": "1"}, instruments=[spot])
    desk.bar(100)
    desk.core.desk.gate.explains = False
    assert answered(judged(desk)) == "approved"


def test_a_contract_that_changed_is_looked_at_again() -> None:
    desk = world()
    for _ in range(2):
        desk.core.state.bucket = Bucket()
        assert is_clear(desk)
    desk.core.state.bucket = Bucket()
    desk.instruments["BTC"] = Instrument("BTC", "BTC", "USDT", tradable=False)
    assert answered(judged(desk)) == "symbol_not_tradable"


@pytest.mark.parametrize("beforehand", [False, True])
def test_minutes_are_looked_at_where_a_day_is_known_and_where_it_is_not(beforehand: bool) -> None:
    """A deviation of 1.1 % a day: three times that is 0.09 % a minute, which one of the last 15 has passed."""
    calm = (100.0, 100.01) * 10
    for closes, days, answer in (
        (calm, True, ""),
        (calm, False, ""),
        ((100.0,) * 17 + (101.0,) * 3, True, "volatility_halt"),
        ((100.0,) * 17 + (101.0,) * 3, False, ""),
        ((100.0,) * 4 + (100.05,) * 16, True, ""),
        ((100.0,) * 19 + (130.0,), False, "bad_price"),
    ):
        desk = world(closes=closes, VOLATILITY_HALT_K="3", BAD_PRICE_PERCENT="20")
        if beforehand:
            known(desk, closes)
        if days:
            remembering(desk, BTC=RETURNS)
        newest = D(str(closes[-1]))
        decision = judged(desk, entry=newest, stop=newest - 10)
        assert clear(decision) if not answer else answered(decision) == answer


def test_candles_that_are_no_minutes_are_not_judged_as_such() -> None:
    desk = world(closes=(100.0, 130.0), BAD_PRICE_PERCENT="20")
    assert answered(judged(desk, entry=D(130), stop=D(120))) == "bad_price"
    desk.core.desk.gate.series = {}
    assert is_clear(desk, entry=D(130), stop=D(120))


def test_a_token_is_taken_from_a_full_bucket_and_from_one_that_has_any() -> None:
    # Three at most and two a second: 1.5 s.
    for ago, left in ((1500, "2"), (3_600_000, "2"), (1499, "1.998"), (500, "0")):
        desk = world(ORDER_BURST="3", ORDER_RATE="2")
        state = desk.core.state
        state.bucket = Bucket(D(0), desk.now - ago)
        assert is_clear(desk)
        assert state.bucket == Bucket(D(left), desk.now)
    for ago in (0, 499):
        desk = world(ORDER_BURST="3", ORDER_RATE="2")
        desk.core.state.bucket = Bucket(D(0), desk.now - ago)
        assert answered(judged(desk)) == "order_rate"


def beside(qty: str = "20", stop: str | None = "90", **settings: str) -> Desk:
    """A desk that holds something else: 20 ETH, worth 2,000, of which 200 are lost at the stop."""
    return holding(world(FREE, (100.0,), None, **settings), "ETH", qty, stop)


@pytest.mark.parametrize(
    ("limit", "clear_at", "not_at", "answer"),
    [
        # 20 more at 100, 200 more at risk, of 10,000; without cuts the first line that is passed refuses.
        ("MAX_POSITIONS", "2", "1", "max_positions"),
        ("MAX_CORRELATED_EXPOSURE", "0.4", "0.39", "correlated_exposure"),
        ("MAX_HEAT_PERCENT", "4", "3.9", "heat_limit"),
        ("MAX_STRESS_HEAT_PERCENT", "4", "3.8", "stress_heat_limit"),
        ("MAX_DAILY_LOSS_PERCENT", "4", "3.9", "daily_headroom"),
    ],
)
def test_an_entry_beside_a_position_is_clear_up_to_each_line(
    limit: str, clear_at: str, not_at: str, answer: str
) -> None:
    assert is_clear(beside(MAX_POSITION_SIZE_PERCENT="20", **{limit: clear_at}))
    desk = beside(MAX_POSITION_SIZE_PERCENT="20", ALLOW_SCALE_DOWN="off", **{limit: not_at})
    assert answered(judged(desk)) == answer


def test_what_an_entry_under_way_may_lose_counts_for_the_day() -> None:
    # 200 held, 30 under way and 200 wanted, of 10,000.
    for limit, answer in (("4.3", ""), ("4.29", "daily_headroom")):
        desk = beside(MAX_DAILY_LOSS_PERCENT=limit, ALLOW_SCALE_DOWN="off")
        enter(desk.core.state, "SOL", "1", "0")
        decision = judged(desk)
        assert clear(decision) if not answer else answered(decision) == answer


def test_leverage_and_margin_are_those_of_all_that_is_held() -> None:
    # 8,000 held and 2,000 more of 10,000: no room for a fee, and none for 2,000 beside 8,001.
    assert is_clear(beside("79", MAX_LEVERAGE="1"))
    assert answered(judged(beside("80", MAX_LEVERAGE="1"))) == "approved"
    assert answered(judged(beside("80.01", MAX_LEVERAGE="1", ALLOW_SCALE_DOWN="off"))) == "gross_limit"
    # At twice the money 8,000 stand for 4,000 of it, which leaves room for 12,000.
    assert is_clear(beside("80", MAX_LEVERAGE="2"))
    fee = Costs(D("0.001"))
    desk = holding(world(fee, MAX_LEVERAGE="1"), "ETH", "80.4", "90")
    assert answered(judged(desk, qty=D("19.6"))) == "insufficient_margin"


def test_a_bad_day_of_everything_together_is_within_its_lines() -> None:
    # A share of 0.4 of the worst side's two worst days: 0.018 and 0.019 for either, so 0.74 % at most.
    for limit, answer in (("0.75", ""), ("0.73", "approved"), ("0.7", "var_limit")):
        desk = remembering(beside(VAR_LIMIT_PERCENT=limit), BTC=RETURNS, ETH=RETURNS)
        decision = judged(desk)
        assert clear(decision) if not answer else answered(decision) == answer


def test_what_is_held_under_way_or_granted_is_no_short_matter() -> None:
    desk = holding(world(), "BTC", "20", "90")
    assert answered(judged(desk)) == "position_exists"
    for symbol, answer in (("ETH", ""), ("BTC", "position_exists")):
        desk = world()
        enter(desk.core.state, symbol, "1", "0")
        decision = judged(desk)
        assert clear(decision) if not answer else answered(decision) == answer
    desk = beside()
    desk.core.state.grants["SOL"] = Grant("scripted", D(30), False, D(3))
    assert answered(judged(desk)) == "approved"
