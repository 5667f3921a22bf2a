"""Groupings of closed trades, by hand."""

from decimal import Decimal as D

from engine.backtest.parts import parts, sums
from engine.model.account import ClosedTrade
from engine.model.orders import Direction


def trade(
    pnl: str, strategy: str = "a", symbol: str = "BTC", side: Direction = "long", reason: str = "stop", held: int = 60
) -> ClosedTrade:
    """A trade with a fee of 0.5 and funding of -0.1; `held` in ms."""
    return ClosedTrade(
        "1", symbol, side, strategy, 1000, D(100), 1000 + held, D(101), D(1), D("0.5"), D("-0.1"), D(pnl), reason
    )


TRADES = (
    trade("10", reason="target"),
    trade("-4", held=30),
    trade("0", "b", "ETH", "short", "signal", held=90),
    trade("-2", "b", held=120),
    trade("7.5", "b", "ETH", "short", "target"),
)


def test_each_grouping_counts_every_trade_once() -> None:
    found = sums(TRADES)
    for place in range(4):
        rows = parts(found, place)
        assert sum(row.trades for row in rows) == 5
        assert sum((row.profit for row in rows), D(0)) == D("11.5")
        assert sum((row.fees for row in rows), D(0)) == D("2.5")
        assert sum((row.funding for row in rows), D(0)) == D("-0.5")


def test_a_part_by_hand() -> None:
    # b: 0, -2 and 7.5 are one win of three; 7.5 / 2 = 3.75; (90 + 120 + 60) / 3 = 90 ms.
    _, b = parts(sums(TRADES), 0, ("a", "b"))
    assert (b.name, b.trades, b.wins, b.losses, b.win_rate) == ("b", 3, 1, 1, 1 / 3)
    assert (b.profit, b.profit_factor, b.best, b.worst, b.held_ms) == (D("5.5"), 3.75, D("7.5"), D(-2), 90)
    assert b.expectancy == D("5.5") / 3


def test_parts_are_in_the_given_order_and_otherwise_the_busiest_first() -> None:
    found = sums(TRADES)
    assert [row.name for row in parts(found, 1, ("SOL", "ETH"))] == ["SOL", "ETH", "BTC"]
    assert [row.name for row in parts(found, 3)] == ["stop", "target", "signal"]


def test_what_did_not_trade_has_a_row_without_rates() -> None:
    (row,) = parts(sums(()), 0, ("a",))
    assert (row.trades, row.profit, row.win_rate, row.expectancy, row.held_ms) == (0, D(0), None, None, None)


def test_without_a_loss_there_is_no_profit_factor() -> None:
    (row,) = parts(sums(TRADES[:1]), 0)
    assert (row.profit_factor, row.worst) == (None, D(10))
