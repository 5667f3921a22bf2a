"""Reduced to fit, an order passes every limit it was reduced for, and no larger one on the step would."""

from decimal import Decimal as D

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.model.market import Floats
from engine.model.money import floor_to
from engine.risk.room import Cut, Room, cut, headroom, load_quantity, net_room, room
from engine.risk.stake import Stake
from engine.risk.stress import load, load_room, stressed
from engine.risk.var import tail

AMOUNTS = st.integers(0, 10**6).map(lambda n: D(n) / 100)
ABOVE = st.integers(1, 10**6).map(lambda n: D(n) / 100)
STEP = D("0.01")


@given(st.lists(st.tuples(st.sampled_from("abcde"), AMOUNTS), max_size=8), ABOVE, ABOVE)
def test_what_is_left_fits_every_room(rooms: list[tuple[str, D]], wanted: D, price: D) -> None:
    answer = cut(wanted, [Room(code, qty) for code, qty in rooms], STEP, price)
    least = min((qty for _, qty in rooms), default=wanted)
    if isinstance(answer, Cut):
        assert answer.qty == min(wanted, floor_to(least, STEP))
        assert (answer.binding is None) == (least >= wanted)
    else:
        assert least < STEP


@st.composite
def books(draw: st.DrawFn) -> tuple[list[float], list[int], Floats]:
    """Weights of a book, sides with the candidate's last, and a valid correlation matrix of all of them."""
    weights = draw(st.lists(st.floats(0, 1e6), max_size=6))
    n = len(weights) + 1
    sides = draw(st.lists(st.sampled_from([1, -1]), min_size=n, max_size=n))
    loadings = np.array(draw(st.lists(st.lists(st.floats(-1, 1), min_size=3, max_size=3), min_size=n, max_size=n)))
    loadings = np.column_stack([loadings, np.full(n, 0.5)])
    loadings /= np.linalg.norm(loadings, axis=1)[:, None]
    return weights, sides, loadings @ loadings.T


@given(books(), st.floats(1, 1e7))
def test_the_room_of_a_form_brings_it_exactly_to_its_limit(
    book: tuple[list[float], list[int], Floats], most: float
) -> None:
    weights, sides, rho = book
    matrix = stressed(rho, np.array(sides))
    held = np.array(weights)
    before = load(held, matrix[:-1, :-1])
    extra = load_room(held, matrix, most)
    assert extra >= 0
    after = load(np.append(held, extra), matrix)
    if before <= most:
        assert abs(after - most) <= 1e-9 * max(most, before)
    else:
        assert extra == 0
    quantity = load_quantity("x", extra, D(7)).qty
    assert float(quantity * 7) <= extra * (1 + 1e-11)


@given(ABOVE, AMOUNTS, ABOVE)
def test_a_linear_room_uses_the_limit_up(most: D, used: D, per_unit: D) -> None:
    found = room("x", most, used, per_unit)
    assert used + found.qty * per_unit <= max(most, used) * (1 + D("1e-30"))


@given(ABOVE, st.integers(-(10**6), 10**6).map(D), st.sampled_from([1, -1]), ABOVE, ABOVE)
def test_net_exposure_after_is_within_its_limit(most: D, net: D, sign: int, wanted: D, price: D) -> None:
    found = net_room(most, net, sign, wanted, price).qty
    assert found == 0 or abs(net + sign * min(found, wanted) * price) <= most * (1 + D("1e-30"))


@given(st.lists(st.tuples(st.sampled_from(["long", "short"]), ABOVE, ABOVE, ABOVE), max_size=5), ABOVE, ABOVE)
def test_if_every_stop_is_hit_the_day_ends_at_its_line(rows: list[tuple[str, D, D, D]], base: D, equity: D) -> None:
    held = [
        Stake("s", "s", "x", "long" if side == "long" else "short", qty, mark, mark, stop)
        for side, qty, mark, stop in rows
    ]
    lost = sum((max(D(0), qty * (mark - stop) * (1 if side == "long" else -1)) for side, qty, mark, stop in rows), D(0))
    spare = headroom(base, equity, D("0.05"), held, D(0))
    assert spare == 0 or max(D(0), base - equity) + lost + spare == D("0.05") * base


@given(st.lists(st.floats(-0.2, 0.2), min_size=30, max_size=120), st.floats(0.1, 10))
def test_twice_the_book_has_twice_the_tail(returns: list[float], factor: float) -> None:
    values = np.array(returns)
    one, other = tail(values), tail(values * factor)
    assert one is not None
    assert other is not None
    assert abs(other.var - factor * one.var) <= 1e-9 * factor
    assert one.es >= one.var - 1e-12
