"""Funding arbitrage on the whole desk, reckoned by hand: spot and perpetual at 100, 0.018 % every four hours."""

from decimal import Decimal as D

import pytest

from engine.core import Core
from engine.model.commands import Close
from engine.model.instrument import Instrument
from engine.model.market import Timeframe
from engine.model.messages import CandleClosed, FundingSettled, Timer
from engine.model.orders import ApprovedOrder
from engine.pictures import snapshot
from engine.plan import Costs, StrategyPlan
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from strategies.base import build
from strategies.funding_arb import Params
from tests.desk import WIDE, Desk
from tests.scripted import START

SPOT, PERP = "BTC/USDT", "BTC/USDT:USDT"
RULES = [Instrument(symbol, "BTC", "USDT", D("0.01"), step) for symbol, step in ((SPOT, D("0.01")), (PERP, D("0.1")))]
HOURS = 3_600_000


def desk(
    params: Params | None = None,
    venue: bool = True,
    rate: str = "0.00018",
    limits: dict[str, str] | None = None,
    spot_fee: str | None = None,
) -> Desk:
    """Three fundings of a rate, the last one two hours ago."""
    plan = StrategyPlan("arb", build("funding_arb"), params or Params(), "1m", (SPOT, PERP))
    costs = Costs(D("0.0004"), spot_fee=None if spot_fee is None else D(spot_fee))
    made = Desk(instruments=RULES, costs=costs, strategies=[plan], settings=WIDE | (limits or {}), venue=venue)
    made.symbol = SPOT
    for ago in (10, 6, 2):
        made.feed(FundingSettled(START - ago * HOURS, PERP, D(rate), D(100)))
    return made


def minute(made: Desk, spot: float = 100.0, perp: float = 100.0) -> None:
    made.bar(spot, open=spot, symbol=SPOT)
    made.bar(perp, open=perp, symbol=PERP)
    made.feed(Timer(made.now + 1000, "minute"))


def legs(made: Desk) -> list[tuple[str, D]]:
    return [(symbol, holding.qty) for symbol, holding in sorted(made.core.state.holdings.items())]


def said(made: Desk) -> str:
    return made.core.state.strategies["arb"].last_signal


def test_it_buys_spot_and_sells_as_much_of_the_perpetual() -> None:
    """A quarter of 10,000 at 100 is 25 of each. Nothing rests: a stop of one leg would leave the other bare."""
    made = desk()
    minute(made)
    assert [(order.symbol, order.side, order.qty, order.stop) for order in made.submitted] == [
        (SPOT, "buy", D(25), None),
        (PERP, "sell", D(25), None),
    ]
    minute(made)
    assert legs(made) == [(SPOT, D(25)), (PERP, D(-25))]
    assert made.core.state.orders == {}


def test_the_fees_of_the_legs_may_differ() -> None:
    """180 fundings of 0.00018 are 0.0324; less 2 (0.0004 + 0.0004) they are 37.47 % a year.

    With one leg at 0.0008 they are 0.03, which is 36.5 %.
    """
    made = desk(Params(min_apr=0.37))
    minute(made)
    assert len(made.submitted) == 2
    for dearer in (Params(min_apr=0.37, spot_fee=0.0008), Params(min_apr=0.37, perp_fee=0.0008)):
        made = desk(dearer)
        minute(made)
        assert (made.submitted, said(made).rpartition(": ")[2]) == ([], "apr_too_low")
    made = desk(Params(min_apr=0.365, spot_fee=0.0008))
    minute(made)
    assert len(made.submitted) == 2


def test_it_reckons_with_the_fees_that_each_leg_is_charged() -> None:
    """36.5 % a year with spot at 0.0008, as above; 25 * 100 * (0.0008 + 0.0004) = 3 in, and 3 out again."""
    made = desk(Params(min_apr=0.37), spot_fee="0.0008")
    minute(made)
    assert (made.submitted, said(made).rpartition(": ")[2]) == ([], "apr_too_low")
    made = desk(Params(min_apr=0.365), spot_fee="0.0008")
    minute(made)
    # What a part of the grant reserves: 2500 at the distance of 1.5 %, and both fees of its own market.
    reserved = [order.reserved_risk for order in made.submitted]
    assert reserved == [
        25 * (D("1.5") + D("0.0008") * (100 + D("98.5"))),
        25 * (D("1.5") + D("0.0004") * (100 + D("101.5"))),
    ]
    minute(made)
    assert made.equity == 9997
    made.command(Close(SPOT))
    minute(made)
    minute(made)
    assert (legs(made), made.equity) == ([], D(9994))


def test_it_earns_the_funding_and_leaves_when_two_in_a_row_pay_nothing() -> None:
    """Two fundings: 25 * 100 * (0.00018 - 0.00001 - 0.00001) = 0.40 to the short; fees 4 * 25 * 100 * 0.0004 = 4."""
    made = desk()
    minute(made)
    minute(made)
    at = made.now
    made.feed(FundingSettled(at + 1, PERP, D("0.00018"), D(100)), FundingSettled(at + 2, PERP, D("-0.00001"), D(100)))
    assert len(legs(made)) == 2
    made.feed(FundingSettled(at + 3, PERP, D("-0.00001"), D(100)))
    minute(made)
    assert legs(made) == []
    assert made.equity == D(10000) + D("0.40") - 4
    assert {trade[3] for trade in made.trades} == {"funding_over"}


def test_a_price_that_moves_both_legs_changes_nothing() -> None:
    made = desk()
    minute(made)
    for price in (100.0, 90.0, 115.0):
        minute(made, price, price)
    assert legs(made) == [(SPOT, D(25)), (PERP, D(-25))]
    assert made.equity == D(10000) - 2


def test_both_legs_are_closed_when_the_basis_reaches_its_limit() -> None:
    made = desk()
    minute(made)
    minute(made)
    minute(made, 100.0, 101.49)
    assert len(legs(made)) == 2
    minute(made, 100.0, 101.5)
    minute(made, 100.0, 101.5)
    assert legs(made) == []
    assert [trade[3] for trade in made.trades] == ["basis", "basis"]


def test_a_leg_that_is_not_filled_within_five_seconds_closes_the_other() -> None:
    made = desk(venue=False)
    minute(made)
    spot, perp = made.submitted
    made.feed(made.filled(spot, "25"))
    made.feed(Timer(made.now + 4_900, "minute"))
    assert made.order("entry").id == perp.id
    made.feed(Timer(made.now + 5_001, "minute"))
    assert (made.order("exit").symbol, made.order("exit").qty) == (SPOT, D(25))
    assert perp.id in made.canceled


def test_a_leg_that_a_person_closes_takes_the_other_with_it() -> None:
    made = desk()
    minute(made)
    minute(made)
    made.command(Close(SPOT))
    minute(made)
    minute(made)
    assert legs(made) == []
    assert sorted(trade[3] for trade in made.trades) == ["close", "leg_lost"]
    for _ in range(13):
        minute(made)
    assert legs(made) == []
    minute(made)
    minute(made)
    assert len(legs(made)) == 2


@pytest.mark.parametrize(
    ("setting", "code"),
    [({"MAX_POSITIONS": "1"}, "max_positions"), ({"MAX_LEVERAGE": "1"}, "insufficient_margin")],
)
def test_where_one_leg_is_refused_the_other_is_not_opened(setting: dict[str, str], code: str) -> None:
    made = desk(Params(share=0.5), limits=setting)
    for _ in range(3):
        minute(made)
    assert made.denied == [code]
    assert legs(made) == []
    assert made.trades == []
    assert (made.core.state.grants, made.core.state.orders) == ({}, {})


@pytest.mark.parametrize(
    ("rate", "perp", "reason"),
    [
        ("0", 100.0, "rate_not_positive"),
        ("0.00005", 100.0, "apr_too_low"),
        ("0.00018", 100.6, "basis_too_wide"),
    ],
)
def test_it_says_why_it_does_not_open(rate: str, perp: float, reason: str) -> None:
    made = desk(rate=rate)
    minute(made, 100.0, perp)
    assert made.submitted == list[ApprovedOrder]()
    assert said(made) == f"Neutral {SPOT}, {PERP}: {reason}"


def test_without_fundings_or_without_both_markets_it_abstains() -> None:
    strategy = build("funding_arb")
    alone = Desk(instruments=RULES[:1], strategies=[StrategyPlan("arb", strategy, Params(), "1m", (SPOT,))])
    assert said(alone) == f"Neutral {SPOT}: needs_spot_and_perpetual"
    both = Desk(instruments=RULES, strategies=[StrategyPlan("arb", strategy, Params(), "1m", (SPOT, PERP))])
    both.symbol = SPOT
    minute(both)
    assert said(both) == f"Neutral {SPOT}, {PERP}: needs_funding"


def test_an_old_price_of_one_leg_opens_nothing() -> None:
    made = desk()
    for number in range(3):
        at = START + 60_000 * (number + 1)
        made.feed(CandleClosed(at, PERP, "1m", at - 60_000, 100.0, 100.0, 100.0, 100.0, 1.0))
    assert made.submitted == []


def test_a_desk_restored_after_any_event_goes_on_with_the_pair() -> None:
    """Opened, paid, and closed because the basis widens; cut after each of the events in turn."""
    whole = desk()
    for perp in (100.0, 100.0, 100.2):
        minute(whole, perp=perp)
    whole.feed(FundingSettled(whole.now + 1, PERP, D("0.0002"), D(100)))
    for perp in (101.5, 101.4, 101.4):
        minute(whole, perp=perp)
    outside = [event for event, _ in whole.turns if isinstance(event, CandleClosed | FundingSettled | Timer)]
    for cut in range(len(outside)):
        first = desk()
        first.feed(*outside[3:cut])
        image = snapshot.decode(snapshot.take(first.core, first.broker, None))
        again = desk()
        bases: dict[str, Timeframe] = {SPOT: "1m", PERP: "1m"}
        again.core = Core(again.plan, again.instruments, bases, WindowEvaluator(again.plan.strategies), image.state)
        snapshot.place(image, again.core)
        again.broker = SimBroker(again.instruments, again.plan.costs, again.plan.limits.max_leverage, image.sim)
        again.driver = Driver(again.core, again.broker, again._note)
        again.feed(*outside[max(cut, 3) :])
        assert again.core.state == whole.core.state
