"""Orders at the simulated venue itself, also of kinds no strategy sends yet: limits, stop entries, naked exits."""

from decimal import Decimal as D

import msgspec
import pytest

from engine.model.instrument import Instrument
from engine.model.messages import CandleClosed, FundingSettled, OrderFilled, Quote
from engine.model.orders import ApprovedOrder, OrderRequest
from engine.plan import Costs
from tests.desk import Desk
from tests.scripted import START


def made(symbol: str, side: str, qty: str, leg: str = "entry", kind: str = "market", **more: object) -> ApprovedOrder:
    """An approved order as the gate makes it, with fields of the test's own."""
    desk = Desk({})
    desk.bar(100)
    request = OrderRequest(
        desk.now, "BTC", "buy", "entry", "market", "scripted", D(100), "test", None, None, None, D(90)
    )
    order = desk.core.desk.gate.decide(request, desk.core.state).order
    assert order is not None
    fields = {"id": f"{leg}-{kind}-{side}", "symbol": symbol, "side": side, "qty": D(qty), "leg": leg, "type": kind}
    return msgspec.structs.replace(order, **fields, reduce_only=leg != "entry", **more)


def traded(desk: Desk, *orders: ApprovedOrder) -> list[tuple[str, str]]:
    """Puts orders at the venue and shows it one bar 100 -> 99 (high 104, low 96): amounts and prices filled."""
    for order in orders:
        desk.broker.submit(order, START)
    bar = CandleClosed(START + 60_000, "BTC", "1m", START, 100.0, 104.0, 96.0, 99.0, 1000.0)
    facts = [fact for fact in desk.broker.react(bar) if isinstance(fact, OrderFilled)]
    return [(f"{f.qty.normalize():f}", f"{f.price.normalize():f}") for f in facts]


@pytest.mark.parametrize(
    ("side", "price", "expected"),
    [
        ("buy", "97", [("1", "97")]),
        ("buy", "96", []),
        ("buy", "101", [("1", "100")]),
        ("sell", "103", [("1", "103")]),
        ("sell", "104", []),
        ("sell", "99", [("1", "100")]),
    ],
)
def test_a_limit_fills_once_price_trades_strictly_through_it_or_at_a_better_open(
    side: str, price: str, expected: list[tuple[str, str]]
) -> None:
    assert traded(Desk({}), made("BTC", side, "1", kind="limit", price=D(price))) == expected


def test_a_limit_pays_the_makers_fee_and_no_spread() -> None:
    desk = Desk({}, costs=Costs(D("0.001"), D("0.0002"), D(20), D(5)))
    desk.broker.submit(made("BTC", "buy", "1", kind="limit", price=D(99)), START)
    fact = next(iter(desk.broker.react(Quote(START + 1, "BTC", 98.0, 98.5))))
    assert isinstance(fact, OrderFilled)
    assert (fact.price, fact.fee, fact.maker) == (D(99), D("0.0198"), True)


def test_a_limit_waits_for_a_quote_through_it() -> None:
    desk = Desk({})
    desk.broker.submit(made("BTC", "sell", "1", kind="limit", price=D(99)), START)
    assert not [f for f in desk.broker.react(Quote(START + 1, "BTC", 99.0, 99.5)) if isinstance(f, OrderFilled)]
    assert [f for f in desk.broker.react(Quote(START + 2, "BTC", 99.1, 99.5)) if isinstance(f, OrderFilled)]


def test_an_entry_by_stop_fills_at_its_trigger_and_its_bracket_only_after_it() -> None:
    desk = Desk({})
    entry = made("BTC", "buy", "1", kind="stop", trigger=D(102))
    assert traded(desk, entry) == [("1", "102")]


def test_a_bracket_born_inside_a_bar_does_not_fill_at_the_open_before_it() -> None:
    # Bought by limit at 97 after the open at 100: a target of 98 sells at 98, not at the open.
    desk = Desk({})
    broker = desk.broker
    broker.submit(made("BTC", "buy", "1", kind="limit", price=D(97)), START)
    bar = CandleClosed(START + 60_000, "BTC", "1m", START, 100.0, 104.0, 96.0, 99.0, 1000.0)
    prices = []
    for fact in broker.react(bar):
        if isinstance(fact, OrderFilled):
            prices.append(fact.price)
            if len(prices) == 1:
                broker.submit(made("BTC", "sell", "1", "target", "take_profit", trigger=D(98)), fact.at)
    assert prices == [97, 98]


def test_a_reducing_order_is_clipped_to_the_position_and_cancelled_without_one() -> None:
    desk = Desk({})
    assert traded(
        desk,
        made("BTC", "buy", "1"),
        made("BTC", "sell", "5", "stop", "stop", trigger=D(97)),
        made("BTC", "sell", "5", "exit"),
    ) == [("1", "100"), ("1", "100")]
    assert desk.broker.state.positions == {}
    naked = Desk({})
    assert traded(naked, made("BTC", "buy", "1", "exit")) == []
    assert naked.broker.state.orders == {}


def test_funding_without_any_price_uses_the_entry() -> None:
    desk = Desk({}, instruments=[Instrument("ETH", "ETH", "USDT")])
    broker = desk.broker
    broker.submit(made("ETH", "buy", "1"), 0)
    list(broker.react(Quote(1, "ETH", 99.0, 100.0)))
    list(broker.react(FundingSettled(2, "ETH", D("0.01"))))
    assert broker.state.positions["ETH"].wallet == D(50) - D(1)
