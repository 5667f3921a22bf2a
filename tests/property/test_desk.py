"""Random markets, strategies and costs through the whole desk: exact equity, same again, same after a restart."""

from decimal import Decimal as D
from fractions import Fraction
from typing import NamedTuple

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ledger
from engine.core import Core
from engine.model.commands import Close, CloseAll, Pause, Resume, SetRisk
from engine.model.market import Exits, Timeframe
from engine.model.messages import CandleClosed, Command, Event, FundingSettled, LinkDown, LinkUp, Quote, Timer
from engine.pictures import snapshot
from engine.plan import Costs
from engine.scoring.evaluate import WindowEvaluator
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from engine.simulation.venue import SimState
from engine.state import DeskState
from tests.desk import WIDE, Desk, Say
from tests.scripted import START

SYMBOLS = ("BTC", "ETH")
LINKS = ("feed", "storage", "feed gap")
BINDING = {
    "MAX_WEEKLY_LOSS_PERCENT": "2",
    "EMERGENCY_STOP_LOSS_PERCENT": "60",
    "CONSECUTIVE_LOSSES": "1",
    "LOSS_PAUSE_MIN": "7",
    "VOLATILITY_HALT_M": "1.5",
    "MAX_HEAT_PERCENT": "3",
    "MAX_STRESS_HEAT_PERCENT": "2.9",
    "BLIND_S": "90",
}
"""Limits of which the breakers and portfolio rules have something to say within two hours."""


class World(NamedTuple):
    """A desk to be and what happens to it."""

    says: dict[str, dict[int, Say]]
    costs: Costs
    exits: Exits
    settings: dict[str, str]
    events: list[Event]
    timeframe: Timeframe

    def desk(self) -> Desk:
        return Desk(self.says, costs=self.costs, exits=self.exits, settings=self.settings, timeframe=self.timeframe)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bars = draw(st.integers(20, 120))
    prices = {s: 100 + np.cumsum(np.round(rng.normal(0, 1.5, bars), 1)) for s in SYMBOLS}
    says: dict[str, dict[int, Say]] = {s: {} for s in SYMBOLS}
    events: list[Event] = []
    for i in range(bars):
        at = START + 60_000 * (i + 1)
        for s in SYMBOLS:
            close = round(float(max(prices[s][i], 5)), 1)
            first = round(float(max(prices[s][i - 1] if i else close, 5)) + float(rng.integers(-1, 2)), 1)
            if rng.random() < 0.25:
                side = 1 if rng.random() < 0.5 else -1
                stop, target = close * (1 - side * 0.03), close * (1 + side * rng.uniform(0.02, 0.08))
                turns = bool(rng.random() < 0.7)
                says[s][i] = Say(side * 60.0, stop, target, turns and side < 0, turns and side > 0)
            if rng.random() < 0.95:
                high = round(max(first, close) + float(rng.random()) * 2, 1)
                low = round(max(min(first, close) - float(rng.random()) * 2, 1), 1)
                volume = round(float(rng.random()) * 400, 2)
                events.append(CandleClosed(at, s, "1m", at - 60_000, first, high, low, close, volume))
                if rng.random() < 0.03:
                    events.append(events[-1])
            if rng.random() < 0.05:
                bid = round(close - 0.1, 1)
                events.append(Quote(at + 500, s, bid, close))
        events.append(Timer(at + 1000, "minute"))
        if rng.random() < 0.1:
            events.append(FundingSettled(at + 2000, SYMBOLS[i % 2], D(str(round(float(rng.normal(0, 0.001)), 6)))))
        if rng.random() < 0.05:
            link, moved = LINKS[int(rng.integers(3))], (LinkDown, LinkUp)[int(rng.integers(2))]
            events.append(moved(at + 2500, link))
        if rng.random() < 0.08:
            actions = (Close("BTC", 37), Close("ETH"), Pause(), CloseAll(), Resume(), SetRisk("MAX_POSITIONS", "1"))
            action = actions[int(rng.integers(len(actions)))]
            events.append(Command(at + 3000, 7, f"i{i}", action))
            events.append(Command(at + 30_000, 7, f"r{i}", Resume()))
    costs = draw(
        st.sampled_from(
            [
                Costs(D(0)),
                Costs(D("0.0005"), spread_bps=D(3), slippage_bps=D(1)),
                Costs(D("0.0004"), participation=D("0.1"), latency_ms=100),
            ]
        )
    )
    exits = draw(st.sampled_from([Exits(), Exits(time_stop=7), Exits(trail_percent=0.02, break_even_r=1.0)]))
    limits = draw(st.sampled_from([{}, {"MAX_DAILY_LOSS_PERCENT": "1", "EMERGENCY_STOP_LOSS_PERCENT": "2"}, BINDING]))
    timeframe: Timeframe = draw(st.sampled_from(("1m", "5m")))
    return World(says, costs, exits, WIDE | limits, events, timeframe)


@given(worlds())
@settings(max_examples=40)
def test_equity_is_exact_and_venue_and_desk_hold_the_same_after_every_event(world: World) -> None:
    desk = world.desk()
    for event in world.events:
        desk.feed(event)
        account, state = ledger.account(desk.core.state), desk.core.state
        parts = (account.start, account.realised, -account.fees, account.funding, account.unrealised)
        assert sum(map(Fraction, parts)) == Fraction(account.equity)
        assert {s: p.qty for s, p in desk.broker.state.positions.items()} == {
            s: h.qty for s, h in state.holdings.items()
        }
        resting = {r.order.id for orders in desk.broker.state.orders.values() for r in orders.values()}
        assert resting == state.orders.keys()


@given(worlds())
@settings(max_examples=40)
def test_every_open_position_is_covered_by_its_stop(world: World) -> None:
    desk = world.desk()
    for event in world.events:
        desk.feed(event)
        for symbol, holding in desk.core.state.holdings.items():
            stop = desk.core.state.orders[str(holding.stop_order)]
            assert stop.order.qty - stop.filled >= abs(holding.qty) - stop.filled
            assert (stop.order.leg, stop.order.symbol) == ("stop", symbol)


@given(worlds())
@settings(max_examples=20)
def test_the_same_events_give_the_same_bytes(world: World) -> None:
    one, two = world.desk(), world.desk()
    one.feed(*world.events)
    two.feed(*world.events)
    assert [msgspec.json.encode(turn) for turn in one.turns] == [msgspec.json.encode(turn) for turn in two.turns]


@given(worlds(), st.floats(0, 1))
@settings(max_examples=40)
def test_a_desk_restored_between_any_two_events_goes_on_as_if_nothing_had_been(world: World, where: float) -> None:
    cut = int(where * len(world.events))
    whole = world.desk()
    whole.feed(*world.events)
    first = world.desk()
    first.feed(*world.events[:cut])
    image = snapshot.decode(snapshot.take(first.core, first.broker, None))
    second = world.desk()
    second.core = Core(
        second.plan,
        second.instruments,
        dict.fromkeys(second.instruments, "1m"),
        WindowEvaluator(second.plan.strategies),
        image.state,
    )
    snapshot.place(image, second.core)
    second.broker = SimBroker(second.instruments, second.plan.costs, second.plan.limits.max_leverage, image.sim)
    second.driver = Driver(second.core, second.broker, second._note)
    second.feed(*world.events[cut:])
    assert first.turns + second.turns == whole.turns
    assert second.core.state == whole.core.state


@given(worlds())
@settings(max_examples=20)
def test_the_state_survives_being_written_as_text(world: World) -> None:
    desk = world.desk()
    desk.feed(*world.events)
    state, sim = desk.core.state, desk.broker.state
    assert msgspec.json.decode(msgspec.json.encode(state), type=DeskState) == state
    assert msgspec.json.decode(msgspec.json.encode(sim), type=SimState) == sim
