"""High and low volume nodes: the printed example, and what is none."""

from decimal import Decimal

import pytest

from strategies.structure.nodes import Nodes, nodes, prices, smoothed
from strategies.structure.profile import Profile

EXAMPLE = (3, 12, 30, 26, 11, 4, 7, 16, 31, 24, 10, 5)


def rows(*volumes: int | str, same: str = "0") -> Profile:
    return Profile(Decimal("0.5"), 200, tuple(map(Decimal, volumes)), Decimal(same))


def test_the_example_is_smoothed_as_printed() -> None:
    printed = (5.25, 14.25, 24.5, 23.25, 13, 6.5, 8.5, 17.5, 25.5, 22.25, 12.25, 6.25)
    assert list(map(float, smoothed(rows(*EXAMPLE).volumes))) == list(printed)
    assert float(rows(*EXAMPLE).total / 12) == pytest.approx(14.916667, abs=5e-7)


def test_the_example_has_the_printed_nodes() -> None:
    assert nodes(rows(*EXAMPLE)) == Nodes((2, 8), (5,))


def test_a_node_stands_for_the_middle_of_its_row() -> None:
    """Row 2 of rows of 0.5 from 100."""
    assert prices(rows(*EXAMPLE)) == ((101.25, 104.25), (102.75,))


def test_rows_at_the_edge_are_never_nodes() -> None:
    assert nodes(rows(9, 1, 9)) == Nodes((), (1,))
    assert nodes(rows(9)) == Nodes((), ())
    assert nodes(rows(9, 1)) == Nodes((), ())


def test_of_a_flat_valley_the_lowest_row_is_the_node() -> None:
    assert nodes(rows(20, 20, 0, 0, 0, 0, 0, 20, 20)).low == (3,)


def test_a_peak_that_is_not_busy_and_a_valley_that_is_not_quiet_are_no_nodes() -> None:
    """Mean 10.33: a peak of 12 is less than 12.4, a valley of 8 more than 5.17."""
    assert nodes(rows(10, 11, 12, 11, 10, 8, 10)) == Nodes((), ())


def test_noise_of_rounding_moves_no_peak() -> None:
    """Of a flat peak the lowest row is the node; a hair more volume on its far side would make it the next one."""
    noisy = ("0", "5", "20", "20", "20", "20.00000001", "5", "0")
    assert nodes(rows(*noisy)).high == (4,)
    assert nodes(rows(*noisy, same="1e-7")).high == (3,)
