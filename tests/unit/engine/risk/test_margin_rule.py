"""Step 8: what an entry takes of the margin, and how near its stop may be to the liquidation (risk.md R2.9, R2.10)."""

from decimal import Decimal as D

import pytest

from engine.model.errors import Invariant
from engine.model.instrument import Instrument, Tier
from engine.plan import Costs
from engine.risk.margin_rule import Margin
from tests.desk import WIDE, Desk
from tests.printed import near
from tests.unit.engine.risk.asked import entry, holding, said, seen, world


def margined(**more: Costs | tuple[Instrument, ...]) -> Desk:
    costs = {"costs": Costs(D("0.001"))}
    return world(settings=WIDE | {"MAX_LEVERAGE": "10", "LIQUIDATION_BUFFER": "0.4"}, **costs | more)


def test_margin_is_notional_over_leverage_and_the_fee() -> None:
    desk = margined()
    assert said(desk, "margin", qty=D(10), stop=D(97)) == ("", "", 101, 10_000)
    holding(desk, "ETH", "30", "95")
    assert said(desk, "margin", qty=D(10), stop=D(97)) == ("", "", 101, 9700)


def test_a_limit_order_loses_what_it_is_worse_than_the_mark() -> None:
    buy = {"type": "limit", "price": D(101), "entry": D(101), "stop": D(98), "qty": D(10)}
    # 1,010 over 10, a unit each of 10, and 1.01 of fee.
    assert said(margined(), "margin", **buy) == ("", "", D("112.01"), 10_000)
    sell = {"type": "limit", "price": D(99), "entry": D(99), "stop": D(102), "qty": D(10), "side": "sell"}
    assert said(margined(), "margin", **sell) == ("", "", D("109.99"), 10_000)
    assert said(margined(), "margin", **buy | {"price": D(99), "entry": D(99), "stop": D(96)}) == (
        "", "", D("99.99"), 10_000,
    )  # fmt: skip


def test_spot_is_paid_in_full_and_has_no_tier() -> None:
    tiers = (Tier(D(0), None, D("0.01"), D("0.5")),)
    desk = margined(instruments=(Instrument("BTC", "BTC", "USDT", spot=True, tiers=tiers),))
    assert said(desk, "margin", qty=D(10), stop=D(97)) == ("", "", 1001, 10_000)


def test_a_margin_that_is_not_there_is_told() -> None:
    desk = world(settings=WIDE | {"MAX_LEVERAGE": "1"}, costs=Costs(D("0.0005")))
    text = "the order costs 10005.00, 10000.00 is free"
    assert said(desk, stop=D(99)) == ("insufficient_margin", text, 10_005, 10_000)


def test_a_leverage_above_the_tier_is_told() -> None:
    tiers = (Tier(D(0), D(1000), D("0.01"), D(5)), Tier(D(1000), None, D("0.02"), D(1)))
    desk = world(instruments=[Instrument("BTC", "BTC", "USDT", tiers=tiers)])
    assert said(desk) == ("leverage_above_tier", "2x is above the 1x the venue allows at 2000.00", 2, 1)


def test_a_stop_too_near_to_the_liquidation_is_told_with_both_distances() -> None:
    # (10 - 100) / (0.005 - 1) = 90.45226131; a long keeps 0.4 of 9.54773869 = 3.81909548 at most.
    code, text, value, most = said(margined(), stop=D("96.18"))
    assert (code, text) == (
        "stop_beyond_liquidation_buffer",
        "the stop 96.18 is too near to the liquidation at 90.452261",
    )
    assert value == D("3.82")
    assert isinstance(most, D)
    assert float(most) == near(3.819095477)
    assert said(margined(), "margin", stop=D("96.19"))[0] == ""
    # (10 + 100) / 1.005 = 109.45273632.
    code, text, value, most = said(margined(), side="sell", stop=D("103.79"))
    assert (code, text) == (
        "stop_beyond_liquidation_buffer",
        "the stop 103.79 is too near to the liquidation at 109.45274",
    )
    assert value == D("3.79")
    assert isinstance(most, D)
    assert float(most) == near(3.781094527)


def test_without_an_instrument_nothing_has_a_margin() -> None:
    desk = world()
    with pytest.raises(Invariant, match=r"^the symbol is judged before its margin is$"):
        Margin().check(entry(desk), seen(desk, instrument=None))
