"""What an entry may take of the book near the mid price (risk.md R5.7), answer by answer."""

from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.messages import Depth, Quote
from engine.model.money import exact
from engine.risk.case import PASS
from engine.risk.depth import DepthShare, thinner
from engine.risk.touch import depth_share, near
from tests.desk import WIDE, Desk
from tests.unit.engine.risk.asked import entry, held, judged, said, seen, world

INF, NAN = float("inf"), float("nan")
SHORT: dict[str, Any] = {"side": "sell", "stop": D(110)}


def deep(bid: float, ask: float, age: int = 0, **more: Any) -> Desk:
    """A desk whose newest candle came with this depth; an entry asked of it is sized to 20."""
    desk = world(**more)
    at = desk.now + 60_000
    desk.bar(100, quote=Quote(at, "BTC", 99.95, 100.05, 1.0, 1.0, None, Depth(at - age, bid, ask)))
    return desk


def test_the_depth_within_a_thousandth_of_mid_counts() -> None:
    levels = [(100.05, 2.0), (100.1, 6.0), (100.11, 100.0)]
    assert near(100.0, levels) == 8.0
    assert near(100.0, levels[:1]) == 2.0
    assert near(100.0, levels[2:]) == 0.0
    # 2482.6802 is 2480.2 and a thousandth of it, whatever binary makes of both.
    assert near(2480.2, [(2482.6802, 1.0), (2482.69, 1.0)]) == 1.0
    assert depth_share(D(2), D(8)) == D("0.25")
    assert depth_share(D(2), D(0)) is None


def test_an_entry_larger_than_its_share_of_the_side_it_takes_is_told_with_both_numbers() -> None:
    # 20 of 80 is a quarter, the default: equality passes. 20 of 79 is 25.3 %.
    assert said(deep(1.0, 80.0), "depth") == ("", "", D("0.25"), D("0.25"))
    text = "20.00 is 25.3% of the 79.0 offered within 0.1% of the mid price, limit 25.0%"
    assert said(deep(1e9, 79.0)) == ("depth_too_thin", text, D(20) / D(79), D("0.25"))
    assert said(deep(80.0, 1.0), "depth", **SHORT) == ("", "", D("0.25"), D("0.25"))
    text = "20.00 is 40.0% of the 50.0 bid for within 0.1% of the mid price, limit 25.0%"
    assert said(deep(50.0, 1e9), **SHORT) == ("depth_too_thin", text, D("0.4"), D("0.25"))
    wide = deep(1.0, 20.0, settings=WIDE | {"MAX_DEPTH_SHARE": "1"})
    assert said(wide, "depth") == ("", "", D(1), D(1))


def test_an_entry_meets_no_book_at_all() -> None:
    assert said(deep(5.0, 0.0)) == (
        "depth_too_thin", "nothing is offered within 0.1% of the mid price", None, D("0.25"),
    )  # fmt: skip
    assert said(deep(0.0, 5.0), **SHORT)[1] == "nothing is bid for within 0.1% of the mid price"


@pytest.mark.parametrize("desk", [world(), deep(1.0, 1.0, age=10_001), deep(1.0, NAN), deep(1.0, INF), deep(1.0, -1.0)])
def test_where_no_book_of_now_is_known_the_record_has_no_depth(desk: Desk) -> None:
    assert said(desk, "depth") == ("", "", None, D("0.25"))


def test_a_book_counts_for_ten_seconds_and_without_one_nothing_is_noted_where_nothing_is_recorded() -> None:
    assert said(deep(1.0, 1.0, age=10_000))[0] == "depth_too_thin"
    unknown = world()
    assert DepthShare().check(entry(unknown), seen(unknown, explains=False)) == PASS
    topped = world()
    topped.bar(100, quote=Quote(topped.now + 60_000, "BTC", 99.95, 100.05))
    assert said(topped, "depth") == ("", "", None, D("0.25"))


@pytest.mark.parametrize(
    ("side", "price", "takes"),
    [("buy", "100.04", False), ("buy", "100.05", True), ("sell", "99.96", False), ("sell", "99.95", True)],
)
def test_a_limit_order_takes_once_it_reaches_the_other_side(side: str, price: str, takes: bool) -> None:
    wish = {"type": "limit", "price": D(price), "side": side, "stop": D(90 if side == "buy" else 110)}
    decision = judged(deep(1.0, 1.0), **wish)
    assert (decision.order is None) is takes
    assert decision.denial is None or decision.denial.code == "depth_too_thin"


def test_a_thin_book_is_said_before_the_limits_of_the_portfolio_and_after_the_size() -> None:
    full = deep(1.0, 1.0, settings=WIDE | {"MAX_HEAT_PERCENT": "0.1"})
    assert said(full)[0] == "depth_too_thin"
    assert said(full, stop=None)[0] == "stop_missing"


def test_the_thinner_side_counts_in_quote_currency_where_both_are_known() -> None:
    # The bid is 99.95.
    for bid, ask, age, found in (
        (3.0, 4.0, 0, "299.85"),
        (4.0, 3.0, 0, "299.85"),
        (3.0, NAN, 0, None),
        (3.0, 4.0, 10_001, None),
    ):
        desk = deep(bid, ask, age)
        assert thinner(desk.core.state, "BTC", desk.now, {}) == (None if found is None else D(found))


@settings(max_examples=60, deadline=None)
@given(
    bid=st.floats(0.001, 1e4),
    ask=st.floats(0.001, 1e4),
    share=st.integers(1, 100),
    qty=st.none() | st.integers(1, 10**9),
    buys=st.booleans(),
)
def test_no_entry_takes_more_than_its_share_and_what_reduces_always_passes(
    bid: float, ask: float, share: int, qty: int | None, buys: bool
) -> None:
    limit = D(share) / 100
    desk = deep(bid, ask, settings=WIDE | {"MAX_DEPTH_SHARE": str(limit)})
    wanted = None if qty is None else D(qty).scaleb(-6)
    order = judged(desk, qty=wanted, **({} if buys else SHORT)).order
    assert order is None or order.qty <= limit * exact(ask if buys else bid)
    holds = held(settings=WIDE | {"MAX_DEPTH_SHARE": str(limit)})
    holds.core.state.quotes["BTC"] = Quote(holds.now, "BTC", 99.95, 100.05, depth=Depth(holds.now, bid, ask))
    out = judged(holds, side="sell", leg="exit", qty=D(20), reason="signal", stop=None).order
    assert out is not None
    assert out.qty == 20
