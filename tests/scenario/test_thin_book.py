"""A desk whose books thin out and fill again, from the candle to the fill."""

from decimal import Decimal as D

from engine.model.facts import Decided, Denied
from engine.model.messages import Depth, Quote
from tests.desk import Desk, Say, long


def test_a_market_entry_into_a_thin_book_is_refused_and_told_and_the_next_one_into_a_deep_book_goes() -> None:
    """Bar 1: 20 wanted, 10 offered. Bar 2: the same with 1,000 offered. Bar 4 leaves, though nobody is near."""
    desk = Desk({0: Say(), 1: long(90), 2: long(90), 4: Say(exit_long=True)})
    for bid, ask in ((500.0, 500.0), (500.0, 10.0), (500.0, 1000.0), (500.0, 500.0), (0.0, 0.0), (0.0, 0.0)):
        at = desk.now + 60_000
        desk.bar(100, quote=Quote(at, "BTC", 99.99, 100.01, 1.0, 1.0, None, Depth(at, bid, ask)))
    assert [denied.code for denied in desk.told(Denied)] == ["depth_too_thin"]
    records = [{rule.rule: rule for rule in one.rules}["depth"] for one in desk.told(Decided) if one.leg == "entry"]
    assert [(rule.value, rule.limit, rule.passed) for rule in records] == [
        (D(2), D("0.25"), False),
        (D("0.02"), D("0.25"), True),
    ]
    assert [order.leg for order in desk.submitted] == ["entry", "stop", "exit"]
    assert desk.qty == 0
