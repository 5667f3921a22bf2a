"""Scalping on the whole desk: the printed example (strategies.md 11) enters, and the minute ends it."""

from decimal import Decimal as D

import pytest

from engine.model.commands import Pause
from engine.model.instrument import Instrument
from engine.model.inverse import Inverse
from engine.model.messages import Quote
from engine.plan import Costs, StrategyPlan
from strategies.base import build
from strategies.microprice import Params
from tests.desk import WIDE, Desk
from tests.scripted import START

ETH = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"))
BOOKS = (0.5, 0.42, 0.61, 0.48)
FLOW = 18 / 42


def desk(fee: str = "0.0004", params: Params | None = None) -> Desk:
    plan = StrategyPlan("scalping", build("scalping"), params or Params(), "1m", ("BTC",))
    return Desk(instruments=[ETH], costs=Costs(D(fee)), strategies=[plan], settings=WIDE)


def quote(second: float, bid: float = 2480.1, ask: float = 2480.3, obi: float = 0.0, flow: float | None = 0.0) -> Quote:
    return Quote(START + int(1000 * second), "BTC", bid, ask, 1.0 + obi, 1.0 - obi, flow)


def printed(made: Desk, flow: float | None = FLOW) -> None:
    """Five books a second apart, the last one 4 against 1.5."""
    for second, obi in enumerate(BOOKS):
        made.feed(quote(second, obi=obi))
    made.feed(Quote(START + 4000, "BTC", 2480.1, 2480.3, 4.0, 1.5, flow))


def test_the_printed_example_enters_at_the_ask_with_its_bracket() -> None:
    """Risk 2 % of 10,000 is more than one times the equity: 10,000/2480.3 = 4.031 on the step."""
    made = desk()
    printed(made)
    entry = made.order("entry")
    assert (entry.side, entry.type, entry.qty) == ("buy", "market", D("4.031"))
    assert (entry.stop, entry.target) == (D("2478.4"), D("2483.2"))
    made.feed(quote(5))
    assert made.qty == D("4.031")


def test_the_target_fills_on_a_quote() -> None:
    """4.031 (2483.2 - 2480.3) - 0.0004 * 4.031 (2480.3 + 2483.2) = 11.6899 - 8.003... = 3.6865246."""
    made = desk()
    printed(made)
    made.feed(quote(5), quote(6, 2483.2, 2483.4))
    assert made.trades == [("2480.3", "2483.2", "4.031", "target")]
    assert made.equity == D(10000) + D("4.031") * (D("2.9") - D("0.0004") * D("4963.5"))


def test_after_a_minute_it_leaves() -> None:
    made = desk()
    printed(made)
    made.feed(quote(5), *[quote(second) for second in (30, 64.9)])
    assert made.qty > 0
    made.feed(quote(65), quote(65.2))
    assert made.trades == [("2480.3", "2480.1", "4.031", "time_stop")]


def test_the_mirrored_book_goes_short_at_the_bid() -> None:
    made = desk()
    for second, obi in enumerate(BOOKS):
        made.feed(quote(second, obi=-obi))
    made.feed(Quote(START + 4000, "BTC", 2480.1, 2480.3, 1.5, 4.0, -FLOW))
    # 2480.1 * 1.0008 = 2482.084 and 2480.1 * 0.9988 = 2477.124, both towards the entry.
    assert (made.order("entry").side, made.order("entry").stop, made.order("entry").target) == (
        "sell",
        D("2482.0"),
        D("2477.2"),
    )


@pytest.mark.parametrize(
    ("fee", "flow", "reason"),
    [("0.0006", FLOW, "edge_below_cost"), ("0.0004", None, "incomplete_flow"), ("0.0004", 0.1, "weak_flow")],
)
def test_it_says_why_it_does_not_enter(fee: str, flow: float | None, reason: str) -> None:
    made = desk(fee)
    printed(made, flow)
    assert made.submitted == []
    assert made.core.state.strategies["scalping"].last_signal == f"Neutral BTC: {reason}"


def test_without_quotes_it_abstains() -> None:
    made = desk()
    made.walk(2480.0, 2480.0)
    assert made.core.state.strategies["scalping"].last_signal == "Neutral BTC: needs_quotes"


def test_quotes_nearer_than_a_tenth_of_a_second_are_one_sample() -> None:
    made = desk()
    made.feed(*[quote(0.05 * k, obi=0.6, flow=1.0) for k in range(8)])
    assert made.submitted == []
    assert made.core.state.strategies["scalping"].last_signal == "Neutral BTC: warming_up"


def test_paused_it_does_not_enter() -> None:
    made = desk()
    made.command(Pause(), START - 1)
    printed(made)
    assert made.submitted == []
    assert made.denied == []


def test_of_coin_settled_contracts_it_takes_whole_ones_and_earns_coin() -> None:
    """One times the 10 coin are 10 * 2480.3 / 10 = 2480 contracts; won are 24800 (1/2480.3 - 1/2483.2) coin."""
    coin = Instrument("BTC", "BTC", "USD", D("0.1"), D(1), D(1), inverse=Inverse(D(10)))
    plan = StrategyPlan("scalping", build("scalping"), Params(), "1m", ("BTC",))
    made = Desk(instruments=[coin], costs=Costs(D("0.0004")), strategies=[plan], settings=WIDE, cash="10")
    printed(made)
    made.feed(quote(5), quote(6, 2483.2, 2483.4))
    assert made.trades == [("2480.3", "2483.2", "2480", "target")]
    bought, sold = 24_800 / D("2480.3"), 24_800 / D("2483.2")
    assert abs(made.equity - (10 + bought - sold - D("0.0004") * (bought + sold))) < D("1e-15")
