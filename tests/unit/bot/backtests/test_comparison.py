"""Runs side by side."""

from contextvars import copy_context
from decimal import Decimal
from math import sqrt

import msgspec
import pytest

from bot.backtests.comparison import Row, compared, differences
from bot.backtests.record import comparison
from engine.stats.evidence import deflated_sharpe, shape
from tests.unit.bot.backtests.made import DAY, kept, result, trade

WORSE = (("2024-01-01", 0.01), ("2024-01-02", -0.02), ("2024-01-03", 0.02))


def test_the_better_value_of_a_figure_is_marked() -> None:
    one = kept(result(trade("12"), trade("-4", 2)))
    two = kept(result(trade("9"), trade("-1", 2), trade("-1", 3), final="10100"))
    rows = {row.name: row for row in compared([one, two]).rows}
    assert rows["profit"] == Row("profit", "profit", ("403.06", "100.00"), frozenset({0}))
    # Profit factors 12 / 4 and 9 / 2; of losing streaks, 1 and 2, the shorter one is better; trades are no merit.
    assert rows["profit_factor"] == Row("profit_factor", "profit factor", ("3.000", "4.500"), frozenset({1}))
    assert rows["losing_streak"] == Row("losing_streak", "losses in a row", ("1", "2"), frozenset({0}))
    assert rows["trades"].best == rows["fees"].best == set()


def test_only_settings_that_differ_are_told() -> None:
    assert differences([kept(), kept()]) == {}
    assert differences([kept(), kept(fee="0.001", MAX_LEVERAGE="3")]) == {
        "fee": ("0.0005", "0.001"),
        "MAX_LEVERAGE": ("-", "3"),
    }


def test_picking_the_best_of_several_lowers_what_its_ratio_proves() -> None:
    one, two = kept(), kept(result(trade("1"), daily=WORSE))
    found = compared([one, two])
    # R9.4 by its parts: the variance of two ratios a and b is (a - b)^2 / 2.
    ratios = [(run.result.sharpe or 0) / sqrt(365) for run in (one, two)]
    of = shape([change for _, change in one.result.daily])
    assert of is not None
    assert found.deflated[0] == pytest.approx(deflated_sharpe(of, 2, (ratios[0] - ratios[1]) ** 2 / 2))
    assert (found.deflated[0] or 0) < (one.result.performance.psr or 0)


def test_an_unfair_comparison_says_so() -> None:
    assert compared([kept(), kept(fee="1")]).notes == ()
    later = kept(msgspec.structs.replace(kept().result, end=kept().result.end + DAY))
    other = msgspec.structs.replace(later, candles=(msgspec.structs.replace(later.candles[0], digest="cd"),))
    assert compared([kept(), other]).notes == ("They cover different times.", "They ran on different candles.")


def test_runs_in_different_money_are_told_each_in_its_own() -> None:
    coin = kept(msgspec.structs.replace(kept().result, symbols=("BTC/USD:BTC",), profit=Decimal("0.01234567")))
    found = copy_context().run(compared, [kept(), coin])
    assert next(row.texts for row in found.rows if row.name == "profit") == ("403.06", "0.012346")
    assert found.notes == ("Their money is not the same: USDT, BTC.",)


def test_as_json_each_run_is_whole_and_differences_are_by_id() -> None:
    one = msgspec.structs.replace(kept(), id="one")
    two = msgspec.structs.replace(kept(fee="0"), id="two")
    told = comparison(compared([one, two]))
    assert [run["id"] for run in told["runs"]] == ["one", "two"]
    assert told["settings"] == {"fee": {"one": "0.0005", "two": "0"}}
    assert [*told["deflated_of_these"]] == ["one", "two"]
