"""What a person is asked before a strategy takes the place of another, or of itself."""

import msgspec
import pytest

from bot.screens.changes import swap
from engine.model.commands import StrategySwap
from engine.model.member import Member
from tests.unit.bot.stand_ins import Picture


def first_row(member: Member) -> str:
    view = msgspec.structs.replace(Picture().strategies()[0], id="own")
    return " ".join(swap(view, StrategySwap("own", member)).rows)


def test_a_swap_names_what_takes_the_place() -> None:
    assert "own -> other, 5m: BTC" in first_row(Member("other", "other", "5m", ("BTC",)))
    assert "own -> the new version of its file, 5m: BTC" in first_row(Member("own", "own", "5m", ("BTC",), {}, "{}"))


def test_a_strategy_of_the_program_that_takes_its_own_place_has_no_file() -> None:
    asked = first_row(Member("own", "own", "5m", ("BTC",), {"fast": "5"}))
    assert "own -> itself with these parameters, 5m: BTC" in asked
    assert "fast=5" in asked


@pytest.mark.parametrize(("held", "said"), [(("BTC",), "BTC is open."), (("BTC", "ETH"), "BTC, ETH are open.")])
def test_what_is_open_is_named(held: tuple[str, ...], said: str) -> None:
    view = msgspec.structs.replace(Picture().strategies()[0], id="own", held=held)
    assert said in " ".join(swap(view, StrategySwap("own", Member("other", "other", "5m", ("BTC",)))).rows)
