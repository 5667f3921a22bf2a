"""When a member of an ensemble loses its vote for losing."""

import pytest

from engine.desk.votes import Evidence, pause, to_be_paused, with_trade
from engine.model.commands import StrategySwitch
from engine.model.facts import StrategyChanged
from engine.model.market import DAY_MS
from engine.pictures.pictures import strategies
from tests.desk import WIDE, Desk, Say, long


@pytest.mark.parametrize(
    ("trades", "sqn", "paused"),
    [(20, -1.01, True), (20, -1.0, False), (19, -5.0, False), (200, None, False), (50, 2.0, False)],
)
def test_a_strategy_is_paused_after_twenty_trades_of_low_quality(trades: int, sqn: float | None, paused: bool) -> None:
    assert to_be_paused(trades, sqn) is paused


def test_trades_count_for_thirty_days() -> None:
    known: Evidence = ((1, -1.0), (2, -1.0))
    assert with_trade(known, 1 + 30 * DAY_MS, 0.5) == ((2, -1.0), (1 + 30 * DAY_MS, 0.5))
    assert len(with_trade(tuple((at, 0.0) for at in range(3_000)), 3_000, 0.0)) == 1_000


def test_the_reason_names_the_number_and_the_quality() -> None:
    """Twenty trades of -1 and -0.5 R by turns: mean -0.75, sd sqrt(20 / 19) / 4, root of 20."""
    trades = [(n, -1.0 if n % 2 else -0.5) for n in range(20)]
    assert pytest.approx(-13.0767) == 20**0.5 * -0.75 / ((20 / 19) ** 0.5 / 4)
    assert pause(trades) == "SQN -13.08 over 20 trades in 30 days"
    assert pause(trades[1:]) is None
    assert pause([(n, -1.0) for n in range(20)]) is None, "no spread, no quality"


def losing(settings: dict[str, str]) -> Desk:
    """A long every other bar that loses 4 or 5 of its 10 on the next one."""
    table: dict[int, Say] = {bar: long(90) for bar in range(0, 60, 2)}
    table |= {bar: Say(exit_long=True) for bar in range(1, 60, 2)}
    desk = Desk(table, settings=WIDE | {"RISK_PER_TRADE_PERCENT": "0.1", "CONSECUTIVE_LOSSES": "none"} | settings)
    for bar in range(50):
        desk.bar(100, open=100 if bar % 2 else 95 + bar // 2 % 2)
    return desk


def test_a_strategy_that_loses_steadily_is_paused_until_a_person_turns_it_on() -> None:
    desk = losing({"PERFORMANCE_PAUSE": "on"})
    assert len(desk.trades) == 20
    (told,) = desk.told(StrategyChanged)
    assert (told.strategy, told.change, told.actor) == ("scripted", "paused", None)
    (view,) = strategies(desk.core)
    assert not view.on
    assert view.paused.startswith("SQN -")
    desk.command(StrategySwitch("scripted", True))
    (view,) = strategies(desk.core)
    assert (view.on, view.paused) == (True, "")
    for _ in range(8):
        desk.bar(100)
    assert len(desk.trades) > 20, "its trades count anew"


def test_nobody_is_paused_unless_it_was_asked_for() -> None:
    desk = losing({})
    assert len(desk.trades) == 24
    assert desk.told(StrategyChanged) == []
    assert desk.core.state.strategies["scripted"].recent == ()
