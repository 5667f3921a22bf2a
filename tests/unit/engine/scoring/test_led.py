"""A trade of an ensemble is its leader's: exits, time stop and target of the member whose entry it took."""

from collections.abc import Mapping
from decimal import Decimal as D
from typing import Any

import msgspec
import numpy as np

from engine.model.facts import Signal
from engine.model.instrument import Instrument
from engine.model.market import BarsByTimeframe, Exits, Led, Scores
from engine.plan import StrategyPlan
from tests.desk import Desk, Say, Scripted, long
from tests.scripted import START

NAMES = ("early", "late")


class Choir(Scripted):
    """Two members; each bar has its leader, and the members that leave longs there."""

    def __init__(
        self, table: Mapping[int, Say], leaders: Mapping[int, str], leaves: Mapping[int, str], **exits: Exits
    ) -> None:
        super().__init__(table, Exits(led=exits))
        self.leaders, self.leaves = leaders, leaves

    def evaluate(self, bars: BarsByTimeframe, params: Any) -> Scores:
        out = super().evaluate(bars, params)
        rows = [(int(ts) - START) // 60_000 for ts in next(iter(bars.values())).ts]
        leader = np.array([NAMES.index(self.leaders[row]) if row in self.leaders else -1 for row in rows])
        long_ = np.array([[self.leaves.get(row) == name for row in rows] for name in NAMES])
        multiples = np.where(leader == 1, 2.0, np.nan)
        led = Led(NAMES, leader, multiples, long_, np.zeros(long_.shape, bool))
        return msgspec.structs.replace(out, exit_long=long_.any(axis=0), led=led)


def choir(leaders: Mapping[int, str], leaves: Mapping[int, str], **exits: Exits) -> Desk:
    table = {bar: long(90, 150) for bar in leaders}
    rules = {name: exits.get(name, Exits()) for name in NAMES}
    tick = Instrument("BTC", "BTC", "USDT", tick=D("0.1"))
    plan = StrategyPlan("choir", Choir(table, leaders, leaves, **rules), None, "1m", ("BTC",))
    return Desk({"BTC": {}}, strategies=[plan], instruments=[tick])


def test_a_trade_leaves_with_the_member_that_led_it_whoever_signals_later() -> None:
    desk = choir({0: "early", 2: "late"}, {3: "late", 5: "early"})
    desk.walk(*[100] * 8)
    assert desk.order("exit").at == START + 6 * 60_000
    assert desk.order("entry", 0).lead == "early"
    assert [signal.lead for signal in desk.told(Signal)] == ["early", "late"]


def test_it_has_the_time_stop_of_its_leader() -> None:
    rules = {"early": Exits(time_stop=4), "late": Exits(time_stop=2)}
    for name, bars in (("early", 4), ("late", 2)):
        desk = choir({0: name}, {}, **rules)
        desk.walk(*[100] * 8)
        assert desk.order("exit").reason == "time_stop"
        assert desk.order("exit").at == START + (1 + bars) * 60_000


def test_its_trailing_stop_is_the_leaders_too() -> None:
    desk = choir({0: "early"}, {}, late=Exits(trail_percent=0.01))
    desk.walk(100, 100, 120)
    assert desk.core.state.holdings["BTC"].stop == 90
    other = choir({0: "late"}, {}, late=Exits(trail_percent=0.01))
    other.walk(100, 100, 110)
    assert other.core.state.holdings["BTC"].stop == D("108.9")


def test_its_target_is_a_price_or_a_multiple_as_the_leader_has_it() -> None:
    for name, target in (("early", 150), ("late", 120)):
        desk = choir({0: name}, {})
        desk.bar(100)
        assert desk.order("entry").target == target
