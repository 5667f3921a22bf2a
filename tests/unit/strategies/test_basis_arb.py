"""Basis arbitrage on the whole desk: the printed pair (strategies.md 12.2), held to its expiry."""

from decimal import Decimal as D

import pytest

from engine.model.instrument import Instrument
from engine.model.market import DAY_MS
from engine.model.messages import CandleClosed
from engine.plan import Costs, StrategyPlan
from strategies.base import build
from strategies.basis_arb import Params, strategy
from tests.desk import WIDE, Desk
from tests.scripted import START

SPOT, FUTURE = "ETH/USDT", "ETH/USDT:USDT-240301"
"""From 2024-01-01 00:00 to 2024-03-01 08:00 there are 60 days and 8 hours."""
EXPIRY = START + 60 * DAY_MS + 8 * 3_600_000


def desk(future: str = FUTURE, params: Params | None = None) -> Desk:
    rules = [Instrument(symbol, "ETH", "USDT", D("0.01"), D("0.001")) for symbol in (SPOT, future)]
    plan = StrategyPlan("arb", build("basis_arb"), params or Params(), "1m", (SPOT, future))
    return Desk(instruments=rules, costs=Costs(D(0)), strategies=[plan], settings=WIDE)


def minute(made: Desk, at: int, spot: float = 2480.0, short: float = 2531.5, future: str = FUTURE) -> None:
    for symbol, price in ((SPOT, spot), (future, short)):
        made.feed(CandleClosed(at, symbol, "1m", at - 60_000, price, price, price, price, 1.0))


def test_the_printed_pair_is_opened_and_held_until_the_future_expires() -> None:
    """A quarter of 10,000 at 2480 is 1.008; the future comes down to spot: 1.008 (2531.5 - 2480) = 51.912."""
    made = desk()
    first = START + 8 * 3_600_000
    minute(made, first)
    assert [(order.symbol, order.side, order.qty) for order in made.submitted] == [
        (SPOT, "buy", D("1.008")),
        (FUTURE, "sell", D("1.008")),
    ]
    assert made.core.state.strategies["arb"].signals == 2
    minute(made, first + 60_000)
    minute(made, EXPIRY - 60_000, 2600.0, 2600.0)
    assert len(made.core.state.holdings) == 2
    minute(made, EXPIRY, 2600.0, 2600.0)
    minute(made, EXPIRY + 60_000, 2600.0, 2600.0)
    assert made.equity == D(10000) + D("51.912")
    assert [trade[3] for trade in made.trades] == ["expiry", "expiry"]


@pytest.mark.parametrize(
    ("future", "price", "reason"),
    [
        (FUTURE, 2500.0, "basis_too_small"),
        ("ETH/USDT:USDT-240105", 2531.5, "expires_too_soon"),
        ("ETH/USDT:USDT-241227", 2900.0, "expires_too_late"),
        ("ETH/USDT:USDT-231229", 2531.5, "expired"),
    ],
)
def test_it_says_why_it_does_not_open(future: str, price: float, reason: str) -> None:
    made = desk(future)
    minute(made, START + 60_000, 2480.0, price, future)
    assert made.submitted == []
    assert made.core.state.strategies["arb"].last_signal == f"Neutral {SPOT}, {future}: {reason}"


def test_the_first_future_to_expire_is_paired_with_its_own_spot_market() -> None:
    names = ("ETH/USDT:USDT-240628", FUTURE, SPOT, "BTC/USDT", "BTC/USDT:USDT", "SOL/USDT:USDT-240301", "ETHUSDT")
    assert list(strategy.groups({name: Instrument(name, "X", "USDT") for name in names})) == [(SPOT, FUTURE)]
    assert not strategy.groups({name: Instrument(name, "X", "USDT") for name in names[3:]})


def test_days_that_contradict_one_another_are_refused() -> None:
    assert strategy.check(Params(min_days=9, max_days=8)) is not None
