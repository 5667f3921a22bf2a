"""Past days of the desk: how they are kept, learnt, forgotten, and what is measured on them."""

from zoneinfo import ZoneInfo

import numpy as np

from engine.model.limits import RiskLimits
from engine.risk.book import Book, Weight
from engine.risk.past import Past, learn, note, unbroken
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


def weight(symbol: str, long: bool) -> Weight:
    return Weight(symbol, symbol, "s", long, D(1), D(1), None, D(1), D(1), 1.0)


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
    for turn in range(100):
        assert known.matrix(Book(D(1), [weight("X", True)], stamp=2 + turn), ("Y", True)).tolist() == matrix.tolist()
        known.tail([f"S{turn}"], [1.0])


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
