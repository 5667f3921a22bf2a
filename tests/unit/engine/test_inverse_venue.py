"""The simulated venue and the desk on inverse contracts of 100: worth 1 coin at 100, 0.8 at 125, 1.25 at 80."""

from decimal import Decimal as D

import pytest

from engine.model.errors import BadInput
from engine.model.facts import FundingBooked
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.messages import FundingSettled
from engine.model.orders import ApprovedOrder, Leg, Side
from engine.plan import Costs
from tests.desk import FREE, WIDE, Desk, Say, long, short

COIN = Instrument("BTC", "BTC", "USD", None, D(1), D(1), inverse=Inverse(D(100)))
TENFOLD = WIDE | {"MAX_LEVERAGE": "10"}


def desk_of(says: Say, costs: Costs = FREE, cash: str = "100") -> Desk:
    """At ten times: 2 % of the cash at risk."""
    desk = Desk({0: says}, settings=TENFOLD, instruments=[COIN], cash=cash, costs=costs)
    desk.walk(100, 100)
    return desk


def order(side: Side, qty: str, reduces: bool = False) -> ApprovedOrder:
    leg: Leg = "exit" if reduces else "entry"
    return ApprovedOrder(f"{leg}{side}{qty}", 0, "BTC", side, leg, "market", D(qty), reduces, "scripted", "001", "t")


def test_a_trade_gains_and_pays_coin() -> None:
    # 2 coin over 100 / 96.5 - 1 and fees of 0.1 % of 1 + 100 / 96.5 a contract: 52.2.
    desk = desk_of(long(96.5, 125), Costs(fee=D("0.001")))
    desk.bar(125)
    assert desk.trades == [("100", "125", "52", "target")]
    # 52 x (1 - 0.8) less 0.001 x 52 x (1 + 0.8).
    assert desk.core.state.cash == desk.equity == D(100) + D("10.4") - D("0.0936")


def test_funding_is_paid_on_the_coin_at_the_mark() -> None:
    desk = desk_of(long(96.5))
    desk.bar(125)
    wallet = desk.broker.state.positions["BTC"].wallet
    desk.feed(FundingSettled(desk.now + 1, "BTC", D("0.01"), None))
    (paid,) = desk.told(FundingBooked)
    # 2 coin over 100 / 96.5 - 1 are 55 contracts, of 0.8 coin now.
    assert (desk.qty, paid.cash, desk.core.state.funding) == (D(55), D("-0.44"), D("-0.44"))
    assert wallet - desk.broker.state.positions["BTC"].wallet == D("0.44")


def test_a_long_is_liquidated_by_the_rule_of_its_coin() -> None:
    desk = desk_of(long(96.5))
    desk.broker.state.orders.clear()
    # 55 contracts have 5.5 coin: 5,500 x 1.005 / (5.5 + 55) = 91.363..., bankrupt at 5,500 / 60.5 = 90.909...
    desk.bar(95, low=91.37)
    assert desk.qty == 55
    desk.bar(95, low=91.36)
    ((_, price, amount, reason),) = desk.trades
    assert float(price) == pytest.approx(5500 / 60.5, rel=1e-15)
    assert (amount, reason) == ("55", "liquidation")
    assert round(desk.equity, 15) == D("94.5")


def test_a_short_is_liquidated_upwards() -> None:
    # 2 coin over 1 - 100 / 104.6: 45 contracts, 4.5 coin; 4,500 x 0.995 / (45 - 4.5) = 110.555..., bankrupt at 111.1
    desk = desk_of(short(104.6))
    desk.broker.state.orders.clear()
    desk.bar(105, high=110.555)
    assert desk.qty == -45
    desk.bar(105, high=110.56)
    assert desk.trades[0][3] == "liquidation"
    assert round(desk.equity, 15) == D("95.5")


def test_adding_and_leaving_in_parts_is_the_same_to_the_venue_and_the_desk() -> None:
    desk = desk_of(long(96.5), cash="36.5")
    broker, state = desk.broker, desk.core.state
    assert desk.qty == 20
    broker.submit(order("buy", "20"), desk.now)
    desk.bar(200)
    position, holding = broker.state.positions["BTC"], desk.position()
    assert holding is not None
    # 20 of 1 coin and 20 of 0.5: 40 of 0.75, at 133.33.
    assert position.avg == holding.avg == D("133.33333333333333333333")
    assert (position.wallet, position.qty, holding.qty) == (D(3), D(40), D(40))
    broker.submit(order("sell", "10", True), desk.now)
    desk.bar(200)
    assert (position.wallet, position.qty, holding.qty) == (D("2.25"), D(30), D(30))
    assert round(state.realised, 15) == D("2.5")
    assert round(desk.equity, 15) == D("46.5")


def test_a_desk_in_two_currencies_does_not_start() -> None:
    with pytest.raises(BadInput, match=r"settled in several: BTC in BTC, ETH in USDT\.$"):
        Desk({"BTC": {}, "ETH": {}}, instruments=[COIN])
