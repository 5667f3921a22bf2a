"""Point of control and value area: the printed example, ties, edges, and the columns against the exact rule."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies.structure.areas import value_areas
from strategies.structure.profile import Profile, of_trades
from strategies.structure.value_area import ValueArea, poc_row, value_area

EXAMPLE = (
    ("20.3", 6),
    ("20.8", 5),
    ("21.4", 13),
    ("22.2", 9),
    ("22.9", 12),
    ("23.5", 17),
    ("24.6", 4),
    ("25.1", 8),
    ("26.7", 5),
)
VOLUMES = st.lists(st.integers(0, 12), min_size=1, max_size=25).filter(any)


def rows(*volumes: int | str) -> Profile:
    return Profile(Decimal(1), 0, tuple(map(Decimal, volumes)))


def test_the_example_gives_the_printed_area() -> None:
    profile = of_trades([(Decimal(price), Decimal(qty)) for price, qty in EXAMPLE], Decimal(1))
    assert profile is not None
    assert list(map(int, profile.volumes)) == [11, 13, 21, 17, 4, 8, 5]
    assert profile.lowest + poc_row(profile) == 22
    assert value_area(profile) == ValueArea(Decimal(20), Decimal("22.5"), Decimal(25))


@pytest.mark.parametrize(("share", "low", "high"), [(0.5, 20, 23), (0.56, 20, 23), (0.57, 20, 25), (0.95, 20, 27)])
def test_the_example_grows_in_the_printed_steps(share: float, low: int, high: int) -> None:
    """21, then 45, then 66 of 79; 45/79 = 0.5696."""
    profile = rows(*([0] * 20), 11, 13, 21, 17, 4, 8, 5)
    area = value_area(profile, share)
    assert (int(area.val), int(area.vah)) == (low, high)


def test_equal_rows_take_the_one_nearest_the_middle_then_the_lower() -> None:
    assert poc_row(rows(5, 1, 1, 5, 1)) == 3
    assert poc_row(rows(5, 5)) == 0
    assert poc_row(rows(1, 5, 1, 5, 1)) == 1


def test_equal_groups_add_the_upper_one() -> None:
    assert value_area(rows(2, 2, 5, 2, 2), 0.6) == ValueArea(Decimal(2), Decimal("2.5"), Decimal(5))


def test_a_side_without_rows_loses_even_to_empty_ones() -> None:
    assert value_area(rows(4, 0, 0, 6), 0.95) == ValueArea(Decimal(0), Decimal("3.5"), Decimal(4))


def test_one_row_is_added_where_one_is_left() -> None:
    assert value_area(rows(3, 9, 1, 1, 1), 0.8) == ValueArea(Decimal(0), Decimal("1.5"), Decimal(2))


def test_a_single_row_is_all() -> None:
    assert value_area(rows(7)) == ValueArea(Decimal(0), Decimal("0.5"), Decimal(1))


def test_exact_volumes_tie_where_floats_would_not() -> None:
    """0.1 + 0.2 above against 0.3 below: equal, so the upper group is added."""
    assert value_area(rows("0.3", "0", "0.6", "0.1", "0.2"), 0.6).vah == 5


@given(VOLUMES, st.sampled_from([0.5, 0.7, 0.95]))
def test_an_area_holds_its_share_around_the_point_of_control(volumes: list[int], share: float) -> None:
    profile = rows(*volumes)
    val, poc, vah = value_area(profile, share)
    held = sum(volumes[int(val) : int(vah)])
    assert held >= share * sum(volumes) - 1e-9
    assert val < poc < vah
    assert volumes[int(poc)] == max(volumes)
    assert val >= 0
    assert vah <= len(volumes)


@given(st.lists(VOLUMES, min_size=1, max_size=8), st.sampled_from([0.5, 0.7, 0.95]))
def test_columns_say_what_the_exact_rule_says(profiles: list[list[int]], share: float) -> None:
    """Tenths, so that floats have rounding noise to be led astray by."""
    width = max(map(len, profiles)) + 2
    table = np.zeros((len(profiles), width))
    for row, volumes in enumerate(profiles):
        table[row, 1 : 1 + len(volumes)] = np.array(volumes) / 10
    first = np.ones(len(profiles), np.int64)
    last = np.array([len(volumes) for volumes in profiles])
    spans = value_areas(table, first, last, table.sum(axis=1), share)
    for row, volumes in enumerate(profiles):
        val, poc, vah = value_area(Profile(Decimal(1), 1, tuple(Decimal(v) / 10 for v in volumes)), share)
        assert (spans.low[row], spans.poc[row] + 0.5, spans.high[row] + 1) == (val, float(poc), vah)


def test_a_profile_alone_has_the_area_it_has_among_others() -> None:
    rng = np.random.default_rng(11)
    for _ in range(200):
        table = rng.integers(0, 6, (7, 24)) * rng.choice([1.0, 0.1, 1e-3])
        first, last = rng.integers(0, 6, 7), rng.integers(18, 24, 7)
        columns = np.arange(24)
        table[(columns < first[:, None]) | (columns > last[:, None])] = 0.0
        total, share = table.sum(axis=1), float(rng.uniform(0.5, 0.95))
        together = np.array(value_areas(table, first, last, total, share))
        for row in range(7):
            each = slice(row, row + 1)
            alone = np.array(value_areas(table[each], first[each], last[each], total[each], share))
            np.testing.assert_array_equal(alone[:, 0], together[:, row])
