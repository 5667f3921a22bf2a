"""Past days of the desk: how they are kept, learnt, forgotten, and what is measured on them."""

from array import array
from math import inf
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from engine.model.limits import RiskLimits
from engine.model.messages import Timer
from engine.risk.book import Book, Weight
from engine.risk.measure import Measure
from engine.risk.past import KEPT, Past, alone, learn, note, spare, unbroken, worst_side
from engine.risk.var import LOOKBACK, historical
from engine.risk.warmth import Warmth
from engine.state import fresh
from tests.desk import WIDE, D, Desk
from tests.printed import near

DAY = 86_400_000
RETURNS = [((7 * i * i + 3 * i) % 41 - 19) / 1000 for i in range(1, 33)]
"""Series X of the page."""


def past(**returns: list[float]) -> Past:
    state = fresh(D(1))
    for symbol, values in returns.items():
        state.closes[symbol] = (100 * np.cumprod([1.0, *(1 + value for value in values)])).tolist()
        state.days = [DAY * day for day in range(1, len(values) + 2)]
    made = Past()
    made.ask(RiskLimits())
    made.look(state)
    return made


def weight(symbol: str, long: bool, notional: float = 1.0) -> Weight:
    return Weight(symbol, symbol, "s", long, D(1), D(1), None, D(1), D(1), 1.0, notional, mark=1.0)


def test_every_midnight_keeps_the_last_price_of_each_symbol() -> None:
    desk = Desk({"BTC": {}, "ETH": {}}, settings=WIDE)
    for minute in range(1441):
        desk.bar(100 + minute / 100, symbol="BTC")
        if minute > 1000:
            desk.bar(50, symbol="ETH")
    state = desk.core.state
    assert state.days == [desk.now - 60_000]
    assert state.closes == {"BTC": [114.39], "ETH": [50]}


def test_only_as_many_days_are_kept_as_are_measured() -> None:
    state = fresh(D(1))
    for day in range(1, LOOKBACK + 10):
        note(state, day, {"A": float(day)} | ({"B": 7.0} if day in (5, 6) else {}))
    assert state.days == list(range(9, LOOKBACK + 10))
    assert state.closes["A"] == [float(day) for day in state.days]
    assert state.closes["B"] == [7.0] * len(state.days), "a symbol that does not trade keeps its last price"
    note(state, 3, {"A": 1.0})
    assert state.days[-1] == LOOKBACK + 9


def test_candles_from_before_the_start_leave_their_days() -> None:
    state = fresh(D(1))
    warmth = Warmth(state, ZoneInfo("UTC"))
    for at, price in ((DAY - 60_000, 1.0), (DAY, 2.0), (DAY + 60_000, 3.0), (2 * DAY, 4.0), (2 * DAY + 1, 5.0)):
        warmth.take("A", at, price)
    assert (state.days, state.closes) == ([DAY, 2 * DAY], {"A": [2.0, 4.0]})


def test_a_price_of_midnight_belongs_to_the_day_that_ends() -> None:
    for first, days in ((DAY, [DAY, 2 * DAY]), (DAY + 1, [2 * DAY])):
        state = fresh(D(1))
        warmth = Warmth(state, ZoneInfo("UTC"))
        for at in (first, DAY + 2, 2 * DAY + 1):
            warmth.take("A", at, 1.0)
        assert state.days == days


def test_days_that_are_known_are_not_learnt_from_candles_again() -> None:
    state = fresh(D(1))
    learn(state, {"A": [(DAY, 1.0), (2 * DAY, 2.0)]})
    warmth = Warmth(state, ZoneInfo("UTC"))
    for at in (DAY, 2 * DAY, 3 * DAY, 3 * DAY + 1):
        warmth.take("A", at, 9.0)
    assert (state.days, state.closes) == ([DAY, 2 * DAY, 3 * DAY], {"A": [1.0, 2.0, 9.0]})


def test_days_are_learnt_from_whoever_knows_them() -> None:
    state = fresh(D(1))
    learn(state, {"A": [(1, 10.0), (2, 11.0), (3, 12.0)], "B": [(2, 5.0)]})
    assert (state.days, state.closes) == ([1, 2, 3], {"A": [10.0, 11.0, 12.0], "B": [0.0, 5.0, 5.0]})
    learn(state, {"A": []})
    assert state.days == [1, 2, 3]


def test_a_lone_symbol_has_its_own_tail_and_a_short_that_of_its_mirror() -> None:
    known = past(X=RETURNS)
    tail = known.unit("X", True)
    assert tail is not None
    assert (tail.var, tail.es) == (near(0.018), near(0.01833333333))
    mirror = known.unit("X", False)
    assert mirror is not None
    assert mirror.var == near(historical(-np.array(RETURNS), 0.05).var)
    assert known.unit("X", True) is tail
    assert known.unit("Y", True) is None


def test_a_bad_day_of_a_book_is_as_rare_as_is_asked_for() -> None:
    made = past(A=RETURNS)
    made.ask(RiskLimits(var_alpha=D("0.1")))
    found = made.tail(["A"], [1.0])
    assert found is not None
    assert found.var == near(historical(np.array(RETURNS), 0.1).var)


def test_coins_of_less_than_one_are_measured_like_any_other_and_days_without_a_price_are_left_out() -> None:
    state, cents, dear = fresh(D(1)), Past(), past(A=RETURNS)
    prices = (0.5 * np.cumprod([1.0, *(1 + value for value in RETURNS)])).tolist()
    state.days, state.closes = [DAY * day for day in range(1, len(prices) + 3)], {"A": [0.5, 0.0, *prices]}
    cents.ask(RiskLimits())
    cents.look(state)
    assert cents.sigma("A") == near(dear.sigma("A") or 0.0)
    both = [each.tail(["A"], [1.0]) for each in (cents, dear)]
    assert both[0] is not None
    assert both[1] is not None
    assert both[0].var == near(both[1].var)


def test_returns_begin_again_after_a_day_without_a_price() -> None:
    assert alone(array("d", [0.4, 0.0, 0.5, 0.6]).tobytes()).tolist() == [near(0.2)]


def test_days_before_the_start_are_those_of_the_zone() -> None:
    state = fresh(D(1))
    warmth = Warmth(state, ZoneInfo("Asia/Tokyo"))
    for hour in (14, 15, 16, 40):
        warmth.take("A", hour * 3_600_000, float(hour))
    # Midnight in Tokyo is 15:00 UTC.
    assert (state.days, state.closes) == ([15 * 3_600_000, 39 * 3_600_000], {"A": [15.0, 16.0]})


def test_days_on_which_something_held_has_no_price_do_not_count() -> None:
    rows = np.array([[1.0, 2.0], [np.nan, 3.0], [4.0, 5.0], [6.0, 7.0]])
    assert unbroken(rows).tolist() == [[4.0, 5.0], [6.0, 7.0]]
    assert unbroken(rows[2:]).tolist() == [[4.0, 5.0], [6.0, 7.0]]
    assert len(unbroken(rows[:2])) == 0


def test_volatility_is_weighted_or_of_a_window_and_unknown_without_enough_days() -> None:
    known = past(X=RETURNS)
    assert known.sigma("X") == near(0.01127315073)
    assert known.sigma("X", 20) == near(0.01204760295)
    assert known.sigma("X", 60) is None
    assert known.sigma("Y") is None


def test_the_matrix_of_a_book_is_kept_while_its_symbols_and_sides_are() -> None:
    known = past(X=RETURNS, Y=RETURNS[::-1])
    book = Book(D(1), [weight("X", True)], stamp=1)
    matrix = known.matrix(book, ("Y", True))
    assert matrix.tolist() == [[1.0, 0.9], [0.9, 1.0]]
    assert known.matrix(book, ("Y", True)) is matrix
    assert known.matrix(book, ("Y", False)).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    unknown = Book(D(1), [weight("X", True)], stamp=0)
    assert known.matrix(unknown, ("Z", True)).tolist() == [[1.0, 1.0], [1.0, 1.0]]
    turned = Book(D(1), [weight("X", False)], stamp=0)
    assert known.matrix(turned, ("Z", True)).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    for turn in range(100):
        assert known.matrix(Book(D(1), [weight("X", True)], stamp=2 + turn), ("Y", True)).tolist() == matrix.tolist()


def test_no_more_matrices_are_kept_than_a_few_books_need() -> None:
    known, candidate = past(X=RETURNS, Y=RETURNS[::-1]), ("Y", True)
    books = [Book(D(1), [weight("X", True)], stamp=stamp) for stamp in range(1, KEPT + 2)]
    first, *_ = [known.matrix(book, candidate) for book in books[:KEPT]]
    assert known.matrix(books[0], candidate) is first
    known.matrix(books[KEPT], candidate)
    assert known.matrix(books[0], candidate) is not first


@pytest.mark.parametrize("stamp", [0, 7])
def test_the_tail_of_a_book_with_a_candidate_is_that_of_what_all_of_it_adds_up_to(stamp: int) -> None:
    known = past(X=RETURNS, Y=[2 * value for value in RETURNS], Z=[4 * value for value in RETURNS])
    weights = [weight("X", True, 1000.0), weight("Y", False, -300.0)]
    book = Book(D(10_000), weights, stamp=stamp)
    # (1,000 - 2 x 300 + 4 x 250) / 10,000 = 0.14 of the series; short of the candidate -0.06 of it.
    for _ in range(2):
        found = known.beside(book, "Z", 250.0, 10_000.0)
        assert found is not None
        assert (found.var, found.es) == (near(0.14 * 0.018), near(0.14 * 0.055 / 3))
    short = known.beside(book, "Z", -250.0, 10_000.0)
    assert short is not None
    assert short.var == near(0.06 * historical(-np.array(RETURNS), 0.05).var)
    assert known.beside(book, "unknown", 250.0, 10_000.0) is None
    other = Book(D(10_000), [weight("X", True, 1000.0)], stamp=stamp and stamp + 1)
    found = known.beside(other, "Z", 250.0, 10_000.0)
    assert found is not None
    assert found.var == near(0.2 * 0.018)
    # One day in ten: 3.1 days from the worst, between 15 and 12; four days are in the tail.
    known.ask(msgspec.structs.replace(RiskLimits(), var_alpha=D("0.1")))
    for share, wider in ((0.2, known.beside(other, "Z", 250.0, 10_000.0)), (1, known.unit("X", True))):
        assert wider is not None
        assert (wider.var, wider.es) == (near(share * 0.0147), near(share * 0.0175))


def test_the_tails_of_many_books_are_those_of_each() -> None:
    known = past(X=RETURNS)
    for stamp in range(1, 2 * KEPT):
        book = Book(D(1), [weight("X", True, 0.01)] * stamp, stamp=stamp)
        found = known.beside(book, "X", 0.5, 1.0)
        assert found is not None
        assert found.var == near((0.5 + stamp / 100) * 0.018)


def test_a_share_that_is_ample_is_within_both_lines() -> None:
    known = past(X=RETURNS)
    known.ask(msgspec.structs.replace(RiskLimits(), var_limit=D("0.018"), es_limit=D("0.05")))
    # VaR 0.018 has room for a share of 1, ES of 0.055 / 3 for 2.7; a billionth is left for the noise of floats.
    for _ in range(2):
        assert D("0.999999998") < known.ample("X", True) < 1
    known.ask(msgspec.structs.replace(RiskLimits(), var_limit=D("0.05"), es_limit=D("0.055")))
    assert D("2.7777777") < known.ample("X", True) < D("2.777777778")
    known.ask(msgspec.structs.replace(RiskLimits(), var_limit=D("0.09"), es_limit=D("0.055")))
    assert D("2.99999999") < known.ample("X", True) < 3
    assert float(past(X=[0.0] * 32).ample("X", True)) == near(999_999.999), "what never falls costs nothing"


def test_without_a_known_tail_all_is_ample_where_entries_may_pass_without_one_and_nothing_where_not() -> None:
    assert float(Past().ample("X", True)) == near(999_999.999)
    assert Past(waits=False).ample("X", True) == 0


def test_what_a_book_may_weigh_is_what_the_worst_sides_worst_days_allow() -> None:
    # The two worst of 32 days: 0.019 and 0.018 down, or up for a short; twice that of Y.
    both = past(X=RETURNS, Y=[2 * value for value in RETURNS])
    for _ in range(2):
        assert float(both.bearable) == near(0.05 / 0.037)
    both.ask(msgspec.structs.replace(RiskLimits(), var_limit=D("0.09"), es_limit=D("0.06")))
    assert float(both.bearable) == near(0.06 / 0.037)
    both.ask(msgspec.structs.replace(RiskLimits(), var_method="normal"))
    assert both.bearable == 0, "nothing is known of tails that are not counted"


def test_where_days_are_missing_the_worst_day_alone_counts() -> None:
    state = fresh(D(1))
    state.days = [DAY * day for day in range(1, 42)]
    state.closes = {"X": [100.0, 90.0] + [100.0, 95.0] * 19 + [100.0], "Y": [0.0] * 5 + [50.0] * 36}
    known = Past()
    known.ask(RiskLimits())
    known.look(state)
    assert float(known.bearable) == near(0.05 / (100 / 90 - 1)), "a short's loss as X rises again"
    assert float(Past().bearable) == near(999_999.999), "nothing is known, and entries may pass without"
    assert Past(waits=False).bearable == 0


def test_of_twenty_days_one_more_counts_as_the_worst() -> None:
    # 39, 40 and 41 days: 38, 39 and 40 steps from the worst to the best, a twentieth of them is 1.9, 1.95 and 2.
    for days, worst in ((39, 1.95), (40, 1.95), (41, 1.9)):
        falls = np.zeros(days)
        falls[:4] = -2.0, -1.9, -1.8, -1.0
        assert worst_side(falls[:, None], 0.05) == near(worst)
        assert worst_side(-falls[:, None], 0.05) == near(worst)
    assert worst_side(np.empty((0, 2)), 0.05) == 0


def test_a_line_has_room_for_so_many_of_what_costs_a_part_of_it() -> None:
    assert spare(0.05, 0.02) == near(2.5)
    assert spare(0.05, 0.0) == spare(0.05, -0.01) == inf


def test_a_day_is_noted_once_and_a_new_symbol_has_none_before_it() -> None:
    state = fresh(D(1))
    note(state, 1, {"A": 10.0})
    note(state, 1, {"A": 11.0})
    note(state, 2, {"A": 12.0, "B": 5.0})
    assert (state.days, state.closes) == ([1, 2], {"A": [10.0, 12.0], "B": [0.0, 5.0]})


def test_only_as_many_days_are_learnt_as_are_measured() -> None:
    state = fresh(D(1))
    learn(state, {"A": [(day, float(day)) for day in range(1, LOOKBACK + 5)]})
    # 250 returns are those of 251 days.
    assert state.days == list(range(4, LOOKBACK + 5))
    assert state.closes["A"] == [float(day) for day in state.days]


def test_days_before_a_symbol_was_known_are_not_its_own() -> None:
    state, made = fresh(D(1)), Past()
    cheap = (0.5 * np.cumprod([1.0, *(1 + value for value in RETURNS)])).tolist()
    state.days = [DAY * day for day in range(1, 44)]
    state.closes = {"X": [0.0] * 10 + cheap, "Y": [1.0] * 43}
    made.ask(RiskLimits())
    made.look(state)
    assert made.sigma("X") == near(0.01127315073)
    tail = made.unit("X", True)
    assert tail is not None
    assert tail.var == near(0.018)


def test_a_day_that_ended_without_any_price_is_no_trouble() -> None:
    state, made = fresh(D(1)), Past()
    note(state, DAY, {})
    made.ask(RiskLimits())
    made.look(state)
    assert (made.known, made.sigma("X"), made.shock("X"), made.unit("X", True)) == (True, None, None, None)
    assert made.among(["X", "Y"]).tolist() == [[1.0, 1.0], [1.0, 1.0]]
    # The same on a desk: midnight passes before its first candle, and somebody looks at what it may lose.
    desk = Desk({}, settings=WIDE)
    for at in (DAY, 2 * DAY):
        desk.feed(Timer(at, "minute"))
    assert len(desk.core.state.days) == 1
    assert desk.core.desk.gate.measure(desk.core.state) == Measure(D(10_000))
    assert desk.core.desk.gate.book(desk.core.state).equity == 10_000


def test_what_a_tail_may_come_to_is_its_limit_with_room_for_noise_alone() -> None:
    known = past()
    assert (known.var_line, known.es_line) == (near(0.05), near(0.08))
    assert known.var_line > 0.05
    assert known.es_line > 0.08


def test_a_new_day_is_measured_anew() -> None:
    state = fresh(D(1))
    made = Past()
    made.ask(RiskLimits())
    for day, close in enumerate(100 * np.cumprod([1.0, *(1 + value for value in RETURNS)])):
        note(state, day + 1, {"X": close})
        made.look(state)
        tail = made.unit("X", True)
        assert (tail is None) == (day < 30)
    assert tail is not None
    assert tail.var == near(0.018)


def test_days_that_are_learnt_again_are_measured_again_though_they_end_on_the_same_day() -> None:
    state, made = fresh(D(1)), Past()
    made.ask(RiskLimits())
    calm = [(DAY * day, 100.0 + day % 2) for day in range(1, 41)]
    learn(state, {"A": calm})
    made.look(state)
    before = made.sigma("A")
    learn(state, {"A": [(end, 100 + 10 * (price - 100)) for end, price in calm]})
    made.look(state)
    after = made.sigma("A")
    assert before is not None
    assert after is not None
    assert after > 5 * before


def test_a_deviation_is_measured_once_and_known_thereafter() -> None:
    made = past(A=RETURNS)
    first = made.sigma("A")
    assert first is not None
    assert made.sigma("A") == first
    assert made.sigma("NEW") is None
