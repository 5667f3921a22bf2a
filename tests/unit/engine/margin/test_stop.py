from decimal import Decimal as D

import pytest

from engine.margin import liquidation
from engine.margin.cost import check_leverage, check_margin, order_cost
from engine.margin.stop import Recheck, buffer_line, check_stop, clears, recheck
from engine.model.instrument import Instrument, Tier
from engine.model.orders import Direction
from tests.printed import ETH, near

LP = D("2245.472837")


@pytest.mark.parametrize(("stop", "accepted"), [("2415", True), ("2360", False), ("2244", False), ("2480", False)])
def test_a_stop_lies_within_half_the_way_to_liquidation(stop: str, accepted: bool) -> None:
    assert D(2480) - buffer_line(D(2480), LP) == D("117.2635815")
    denial = check_stop("long", D(2480), D(stop), LP)
    assert (denial is None) is accepted
    assert accepted or (denial is not None and denial.code == "stop_beyond_liquidation_buffer")


@pytest.mark.parametrize(
    ("direction", "stop", "lp", "accepted"),
    [
        ("long", "90", "80", True),
        ("long", "89.99", "80", False),
        ("short", "110", "120", True),
        ("short", "110.01", "120", False),
        ("short", "100", "120", False),
        ("short", "125", "120", False),
        # A price on the wrong side, of a position that is as good as liquidated, lies between nothing.
        ("long", "95", "105", False),
        ("short", "105", "95", False),
    ],
)
def test_the_line_itself_is_allowed_on_both_sides(direction: Direction, stop: str, lp: str, accepted: bool) -> None:
    assert clears(direction, D(100), D(stop), D(lp)) is accepted


def test_a_stop_on_the_liquidation_price_is_too_late_whatever_the_buffer() -> None:
    assert not clears("long", D(100), D(80), D(80), D(1))
    assert clears("long", D(100), D("80.1"), D(80), D(1))
    assert not clears("short", D(100), D(120), D(120), D(1))


def test_what_cannot_be_liquidated_needs_only_the_right_side() -> None:
    assert clears("long", D(100), D(1), None)
    denial = check_stop("long", D(100), D(101), None)
    assert denial is not None
    assert "there is none" in denial.text


def test_a_higher_rate_moves_the_liquidation_price() -> None:
    higher = Instrument("ETH", "ETH", "USDT", tiers=(Tier(D(0), None, D("0.012"), D(75)),))
    before, after = (liquidation(table, D("1.25"), D(2480), D(310)) for table in (ETH, higher))
    assert before is not None
    assert after is not None
    assert float(after) == near(2259.109312)
    assert float(after - before) == near(13.63647472)


X = Instrument("X", "X", "USDT", tick=D("0.1"))


@pytest.mark.parametrize(
    ("direction", "stop", "mark", "lp", "expected"),
    [
        # Lines: 100 - (100 - 80.5) / 2 = 90.25, on the tick towards the entry 90.3; short 109.75 -> 109.7.
        ("long", "90.3", "99", "80.5", Recheck("keep", D("90.3"))),
        ("long", "90", "99", "80.5", Recheck("move", D("90.3"))),
        ("long", "70", "99", "80.5", Recheck("move", D("90.3"))),
        ("long", "90", "90.4", "80.5", Recheck("move", D("90.3"))),
        ("long", "90", "90.3", "80.5", Recheck("close", None)),
        ("long", "104", "110", "80.5", Recheck("keep", D(104))),
        ("long", "100", "110", "80.5", Recheck("keep", D(100))),
        ("short", "100", "90", "119.5", Recheck("keep", D(100))),
        ("long", "90", "99", None, Recheck("keep", D(90))),
        ("short", "109.7", "101", "119.5", Recheck("keep", D("109.7"))),
        ("short", "110", "101", "119.5", Recheck("move", D("109.7"))),
        ("short", "110", "109.7", "119.5", Recheck("close", None)),
        ("short", "96", "90", "119.5", Recheck("keep", D(96))),
    ],
)
def test_after_a_change_of_brackets_a_stop_is_kept_or_moved_or_the_position_closed(
    direction: Direction, stop: str, mark: str, lp: str | None, expected: Recheck
) -> None:
    found = recheck(X, direction, D(100), D(stop), D(mark), None if lp is None else D(lp))
    assert found == expected


def test_an_order_costs_margin_opening_loss_and_fee() -> None:
    cost = order_cost(D("1.5"), D(2486), D(2480), D(20), D("0.0006"))
    assert (cost.initial_margin, cost.open_loss, cost.fee) == (D("186.45"), D(9), D("2.2374"))
    assert cost.total == D("197.6874")
    denial = check_margin(cost.total, D(190))
    assert denial is not None
    assert denial.code == "insufficient_margin"
    assert check_margin(cost.total, D("197.6874")) is None


def test_an_order_on_the_good_side_of_the_mark_opens_without_a_loss() -> None:
    assert order_cost(D("1.5"), D(2470), D(2480), D(20), D(0)).open_loss == 0
    assert order_cost(D("-1.5"), D(2486), D(2480), D(20), D(0)).open_loss == 0
    assert order_cost(D("-1.5"), D(2474), D(2480), D(20), D(0)).open_loss == 9


def test_leverage_is_that_of_the_tier_of_old_and_new_notional() -> None:
    notional = D("1.5") * 2486
    assert check_leverage(ETH, D(20), 14_800 + notional) is None
    assert check_leverage(ETH, D(50), 18_000 + notional) is None
    denial = check_leverage(ETH, D(60), 18_000 + notional)
    assert denial is not None
    assert denial.code == "leverage_above_tier"
    assert "21729.00" in denial.text


def test_another_buffer_draws_another_line() -> None:
    # A quarter of the way from 100 to 80.5 is 95.125, on the tick towards the entry 95.2.
    quarter = D("0.25")
    assert clears("long", D(100), D("95.2"), D("80.5"), quarter)
    assert check_stop("long", D(100), D("95.2"), D("80.5"), quarter) is None
    assert check_stop("long", D(100), D(95), D("80.5"), quarter) is not None
    assert recheck(X, "long", D(100), D(95), D(99), D("80.5"), quarter) == Recheck("move", D("95.2"))


def test_each_refusal_says_what_is_asked_and_what_is_allowed() -> None:
    answers = (
        check_stop("long", D(100), D(90), D("80.123456789"), D("0.25")),
        check_stop("long", D(100), D(101), None),
        check_leverage(ETH, D(60), D(21_729)),
        check_margin(D("197.6874"), D(190)),
    )
    assert [answer and answer.text for answer in answers] == [
        "the stop 90 is not within 25% of the way from 100 to liquidation (80.123457)",
        "the stop 101 is not within 50% of the way from 100 to liquidation (there is none)",
        "60x is above the 50x the venue allows at 21729.00",
        "the order costs 197.69, 190.00 is free",
    ]
