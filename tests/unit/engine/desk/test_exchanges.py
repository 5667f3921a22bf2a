"""Fills of a desk on which one position may pay for another, reported by hand; and who may trade there."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.shelf import resolve
from engine.model.commands import CloseAll, StrategyAdd
from engine.model.errors import BadInput
from engine.model.facts import CommandDone, TradeChanged, TradeClosed, TradeOpened, Trouble
from engine.model.member import Member
from engine.model.messages import OrderFilled
from engine.model.orders import Side
from engine.plan import StrategyPlan
from tests.desk import Desk, Scripted
from tests.rounds import CROSS, ETH, PLAN, RULES, SOL, STEPS, triangle
from tests.scripted import START


def fill(number: int, symbol: str, side: Side, qty: D, price: D, fee: D = D(0)) -> OrderFilled:
    """Of an order that nobody here made: its books are kept all the same."""
    return OrderFilled(START + number, f"o{number}", f"t{number}", symbol, side, qty, price, fee)


def held(desk: Desk) -> dict[str, D]:
    return {symbol: holding.qty for symbol, holding in desk.core.state.holdings.items()}


def bought() -> Desk:
    """0.6 ETH at 2500."""
    desk = triangle(venue=False)
    desk.feed(fill(1, ETH, "buy", D("0.6"), D(2500)))
    return desk


def test_an_exchange_in_parts_is_a_round_and_a_rest_of_its_own() -> None:
    """5 SOL for 0.3 ETH, and again: what paid is a trade without a result."""
    desk = bought()
    desk.feed(fill(2, CROSS, "buy", D(5), D("0.06")))
    assert held(desk) == {ETH: D("0.3"), SOL: D(5)}
    first, rest = (desk.core.state.holdings[symbol] for symbol in (SOL, ETH))
    assert (first.trade, first.avg, rest.trade, rest.avg) == ("Xt1", D(150), "Xt2", D(2500))
    assert [fact.position.symbol for fact in desk.told(TradeOpened)] == [ETH, ETH]
    desk.feed(fill(3, CROSS, "buy", D(2), D("0.06")))
    assert held(desk) == {ETH: D("0.18"), SOL: D(7)}
    desk.feed(fill(4, CROSS, "buy", D(3), D("0.06")))
    assert held(desk) == {SOL: D(10)}
    (ended,) = (fact.trade for fact in desk.told(TradeClosed))
    assert (ended.symbol, ended.trade, ended.pnl, ended.exit_price) == (ETH, "Xt2", D(0), D(2500))
    assert desk.equity == 2400
    assert [fact.what for fact in desk.told(TradeChanged)] == ["now 5 SOL", "now 7 SOL", "size", "now 10 SOL"]


def test_a_fill_that_took_more_than_is_held_is_told_and_enters_at_the_mark() -> None:
    """0.12 ETH at 2600 make 2 SOL at 156 each; 300 of 0.12 held at 2500 and 312 make 4 at 153."""
    for before, price in ((D(0), D(156)), (D("0.12"), D(153))):
        desk = triangle(venue=False)
        if before:
            desk.feed(fill(1, ETH, "buy", before, D(2500)))
        desk.core.state.marks[ETH] = 2600.0
        desk.feed(fill(2, CROSS, "buy", (before + D("0.12")) / D("0.06"), D("0.06")))
        assert held(desk) == {SOL: (before + D("0.12")) / D("0.06")}
        assert desk.core.state.holdings[SOL].avg == price
        assert [fact.code for fact in desk.told(Trouble)][-1] == "excess_fill"


def test_what_arrives_while_everything_is_being_closed_is_sold_too() -> None:
    desk = bought()
    desk.command(CloseAll(), START + 1)
    desk.feed(fill(2, CROSS, "buy", D(10), D("0.06")))
    assert [(order.symbol, order.qty) for order in desk.submitted] == [(ETH, D("0.6")), (SOL, D(10))]
    assert desk.canceled == [desk.submitted[0].id]


STEPS_OF = {symbol: D(step) for symbol, step in STEPS.items()}
DEALS = st.tuples(
    st.sampled_from(tuple(STEPS)),
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 40),
    st.integers(90, 110),
)
FAIR = {ETH: D(2500), CROSS: D("0.06"), SOL: D(150)}


@given(st.lists(DEALS, max_size=12), st.integers(90, 110), st.integers(90, 110))
def test_equity_is_the_cash_of_the_wallet_and_what_is_held_at_its_mark(
    deals: list[tuple[str, Side, int, int]], eth: int, sol: int
) -> None:
    """A wallet is kept beside: nothing is gained by an exchange, and what is not held any more is less than a step."""
    desk, wallet, rate = triangle(venue=False), {"USDT": D(2400), "ETH": D(0), "SOL": D(0)}, D("0.001")
    for number, (symbol, side, steps, percent) in enumerate(deals):
        base, quote = symbol.split("/")
        price = FAIR[symbol] * percent / 100
        qty = STEPS_OF[symbol] * steps * (1 if symbol == CROSS else 100)
        paid = qty * price if side == "buy" else qty
        spends = quote if side == "buy" else base
        if spends != "USDT" and paid > held(desk).get(f"{spends}/USDT", D(0)):
            continue
        got = (qty if side == "buy" else qty * price) * (1 - rate)
        wallet[spends] -= paid
        wallet[base if side == "buy" else quote] += got
        desk.feed(fill(number, symbol, side, qty, price, qty * price * rate))
        for name, home in (("ETH", ETH), ("SOL", SOL)):
            dust = wallet[name] - held(desk).get(home, D(0))
            assert 0 <= dust <= STEPS_OF[CROSS]
            wallet[name] -= dust
    marks = {ETH: 25.0 * eth, SOL: 1.5 * sol}
    desk.core.state.marks.update(marks)
    worth = wallet["USDT"] + sum(qty * D(repr(marks[symbol])) for symbol, qty in held(desk).items())
    assert abs(desk.equity - worth) < D("1e-15")


def test_other_strategies_are_refused_where_one_position_pays_for_another() -> None:
    for symbol in STEPS:
        with pytest.raises(BadInput, match=f"^other cannot trade {symbol} on this desk: SOL/ETH is paid in what "):
            Desk(instruments=RULES, strategies=[PLAN, StrategyPlan("other", Scripted({}), None, "1m", (symbol,))])
    with pytest.raises(BadInput, match="needs the spot markets of ETH and SOL"):
        Desk(instruments=RULES[:2], strategies=[StrategyPlan("other", Scripted({}), None, "1m", (ETH,))])
    Desk(instruments=RULES, strategies=[PLAN, StrategyPlan("other", Scripted({}), None, "1m", ("BTC",))])


def test_a_strategy_that_a_person_starts_there_is_refused() -> None:
    desk = Desk(instruments=RULES, strategies=[PLAN], resolver=resolve)
    desk.command(StrategyAdd(Member("razor", "razor", "5m", (ETH,), {})), START)
    (done,) = desk.told(CommandDone)
    assert not done.ok
    assert done.text.startswith("razor cannot trade ETH/USDT on this desk")
