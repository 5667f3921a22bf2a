"""A second entry of a symbol is refused without the book being weighed, and with the answer a written record has."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from engine.model.messages import LinkDown
from engine.state import Breaker, Grant
from tests.desk import Desk
from tests.unit.engine.risk.asked import held, judged, reduction

Change = Callable[[Desk], None]


def below_its_peak() -> Desk:
    """Long 20 BTC, 2 below the highest equity so far and far from every line."""
    desk = held()
    desk.bar(99.9, symbol="BTC")
    return desk


def paused(desk: Desk) -> None:
    desk.core.state.trading = "REDUCING"


def blind(desk: Desk) -> None:
    desk.feed(LinkDown(desk.now, "exchange", ""))


def tripped(desk: Desk) -> None:
    desk.core.state.breakers["daily_loss"] = Breaker(True, desk.now, "")


def untradable(desk: Desk) -> None:
    desk.instruments["BTC"] = type(desk.instruments["BTC"])("BTC", "BTC", "USDT", tradable=False)


@pytest.mark.parametrize(
    ("change", "asked", "code"),
    [
        (None, {}, "position_exists"),
        (None, {"valid_until": 0}, "expired"),
        (None, {"late": 3001}, "stale_price"),
        (None, {"stop": None}, "position_exists"),
        (paused, {}, "paused"),
        (blind, {}, "not_ready"),
        (tripped, {}, "daily_loss"),
        (untradable, {}, "symbol_not_tradable"),
    ],
)
def test_what_is_wrong_first_is_the_answer_with_a_record_and_without(
    change: Change | None, asked: dict[str, Any], code: str
) -> None:
    desk = below_its_peak()
    if change is not None:
        change(desk)
    at = desk.now + asked.get("late", 0)
    asked = {name: value for name, value in asked.items() if name != "late"}
    answers = []
    for explains in (True, False):
        desk.core.desk.gate.explains = explains
        decision = judged(desk, symbol="BTC", at=at, **asked)
        assert decision.order is None
        answers.append(decision.denial)
    assert answers[0] == answers[1]
    assert answers[0] is not None
    assert answers[0].code == code


@pytest.mark.parametrize("explains", [True, False])
def test_another_symbol_and_a_part_of_a_grant_are_no_second_entry(explains: bool) -> None:
    desk = below_its_peak()
    desk.bar(100, symbol="ETH")
    assert desk.core.breakers.aloof()
    desk.core.desk.gate.explains = explains
    free = judged(desk, symbol="ETH").order
    assert free is not None
    assert free.qty == D("19.996"), "2 % of 9,998 over 10"
    desk.core.state.grants["BTC"] = Grant("scripted", D(30), False, D(3))
    part = judged(desk, symbol="BTC", qty=D(6)).order
    assert part is not None
    assert part.qty == D(6)


def test_the_book_is_left_alone_only_while_no_mark_has_left_its_band() -> None:
    desk = below_its_peak()
    breakers = desk.core.breakers
    assert breakers.aloof()
    low, high = breakers.bands["BTC"]
    assert low < 99.9 < high
    desk.core.state.cash -= D(1)
    assert not breakers.aloof(), "money moved, and nobody has looked since"


def test_a_reduction_is_never_taken_for_a_second_entry() -> None:
    desk = held()
    desk.core.desk.gate.explains = False
    assert reduction(desk) == "approved"
