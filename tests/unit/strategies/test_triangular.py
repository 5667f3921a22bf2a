"""The triangle of the printed example (strategies.md 12.3), seen by a desk that cannot trade it."""

from decimal import Decimal as D

import pytest

from engine.model.instrument import Instrument
from engine.model.messages import Quote
from engine.plan import Costs, StrategyPlan
from strategies.base import build
from strategies.triangular import Params, strategy
from tests.desk import WIDE, Desk
from tests.scripted import START

STEPS = {"ETH/USDT": "0.0001", "SOL/ETH": "0.01", "SOL/USDT": "0.001"}
RULES = [Instrument(symbol, symbol, "USDT", step=D(step)) for symbol, step in STEPS.items()]


def desk() -> Desk:
    """A fee of 0.00075, and 600 of 2400 sent round."""
    plan = StrategyPlan("triangular", build("triangular"), Params(), "1m", tuple(STEPS))
    return Desk(instruments=RULES, costs=Costs(D("0.00075")), strategies=[plan], settings=WIDE, cash="2400")


def books(made: Desk, bid: float = 149.95, first_at: int = 0) -> str:
    made.feed(
        Quote(START + first_at, "ETH/USDT", 2481.0, 2481.2, 9.0, 9.0),
        Quote(START + 500, "SOL/ETH", 0.06014, 0.06015, 99.0, 99.0),
        Quote(START + 600, "SOL/USDT", bid, bid + 0.01, 99.0, 99.0),
    )
    return made.core.state.strategies["triangular"].last_signal.partition(": ")[2]


@pytest.mark.parametrize(
    ("bid", "first_at", "reason"),
    [
        (149.95, 200, "edge_too_small"),  # 4.9173 bps
        (149.10, 200, "not_executable"),
        (150.10, 200, "needs_two_currencies"),
        (150.10, 100, "stale_book"),
    ],
)
def test_it_says_what_the_books_offer_and_orders_nothing(bid: float, first_at: int, reason: str) -> None:
    made = desk()
    assert books(made, bid, first_at=first_at) == reason
    assert made.submitted == []


def test_without_quotes_or_without_a_triangle_it_abstains() -> None:
    made = desk()
    made.symbol = "ETH/USDT"
    made.walk(2481.0)
    assert made.core.state.strategies["triangular"].last_signal.endswith(": needs_quotes")
    plan = StrategyPlan("triangular", build("triangular"), Params(), "1m", ("ETH/USDT",))
    assert Desk(instruments=RULES[:1], strategies=[plan]).core.state.strategies["triangular"].last_signal == (
        "Neutral ETH/USDT: needs_three_markets"
    )


def test_triangles_share_no_market() -> None:
    names = [*STEPS, "BTC/USDT", "ETH/BTC", "SOL/BTC", "ETH/USDT:USDT", "ETHBTC"]
    found = strategy.groups({name: Instrument(name, "X", "Y") for name in names})
    assert found == [("BTC/USDT", "ETH/BTC", "ETH/USDT")]
    assert strategy.groups({name: Instrument(name, "X", "Y") for name in STEPS}) == [tuple(STEPS)]
