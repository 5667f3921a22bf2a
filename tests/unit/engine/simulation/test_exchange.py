"""The simulated venue where one position pays for another."""

from decimal import Decimal as D

from engine.model.messages import CandleClosed, OrderExpired, OrderFact, OrderFilled, Quote
from engine.model.orders import ApprovedOrder, Side
from engine.plan import Costs
from engine.simbroker import SimBroker
from tests.rounds import CROSS, ETH, RULES, SOL
from tests.scripted import START


def venue(**held: str) -> SimBroker:
    """It owes nobody a fee; what is held was bought at 2500 and 150."""
    made = SimBroker({one.symbol: one for one in RULES}, Costs(fee=D(0), slippage_bps=D(10)), D(5), acknowledges=False)
    for symbol, name, price in ((ETH, "eth", 2500.0), (SOL, "sol", 150.0)):
        if name in held:
            made.submit(order(symbol, "buy", held[name], "entry"), START)
            list(made.react(Quote(START, symbol, price / 1.001, price / 1.001, 9.0, 9.0)))
    return made


def order(symbol: str, side: Side, qty: str, leg: str = "cross") -> ApprovedOrder:
    reduces = leg != "entry"
    return ApprovedOrder("o", START, symbol, side, leg, "market", D(qty), reduces, "x", "1", "")  # type: ignore[arg-type]


def swapped(made: SimBroker, asked: ApprovedOrder, shown: float = 99.0) -> list[OrderFact]:
    made.submit(asked, START)
    facts: list[OrderFact] = list(made.react(Quote(START + 1, CROSS, 0.06, 0.06, shown, shown)))
    assert asked.id not in made.state.orders.get(CROSS, {})
    return facts


def filled(facts: list[OrderFact]) -> D:
    first, *rest = facts
    assert [type(fact) for fact in rest] in ([], [OrderExpired])
    return first.qty if isinstance(first, OrderFilled) else D(0)


def held(made: SimBroker) -> dict[str, D]:
    return {symbol: position.qty for symbol, position in made.state.positions.items()}


def test_what_can_be_paid_for_at_the_slipped_price_is_filled_and_the_rest_expires() -> None:
    """0.6 ETH at 0.06 and 0.1 % pay for 9.99 SOL, of which they leave 0.0000006."""
    made = venue(eth="0.6")
    facts = swapped(made, order(CROSS, "buy", "10"))
    assert filled(facts) == D("9.99")
    assert isinstance(facts[1], OrderExpired)
    assert held(made) == {SOL: D("9.99")}
    assert round(made.state.positions[SOL].avg, 6) == D("150.15")
    assert filled(swapped(venue(), order(CROSS, "buy", "10"))) == 0
    assert filled(swapped(venue(eth="0.6"), order(CROSS, "buy", "9.99"))) == D("9.99")


def test_no_more_is_filled_than_the_book_shows_on_the_side_that_is_taken() -> None:
    made = venue(sol="9.999")
    made.submit(order(CROSS, "sell", "9.99"), START)
    facts = list(made.react(Quote(START + 1, CROSS, 0.06, 0.0601, 2.005, 99.0)))
    assert filled(facts) == D("2.00")
    assert held(made) == {SOL: D("7.999"), ETH: 2 * D("0.05994")}
    assert filled(swapped(made, order(CROSS, "sell", "7.99"), shown=0.0)) == 0


def test_dust_is_forgotten() -> None:
    made = venue(sol="9.999")
    assert filled(swapped(made, order(CROSS, "sell", "9.99"))) == D("9.99")
    assert held(made) == {ETH: D("9.99") * D("0.05994")}
    made.submit(order(ETH, "sell", "0.5988", "exit"), START)
    list(made.react(Quote(START + 2, ETH, 2500.0, 2500.0, 9.0, 9.0)))
    assert held(made) == {}, "0.0000006 ETH were left"


def test_a_candle_does_not_say_how_much_there_was() -> None:
    made = venue(eth="0.6")
    made.submit(order(CROSS, "buy", "5"), START)
    facts = list(made.react(CandleClosed(START + 60_000, CROSS, "1m", START, 0.06, 0.06, 0.06, 0.06, 9.0)))
    assert [type(fact) for fact in facts] == [OrderExpired]
    assert held(made) == {ETH: D("0.6")}
