"""Use of the limits, worked out by hand.

2 BTC bought at 100 with a stop at 90, 3 ETH sold at 50 with one at 60; marks are 110 and 45, nothing costs anything.
Equity: 10,000 + 2 x 10 + 3 x 5 = 10,035. Gross: 220 + 135 = 355, net: 220 - 135 = 85.
"""

from collections.abc import Mapping
from math import sqrt

import pytest

from engine import ledger
from engine.model.facts import EquityMarked
from engine.model.history import RiskPoint
from engine.model.messages import Depth, OrderCanceled, Quote
from engine.model.views import LimitView
from engine.pictures.usage import history, together, usage
from engine.risk.order_rate import Bucket
from engine.risk.pace import Pace
from engine.risk.reject_rate import Rejects
from engine.risk.streak import Streak
from tests.desk import WIDE, D, Desk, long, short

EQUITY = D(10_035)
DAY = 86_400_000


def desk_with(settings: Mapping[str, str] | None = None) -> Desk:
    """The account of the page's head."""
    desk = Desk({"BTC": {0: long(90)}, "ETH": {0: short(60)}}, venue=False, settings={**WIDE, **(settings or {})})
    desk.bar(100, symbol="BTC")
    desk.bar(50, symbol="ETH")
    entries = {order.symbol: order for order in desk.submitted if order.leg == "entry"}
    desk.feed(desk.filled(entries["BTC"], "2", "100", "t1", "0"), desk.filled(entries["ETH"], "3", "50", "t2", "0"))
    desk.feed(*(OrderCanceled(desk.now, order.id, "the rest is too late") for order in entries.values()))
    desk.bar(110, symbol="BTC")
    desk.bar(45, symbol="ETH")
    return desk


def seen(*values: object) -> tuple[object, ...]:
    """Values side by side: Decimals are compared with whole numbers here."""
    return values


def used(desk: Desk) -> dict[str, LimitView]:
    """Limits by label."""
    return {view.label: view for view in usage(desk.core)}


def test_losses_at_the_stops_count_against_the_day_and_as_heat() -> None:
    limits = used(desk_with())
    # From the marks 2 x 20 + 3 x 15 = 85 would be lost, of a day that began with 10,000; from the entries 20 + 30.
    assert seen(limits["day's end"].value, limits["day's end"].limit) == (D("0.85"), 50)
    assert limits["heat"].value == 50 / EQUITY * 100
    # A long and a short share nothing: the root of the sum of squares, 20 and 30.
    assert float(limits["stress"].value or 0) == pytest.approx(sqrt(1300) / 100.35, rel=1e-9)


def test_exposure_is_measured_gross_net_and_together() -> None:
    limits = used(desk_with({"MAX_NET_EXPOSURE": "1", "MAX_CONCENTRATION_PERCENT": "50", "MAX_POSITION_SIZE": "440"}))
    assert seen(limits["exposure"].value, limits["exposure"].limit) == (355 / EQUITY * 100, 200)
    assert seen(limits["net"].value, limits["net"].note) == (85 / EQUITY * 100, "long")
    assert float(limits["correlated"].value or 0) == pytest.approx(sqrt(220**2 + 135**2) / 100.35, rel=1e-9)
    assert seen(limits["one asset"].value, limits["one asset"].note) == (220 / EQUITY * 100, "BTC")
    assert seen(limits["amount"].value, limits["amount"].unit, limits["amount"].used) == (220, "quote", D("0.5"))


def test_each_limit_says_what_counts_against_it_the_largest_first() -> None:
    limits = used(desk_with({"STRATEGY_BUDGET_PERCENT": "50"}))

    def counted(label: str) -> list[tuple[str, D]]:
        return [(part.label, part.value) for part in limits[label].parts]

    assert counted("exposure") == [("BTC", D(220)), ("ETH", D(-135))]
    assert counted("heat") == [("ETH", D(30)), ("BTC", D(20))]
    assert counted("budget") == [("scripted", D(220)), ("ETH", D(135))]
    assert counted("day's end") == [
        *(("from", D(10_000)), ("equity now", EQUITY)),
        *(("to the stops", D(85)), ("entries under way", D(0))),
    ]
    assert counted("drawdown") == [("from", EQUITY), ("equity now", EQUITY)]
    assert counted("order rate") == []


def test_limits_that_are_off_are_left_out() -> None:
    off = {"net", "one asset", "amount", "budget", "one side", "trades", "loss run"}
    assert not off & used(desk_with()).keys()
    on = {
        "MAX_NET_EXPOSURE": "1", "MAX_CONCENTRATION_PERCENT": "50", "MAX_POSITION_SIZE": "1000",
        "STRATEGY_BUDGET_PERCENT": "50", "MAX_SAME_DIRECTION": "2", "MAX_TRADES_PER_DAY": "3",
        "CONSECUTIVE_LOSSES": "3",
    }  # fmt: skip
    assert off <= used(desk_with(on)).keys()


def test_a_bad_day_is_not_known_before_there_are_days() -> None:
    limits = used(desk_with())
    assert seen(limits["VaR 95%"].value, limits["VaR 95%"].note) == (None, "too few past days are known")
    assert seen(limits["VaR 95%"].used, limits["ES 95%"].value) == (0, None)


def test_a_bad_day_of_a_long_that_falls_and_a_short_that_rises() -> None:
    desk = desk_with()
    days = [desk.now - (40 - n) * DAY for n in range(40)]
    desk.core.background.know({"BTC": [(at, 100 * 0.99**n) for n, at in enumerate(days)],
                    "ETH": [(at, 50 * 1.01**n) for n, at in enumerate(days)]})  # fmt: skip
    limits = used(desk)
    # Every day 1 % of 220 and 1 % of 135 were lost: 3.55 of 10,035.
    for label, limit in (("VaR 95%", 5), ("ES 95%", 8)):
        assert float(limits[label].value or 0) == pytest.approx(355 / 10_035, rel=1e-9)
        assert limits[label].limit == limit


def test_marks_become_shares_of_equity_beside_the_limits_of_now() -> None:
    desk = desk_with()
    account = ledger.account(desk.core.state)
    before = EquityMarked(1, account, D(355), D(0), 2)
    after = EquityMarked(2, account, D(355), D(0), 2, D(85), D(50), D(36), D(258), D("0.03"), D("0.04"))
    found = history(desk.core, "7d", [before, after])
    assert (found.period, found.leverage, found.heat, found.var) == ("7d", D(2), D("0.5"), D("0.05"))
    assert found.points == (
        RiskPoint(1, EQUITY, 355 / EQUITY, None, None),
        RiskPoint(2, EQUITY, 355 / EQUITY, 50 / EQUITY, D("0.03")),
    )


def test_what_is_held_moves_as_one_until_days_are_known() -> None:
    desk = desk_with()
    assert together(desk.core).bases == ("BTC", "ETH")
    assert together(desk.core).matrix == ((1, 1), (1, 1))
    days = [desk.now - (40 - n) * DAY for n in range(41)]
    up, down = ([(at, 100 * 1.01 ** (sign * (n % 2))) for n, at in enumerate(days)] for sign in (1, -1))
    desk.core.background.know(
        {"BTC": up, "ETH": down}
    )  # each day the one falls by the same log return as the other rises
    assert together(desk.core).matrix[0][1] == pytest.approx(-1)


def test_nothing_held_uses_nothing_of_what_is_held() -> None:
    limits = used(Desk({}))
    labels = ("exposure", "position", "heat", "stress", "correlated", "VaR 95%", "ES 95%", "positions", "day's end")
    assert {limits[label].value for label in labels} == {D(0)}


def test_the_strategy_that_has_used_most_of_its_budget_is_named() -> None:
    budget = used(desk_with({"STRATEGY_BUDGET_PERCENT": "50"}))["budget"]
    assert seen(budget.value, budget.limit, budget.note) == (220 / EQUITY * 100, 50, "scripted")


def test_the_longest_run_of_losses_is_shown_and_a_pause_is_a_full_one() -> None:
    desk = desk_with({"CONSECUTIVE_LOSSES": "3"})
    state = desk.core.state
    state.streaks = {"calm": Streak(1), "unlucky": Streak(2)}
    assert seen(used(desk)["loss run"].value, used(desk)["loss run"].note) == (2, "unlucky")
    state.streaks["calm"] = Streak(0, state.now + 1)
    assert seen(used(desk)["loss run"].value, used(desk)["loss run"].note) == (3, "calm pauses")


@pytest.mark.parametrize(
    ("rung", "note"),
    [
        (0, "rung 0 of 3; halved sizes at 45.0%"),
        (1, "rung 1 of 3: sizes are halved"),
        (2, "rung 2 of 3: exits only"),
        (3, "rung 3 of 3: trading is halted"),
    ],
)
def test_the_drawdown_says_where_on_the_ladder_it_is(rung: int, note: str) -> None:
    desk = desk_with()
    desk.core.state.rung, desk.core.state.hwm = rung, EQUITY * 2
    drawdown = used(desk)["drawdown"]
    assert seen(drawdown.value, drawdown.limit, drawdown.note) == (50, 90, note)


def test_orders_and_rejects_are_counted_as_of_now() -> None:
    desk = desk_with({"ORDER_BURST": "5", "ORDER_RATE": "5", "MAX_REJECTS": "4", "REJECT_WINDOW_S": "60"})
    state, now = desk.core.state, desk.core.state.now
    state.bucket = Bucket(D(1), now - 200)  # one token left, and one more came in 0.2 s
    state.rejects = Rejects((now - 60_000, now - 59_999, now))  # the window is open at its beginning
    limits = used(desk)
    assert seen(limits["order rate"].value, limits["order rate"].limit) == (3, 5)
    assert seen(limits["rejects"].value, limits["rejects"].limit) == (2, 4)
    state.bucket, state.rejects = Bucket(), Rejects((), now + 1)
    assert seen(used(desk)["order rate"].value, used(desk)["rejects"].value) == (0, 4)


def test_trades_of_a_day_are_those_of_today() -> None:
    desk = desk_with({"MAX_TRADES_PER_DAY": "4"})
    today = desk.core.state.now // DAY
    desk.core.state.paces = {"a BTC": Pace(0, today, 3), "b BTC": Pace(0, today - 1, 4)}
    assert seen(used(desk)["trades"].value, used(desk)["trades"].note) == (3, "a BTC")


def test_positions_of_one_side_are_counted() -> None:
    side = used(desk_with({"MAX_SAME_DIRECTION": "2"}))["one side"]
    assert seen(side.value, side.limit, side.note) == (1, 2, "long")


def test_looking_changes_nothing() -> None:
    seen, unseen = desk_with(), desk_with()
    usage(seen.core)
    assert seen.core.state == unseen.core.state
    assert seen.bar(80, symbol="BTC") == unseen.bar(80, symbol="BTC")


def test_the_widest_spread_is_shown_where_quotes_are_streamed() -> None:
    desk = desk_with()
    assert "spread" not in used(desk)
    # 0.1 of a mid of 100 is 0.1 %, 0.02 of 10 is 0.2 %, and a quote of eleven seconds ago is none.
    for symbol, age, bid, ask in (("BTC", 0, 99.95, 100.05), ("ETH", 0, 9.99, 10.01), ("SOL", 11_000, 1.0, 2.0)):
        desk.core.state.quotes[symbol] = Quote(desk.core.state.now - age, symbol, bid, ask)
    view = used(desk)["spread"]
    assert seen(view.value, view.limit, view.note) == (D("0.2"), D("0.2"), "ETH")


def test_the_thinnest_book_is_shown_where_books_are_streamed() -> None:
    desk = desk_with({"MAX_POSITION_SIZE_PERCENT": "50"})
    assert "depth" not in used(desk)
    state = desk.core.state
    largest = ledger.equity(state) / 2
    # The thinner sides are worth 4 x 100 and 500 x 10; of the third one side is not known, the fourth was long ago.
    for symbol, bid, depth in (
        ("BTC", 100.0, Depth(state.now, 4.0, 50.0)),
        ("ETH", 10.0, Depth(state.now, 900.0, 500.0)),
        ("SOL", 1.0, Depth(state.now, 1.0, float("nan"))),
        ("XRP", 1.0, Depth(state.now - 10_001, 1.0, 1.0)),
    ):
        state.quotes[symbol] = Quote(state.now, symbol, bid, bid * 1.0001, depth=depth)
    view = used(desk)["depth"]
    assert seen(view.name, view.value, view.limit) == ("MAX_DEPTH_SHARE", largest / 400 * 100, D(25))
    assert view.note == "BTC, the largest position allowed"
    assert [(part.label, part.value, part.unit) for part in view.parts] == [
        ("ETH", D(5000), "quote"),
        ("BTC", D(400), "quote"),
    ]
    capped = desk_with({"MAX_POSITION_SIZE_PERCENT": "50", "MAX_POSITION_SIZE": "60"})
    capped.core.state.quotes.update(state.quotes)
    assert used(capped)["depth"].value == D(15)
    state.quotes = {"BTC": Quote(state.now, "BTC", 1.0, 2.0, depth=Depth(state.now, 0.0, 3.0))}
    assert used(desk)["depth"].value is None
