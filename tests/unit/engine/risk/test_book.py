"""The book of what is held and under way, by hand: its sums at the marks, its floats, and when it counts as changed."""

from decimal import Decimal as D

import numpy as np

from engine.model.instrument import Instrument
from engine.risk.scales import Scales
from engine.state import DeskState, Holding, fresh
from tests.unit.engine.risk.asked import enter


def hold(state: DeskState, symbol: str, qty: str, avg: str, stop: str | None, mark: float | None) -> Holding:
    """One more position; without a mark where there is none."""
    order, line = (None, None) if stop is None else ("s", D(stop))
    state.holdings[symbol] = held = Holding(symbol, f"of {symbol}", "1", 0, D(qty), D(avg), line, None)
    held.stop_order = order
    if mark is not None:
        state.marks[symbol] = mark
    return held


def two() -> DeskState:
    """Long 10 BTC from 100, stopped at 90, at 110; short 5 ETH from 200, stopped at 220, at 190."""
    state = fresh(D(10_000))
    hold(state, "BTC", "10", "100", "90", 110.0)
    hold(state, "ETH", "-5", "200", "220", 190.0)
    return state


def to_stops(qty: str, stop: str | None, mark: float | None) -> D:
    state = fresh(D(10_000))
    hold(state, "BTC", qty, "100", stop, mark)
    return Scales({}).book(state).to_stops


def test_nothing_held_and_nothing_under_way_is_the_cash() -> None:
    state = fresh(D(10_000))
    enter(state, "BTC", "1", "0", reduce_only=True)
    book = Scales({}).book(state)
    assert (book.equity, book.weights, book.gross, book.to_stops, book.stamp) == (D(10_000), [], D(0), D(0), 0)


def test_a_long_and_a_short_add_up() -> None:
    book = Scales({}).book(two())
    # The long gained 100, the short 50. 1,100 and 950 at the marks; 100 each from the entry to the stop.
    assert (book.equity, book.gross, book.net) == (D(10_150), D(2050), D(150))
    assert (book.heat, book.cost, book.pending_risk) == (D(200), D(2000), D(0))
    assert book.to_stops == 10 * (110 - 90) + 5 * (220 - 190)
    assert (book.notionals.tolist(), book.losses.tolist()) == ([1100.0, -950.0], [100.0, 100.0])
    assert (book.symbols, book.sides) == (["BTC", "ETH"], (("BTC", True), ("ETH", False)))
    assert [(weight.qty, weight.size, weight.gross) for weight in book.weights] == [
        (D(10), D(10), D(1100)),
        (D(-5), D(5), D(950)),
    ]
    assert [(weight.strategy, weight.heat, weight.cost, weight.avg) for weight in book.weights] == [
        ("of BTC", D(100), D(1000), 100.0),
        ("of ETH", D(100), D(1000), 200.0),
    ]


def test_an_asset_a_strategy_and_a_side_are_counted_over_all_that_is_theirs() -> None:
    state = two()
    hold(state, "BTC-USDC", "1", "100", None, 110.0).strategy = "of ETH"
    book = Scales({"BTC-USDC": Instrument("BTC-USDC", "BTC", "USDC")}).book(state)
    assert [book.by_base(base) for base in ("BTC", "ETH", "BTC-USDC")] == [1210, 950, 0]
    assert [book.by_strategy(name) for name in ("of BTC", "of ETH", "x")] == [1100, 1060, 0]
    assert (book.side(True), book.side(False)) == ({"BTC", "BTC-USDC"}, {"ETH"})


def test_a_stop_in_profit_has_no_heat_and_what_was_gained_beyond_it_may_be_lost() -> None:
    state = fresh(D(10_000))
    hold(state, "BTC", "10", "100", "105", 110.0)
    hold(state, "ETH", "-10", "100", "95", 90.0)
    book = Scales({}).book(state)
    assert (book.heat, book.to_stops, book.losses.tolist()) == (D(0), D(100), [0.0, 0.0])


def test_a_mark_at_its_stop_or_beyond_loses_nothing_on_the_way_to_it() -> None:
    assert [to_stops("10", "90", mark) for mark in (91.0, 90.0, 89.0)] == [10, 0, 0]
    assert [to_stops("-10", "110", mark) for mark in (109.0, 110.0, 111.0)] == [10, 0, 0]
    # As a float each of these stops is the mark; it lies beyond it by less than a float can tell.
    assert to_stops("10", "90.00000000000000000001", 90.0) == 0
    assert to_stops("-10", "109.99999999999999999999", 110.0) == 0
    # Not at its stop yet, though by no more than a float can tell.
    assert to_stops("10", "90", 90.00000000000001) == D("1E-13")
    # One that is beyond its stop takes nothing away from the others, and two do not either.
    state = two()
    hold(state, "SOL", "-1", "40", "50", 45.0)
    state.marks["BTC"] = 80.0
    assert Scales({}).book(state).to_stops == 150 + 5
    state.marks["SOL"] = 70.0
    assert Scales({}).book(state).to_stops == 150


def test_without_a_live_stop_all_is_at_stake() -> None:
    assert [to_stops(qty, None, 110.0) for qty in ("10", "-10")] == [1100, 1100]
    state = two()
    hold(state, "SOL", "-1", "40", None, 50.0)
    assert Scales({}).book(state).to_stops == 200 + 150 + 50
    assert (Scales({}).book(state).gross, Scales({}).book(state).net) == (D(2100), D(100))
    state = two()
    state.holdings["BTC"].stop_order = None
    book = Scales({}).book(state)
    assert (book.heat, book.to_stops, book.weights[0].stop) == (D(1100), D(1100 + 150), None)


def test_what_has_no_mark_stands_at_its_cost() -> None:
    state = two()
    del state.marks["BTC"], state.marks["ETH"]
    book = Scales({}).book(state)
    assert (book.equity, book.gross, book.net, book.to_stops) == (D(10_000), D(2000), D(0), D(200))
    assert book.notionals.tolist() == [1000.0, -1000.0]
    assert to_stops("10", "105", None) == to_stops("-10", "95", None) == 0


def test_an_entry_under_way_counts_as_filled_at_its_price_as_far_as_it_is_not() -> None:
    state = two()
    enter(state, "BTC", "4", "1")
    enter(state, "SOL", "2", "0", side="sell", price=None, stop=D(66))
    enter(state, "ADA", "8", "4", stop=None)
    state.marks["SOL"] = 60.0
    book = Scales({"SOL": Instrument("SOL", "S", "USDT")}).book(state)
    # 3 x 50 long, 2 x 60 short at the mark, 4 x 50 long; 30, 12 and, without a stop, 200 at stake.
    assert (book.equity, book.gross, book.net) == (D(10_150), D(2050 + 470), D(150 + 150 - 120 + 200))
    assert (book.heat, book.cost, book.to_stops) == (D(200 + 242), D(2000 + 470), D(350))
    assert book.pending_risk == D(30) * 3 / 4 + 30 + D(30) / 2
    assert book.notionals.tolist() == [1100.0, -950.0, 150.0, -120.0, 200.0]
    assert book.losses.tolist() == [100.0, 100.0, 30.0, 12.0, 200.0]
    assert book.sides == (("BTC", True), ("ETH", False), ("BTC", True), ("SOL", False), ("ADA", True))
    assert [(w.qty, w.size, w.stop, w.avg, w.cost) for w in book.weights[2:]] == [
        (D(3), D(3), D(40), 50.0, D(150)),
        (D(-2), D(2), D(66), 60.0, D(120)),
        (D(4), D(4), None, 50.0, D(200)),
    ]
    assert [weight.base for weight in book.weights[2:]] == ["BTC", "S", "ADA"]
    assert [weight.strategy for weight in book.weights[2:]] == ["of BTC", "of SOL", "of ADA"]
    assert book.stamp == 0


def test_an_entry_with_nothing_held_beside_it_is_a_book_too() -> None:
    state = fresh(D(10_000))
    enter(state, "SOL", "2", "0", price=None)
    enter(state, "ADA", "2", "0", side="sell", stop=D(40))
    book = Scales({}).book(state)
    # No price is known of SOL; the stop of ADA is on the side of profit.
    assert (book.gross, book.heat, book.pending_risk, book.equity) == (D(100), D(0), D(60), D(10_000))
    assert (book.notionals.tolist(), book.losses.tolist()) == ([0.0, -100.0], [0.0, 0.0])


def test_a_position_that_changed_is_weighed_anew() -> None:
    state, scales = two(), Scales({})
    before = scales.book(state)
    btc = state.holdings["BTC"]
    btc.qty = D(20)
    assert scales.book(state).gross == 2200 + 950
    btc.stop = D(100)
    assert (book := scales.book(state)).heat == 100
    assert book.to_stops == 20 * 10 + 150
    # Closed and bought again for the same, at another price.
    again = state.holdings["BTC"] = Holding("BTC", "x", "2", 0, btc.qty, D(105), btc.stop, None, stop_order="s")
    assert (book := scales.book(state)).cost == 2100 + 1000
    assert (book.heat, book.weights[0].holding is again) == (D(200), True)
    del state.holdings["ETH"]
    book = scales.book(state)
    assert (book.heat, book.cost, book.equity, book.losses.tolist()) == (D(100), D(2100), D(10_100), [100.0])
    assert before.gross == 2050, "a book is of its moment"


def test_a_price_that_moved_moves_what_stands_at_it() -> None:
    state, scales = two(), Scales({})
    scales.book(state)
    state.marks |= {"BTC": 120.5, "ETH": 210.0}
    book = scales.book(state)
    assert (book.equity, book.gross, book.net) == (D(10_155), D(2255), D(155))
    assert (book.to_stops, book.notionals.tolist()) == (D("355"), [1205.0, -1050.0])


def test_positions_of_one_side_add_up() -> None:
    state = two()
    hold(state, "SOL", "1", "40", "30", 45.0)
    hold(state, "ADA", "-2", "50", "60", 45.0)
    book = Scales({}).book(state)
    assert (book.heat, book.cost, book.to_stops) == (D(200 + 10 + 20), D(2000 + 40 + 100), D(350 + 15 + 30))
    assert book.equity == 10_150 + 5 + 10


def test_the_stamp_changes_with_symbols_and_sides_alone() -> None:
    state, scales = two(), Scales({})
    first = scales.book(state).stamp
    assert first
    state.holdings["BTC"].stop, state.marks["BTC"] = D(95), 111.0
    assert scales.book(state).stamp == first
    enter(state, "SOL", "1", "0")
    assert scales.book(state).stamp == 0
    state.orders.clear()
    assert scales.book(state).stamp == first
    hold(state, "ETH", "5", "200", "190", 190.0)
    turned = scales.book(state).stamp
    hold(state, "SOL", "1", "50", None, None)
    more = scales.book(state).stamp
    del state.holdings["SOL"]
    fewer = scales.book(state).stamp
    assert len({first, turned, more, fewer}) == 4
    assert isinstance(scales.book(state).notionals, np.ndarray)
