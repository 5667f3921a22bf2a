"""Random markets through a grid: never more than was granted, every fill answered, and the money adds up."""

from decimal import Decimal as D
from fractions import Fraction

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.model.commands import Close, CloseAll, Pause, Resume, StrategySwitch
from engine.model.instrument import Instrument
from engine.model.messages import CandleClosed, Command, Event, Timer
from engine.plan import Costs, StrategyPlan
from engine.risk.grant import committed
from strategies.base import build
from strategies.grid import Params
from strategies.ladder import Ladder, Sides
from tests.desk import WIDE, Desk
from tests.scripted import START

RULES = Instrument("BTC", "BTC", "USDT", D("0.1"), D("0.001"))
COSTS = [Costs(D(0)), Costs(D("0.0004"), spread_bps=D(3)), Costs(D("0.0002"), participation=D("0.1"))]


def desk(costs: Costs, sides: Sides = "both") -> Desk:
    params = Params(range=20, n=5, max_atr_pct=5.0, sides=sides)
    plan = StrategyPlan("grid", build("grid"), params, "1m", ("BTC",))
    return Desk(instruments=[RULES], costs=costs, strategies=[plan], settings=WIDE)


def market(seed: int, size: int) -> list[Event]:
    """A price that swings around 1500 and wanders off now and then, and people who interfere."""
    rng = np.random.default_rng(seed)
    drift = np.cumsum(rng.normal(0, 1.5, size)) * (rng.random() < 0.5)
    closes = np.round(1500 + 12 * np.sin(np.arange(size) / rng.uniform(2, 9)) + drift + rng.normal(0, 2, size), 1)
    events: list[Event] = []
    for i in range(1, size):
        at, first, close = START + 60_000 * i, float(closes[i - 1]), float(closes[i])
        high = round(max(first, close) + float(rng.random()) * 3, 1)
        low = round(min(first, close) - float(rng.random()) * 3, 1)
        events.append(CandleClosed(at, "BTC", "1m", at - 60_000, first, high, low, close, round(rng.random() * 40, 2)))
        events.append(Timer(at + 1000, "minute"))
        if rng.random() < 0.04:
            wishes = (Pause(), Close("BTC"), Close("BTC", 40), CloseAll(), StrategySwitch("grid", False))
            events.append(Command(at + 2000, 7, f"a{i}", wishes[int(rng.integers(len(wishes)))]))
            later = at + 2000 + 60_000 * int(rng.integers(3))
            events.append(Command(later, 7, f"b{i}", Resume()))
            events.append(Command(later, 7, f"c{i}", StrategySwitch("grid", True)))
    return sorted(events, key=lambda event: event.at)


@given(st.integers(0, 2**32 - 1), st.sampled_from(COSTS), st.sampled_from(["both", "long", "short"]))
@settings(max_examples=60)
def test_no_grid_holds_more_than_it_was_granted_and_every_fill_has_its_counter_order(
    seed: int, costs: Costs, sides: Sides
) -> None:
    made = desk(costs, sides)
    state = made.core.state
    for event in market(seed, 240):
        made.feed(event)
        grant, kept, holding = state.grants.get("BTC"), state.kept.get("grid BTC"), state.holdings.get("BTC")
        for side in ("buy", "sell"):
            assert committed(state, "BTC", side) <= (grant.most(side) if grant else 0)
        account = ledger.account(state)
        parts = (account.start, account.realised, -account.fees, account.funding, account.unrealised)
        assert sum(map(Fraction, parts)) == Fraction(account.equity)
        venue = made.broker.state.positions.get("BTC")
        assert (venue.qty if venue else 0) == (holding.qty if holding else 0)
        if kept is None or not kept.memory:
            assert holding is None
            continue
        ladder = msgspec.msgpack.decode(kept.memory, type=Ladder)
        if ladder.over or not isinstance(event, Timer):
            continue  # a buy that is cancelled when part of it is filled is answered at the next event of the market
        assert sum(ladder.held) == (holding.qty if holding else 0)
        live = [one for one in state.orders.values() if one.order.type == "limit"]
        assert min(ladder.held) >= 0 or max(ladder.held) <= 0
        for cell, held in enumerate(ladder.held):
            way, back = ("buy", "sell") if cell < ladder.middle else ("sell", "buy")
            low, high = ladder.levels[cell], ladder.levels[cell + 1]
            first, last = (low, high) if way == "buy" else (high, low)
            opening = any((one.order.leg, one.order.side, one.order.price) == ("entry", way, first) for one in live)
            offers = [one for one in live if (one.order.leg, one.order.side, one.order.price) == ("target", back, last)]
            assert opening or sum(one.order.qty - one.filled for one in offers) == abs(held)
        stop = state.orders.get(str(holding.stop_order)) if holding else None
        assert holding is None or (stop is not None and stop.order.qty >= abs(holding.qty))


def test_these_markets_make_grids_trade() -> None:
    trades = 0
    for seed in range(6):
        made = desk(COSTS[1])
        made.feed(*market(seed, 240))
        trades += len(made.trades)
    assert trades > 15
