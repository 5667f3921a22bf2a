"""Strategies changed while they hold positions: what the old version still does, and what the new one takes over."""

from collections.abc import Mapping

import pytest

from engine import ledger
from engine.model.commands import (
    Action,
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
)
from engine.model.errors import BadInput
from engine.model.facts import CommandDone, StrategyChanged
from engine.model.market import Timeframe
from engine.model.member import HandOver, Member
from engine.model.messages import Event, Timer
from engine.pictures.pictures import position
from engine.ports import Params, Strategy
from engine.simulation.shadow import Shadows
from tests.desk import LEAVE, D, Desk, Say, Scripted, long, short

TABLES: dict[str, Mapping[int, Say]] = {
    "scripted": {1: long(stop=90), 8: LEAVE},
    "new": {4: LEAVE, 5: short(stop=120)},
    "late": {1: long(stop=90)},
    "quiet": {},
    "again": {1: long(stop=90), 3: LEAVE, 5: long(stop=90), 7: long(stop=90)},
    "down": {3: short(stop=112), 7: LEAVE},
}
NEVER: dict[str, str] = {}


def resolve(member: Member) -> tuple[Strategy, Params]:
    """Strategies by table; BadInput for a name without one."""
    if member.name not in TABLES:
        raise BadInput(f"There is no strategy {member.name}.")
    strategy = Scripted(TABLES[member.name])
    return strategy, strategy.params_type()


class Changing(Desk):
    """A desk whose strategies can be changed, with shadows."""

    def __init__(self, says: Mapping[int, Say]) -> None:
        super().__init__(says, resolver=resolve)
        self.shadows = Shadows(self.core)

    def feed(self, *events: Event) -> list[object]:  # type: ignore[override]
        before = len(self.effects)
        for event in events:
            self.shadows.prepare()
            super().feed(event)
            self.shadows.take(event)
        return list(self.effects[before:])

    def bars_to(self, number: int) -> None:
        """Flat bars at 100 until so many have closed."""
        while self.bars[self.symbol] < number:
            self.bar(100)

    def told_of(self, action: Action) -> CommandDone:
        """The answer to a command."""
        self.command(action)
        return self.told(CommandDone)[-1]


def member(name: str, key: str = "", timeframe: Timeframe = "1m") -> Member:
    return Member(key or name, name, timeframe, ("BTC",))


def holding(says: Mapping[int, Say] = TABLES["scripted"]) -> Changing:
    """A desk whose strategy `scripted` went long at the third bar's open."""
    desk = Changing(says)
    desk.bars_to(3)
    assert desk.qty > 0
    return desk


def swapped(hand_over: HandOver, key: str = "new") -> Changing:
    desk = holding()
    assert desk.told_of(StrategySwap("scripted", member("new", key), hand_over)).code == "swapped"
    return desk


def test_a_strategy_that_is_added_signals_from_its_next_closed_bar_on() -> None:
    desk = Changing({})
    desk.bars_to(1)
    assert desk.told_of(StrategyAdd(member("late"))).ok
    desk.bars_to(3)
    position = desk.position()
    assert position is not None
    assert position.strategy == "late"


def test_bars_gathered_before_a_strategy_came_are_its_bars() -> None:
    desk = Changing({})
    desk.bars_to(7)  # the second bar of 5 minutes is half gathered
    assert desk.told_of(StrategyAdd(member("late", timeframe="5m"))).ok
    desk.bars_to(11)  # and complete with the tenth minute, filled in the eleventh
    assert desk.qty > 0


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (StrategyAdd(member("late", "scripted")), "scripted is on the desk already."),
        (StrategyAdd(member("nobody")), "There is no strategy nobody."),
        (StrategyAdd(Member("x", "late", "1m", ("DOGE",))), "x trades DOGE; this desk's market has BTC."),
        (StrategyAdd(Member("x", "late", "1m", ())), "x trades no symbol; this desk's market has BTC."),
        (StrategyParams("ghost", NEVER), "'ghost' is not a strategy of this desk."),
        (StrategySwap("ghost", member("late")), "'ghost' is not a strategy of this desk."),
        (StrategyRemove("scripted", "adopt"), "Nobody is left to adopt"),
        (StrategyShadow("scripted", 5001, member("late")), "A shadow runs for 1 to 5000 bars, not 5001."),
        (StrategyShadow("scripted", 0), "scripted has no shadow."),
        (StrategyShadow("scripted", 5), "That is the version of scripted that runs already."),
        (StrategyPromote("scripted"), "scripted has no shadow to promote."),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence_and_changes_nothing(action: Action, sentence: str) -> None:
    desk = Changing({})
    desk.bars_to(1)
    before = desk.core.lineup.plans
    done = desk.told_of(action)
    assert (done.ok, done.code) == (False, "bad_input")
    assert done.text.startswith(sentence)
    assert desk.core.lineup.plans == before
    assert desk.told(StrategyChanged) == []


def test_a_desk_without_a_resolver_changes_nothing() -> None:
    desk = Desk({})
    desk.command(StrategyAdd(member("late")))
    desk.command(StrategyRemove("scripted"))
    assert [done.ok for done in desk.told(CommandDone)] == [False, False]


@pytest.mark.parametrize("key", ["new", "scripted"])
def test_keep_leaves_the_position_to_the_old_version_until_its_exit(key: str) -> None:
    desk = swapped("keep", key)
    desk.bars_to(6)  # the new version asks longs to leave at bar 4 and goes short at 5: not its position
    assert desk.qty > 0
    assert desk.denied == ["position_exists"]
    desk.bars_to(10)  # the old one leaves at 8
    assert [trade[3] for trade in desk.trades] == ["signal"]
    assert desk.core.state.strategies["scripted"].trades == 1
    assert (desk.core.state.retired, desk.core.lineup.ids) == ({}, [key])


@pytest.mark.parametrize(
    ("action", "version"),
    [
        (StrategySwap("scripted", member("new")), "scripted, which is off the desk"),
        (StrategySwap("scripted", member("new", "scripted")), "scripted on 1m"),
        (StrategyParams("scripted", {"COOLDOWN_BARS": "3"}), "no COOLDOWN_BARS"),
    ],
)
def test_a_position_says_which_version_keeps_it(action: Action, version: str) -> None:
    desk = holding()
    held = desk.position()
    assert held is not None
    assert position(held, desk.core, desk.equity).version == ""
    desk.told_of(action)
    view = position(held, desk.core, desk.equity)
    assert (view.strategy, view.version) == ("scripted~1", version)


def test_close_leaves_at_market_first_and_the_new_version_opens_afresh() -> None:
    desk = swapped("close")
    desk.bars_to(4)
    assert [trade[3] for trade in desk.trades] == ["swap"]
    desk.bars_to(7)
    position = desk.position()
    assert position is not None
    assert (position.qty < 0, position.strategy) == (True, "new")


def test_adopt_gives_the_position_with_its_stop_to_the_new_version() -> None:
    desk = swapped("adopt")
    position = desk.position()
    assert position is not None
    assert (position.strategy, position.stop) == ("new", D(90))
    assert not desk.core.state.retired
    desk.bars_to(6)  # the new version asks longs to leave at bar 4
    assert [trade[3] for trade in desk.trades] == ["signal"]


def test_an_entry_of_the_old_version_that_has_not_been_filled_is_taken_back() -> None:
    desk = Changing(TABLES["scripted"])
    desk.bars_to(2)
    entry = desk.order("entry")
    assert desk.told_of(StrategySwap("scripted", member("quiet"))).ok
    assert desk.canceled == [entry.id]
    desk.bars_to(4)
    assert desk.qty == 0


def test_a_strategy_that_is_removed_signals_no_more_and_may_come_back() -> None:
    desk = Changing(TABLES["scripted"])
    assert desk.told_of(StrategyRemove("scripted")).text == "scripted is off the desk."
    desk.bars_to(4)
    assert desk.qty == 0
    assert desk.core.lineup.ids == []
    assert desk.told_of(StrategyAdd(member("scripted"))).ok
    assert desk.core.lineup.ids == ["scripted"]


def test_a_shadow_trades_on_paper_what_a_desk_of_its_own_would() -> None:
    prices = [100, 101, 99, 104, 97, 95, 103, 110, 108, 90]
    alone, desk = Changing(TABLES["down"]), Changing({})
    assert desk.told_of(StrategyShadow("scripted", 50, member("down"))).ok
    for price in prices:
        alone.bar(price)
        desk.bar(price)
    shadow = desk.core.state.shadows["scripted"]
    assert (shadow.scored, shadow.paper.strategies["down"].signals) == (10, 1)
    assert ledger.account(shadow.paper) == ledger.account(alone.core.state)
    assert alone.equity != 10_000
    assert desk.equity == 10_000
    assert desk.submitted == []


def test_a_shadow_ends_after_its_bars_and_says_so_once() -> None:
    desk = Changing({})
    desk.told_of(StrategyShadow("scripted", 3, member("late")))
    desk.bars_to(6)
    for _ in range(2):
        desk.feed(Timer(desk.now + 1000, "minute"))
    assert desk.core.state.shadows["scripted"].scored == 3
    assert [fact.change for fact in desk.told(StrategyChanged)] == ["shadowed", "shadow_over"]


@pytest.mark.parametrize("bars", [2, 7])
def test_promotion_puts_the_shadow_in_place_also_before_all_bars_are_scored(bars: int) -> None:
    desk = Changing({})
    desk.told_of(StrategyShadow("scripted", 5, member("new", "scripted")))
    desk.bars_to(bars)
    done = desk.told_of(StrategyPromote("scripted"))
    assert (done.ok, done.code) == (True, "promoted")
    assert (desk.core.state.shadows, desk.core.lineup.member("scripted").name) == ({}, "new")


def test_a_risk_setting_of_a_strategys_own_is_typed_like_a_parameter_and_counts_from_then_on() -> None:
    desk = Changing({})
    assert desk.told_of(StrategyAdd(member("again"))).ok
    assert desk.told_of(StrategyParams("again", {"COOLDOWN_BARS": "3", "RISK_PER_TRADE_PERCENT": "1"})).ok
    desk.bars_to(9)
    # Out at the open of bar 4: bars 4, 5 and 6 are waited for. 1 % of 10,000 at 10 a unit.
    assert desk.denied == ["cooldown"]
    assert [order.qty for order in desk.submitted if order.leg == "entry"] == [10, 10]
    refused = desk.told_of(StrategyParams("again", {"COOLDOWN_BARS": "2000"}))
    assert refused.text == "COOLDOWN_BARS is '2000', but it takes a whole number from 0 to 1000."
    assert not desk.told_of(StrategyParams("again", {"MAX_LEVERAGE": "2"})).ok
