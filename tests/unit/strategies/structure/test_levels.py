"""Key levels gather in clusters: the printed example."""

import pytest

from strategies.structure.levels import Cluster, Level, clusters, significance_near

EXAMPLE = [
    Level(1600, 3),
    Level(1612, 2),
    Level(1585.0, 2),
    Level(1584.2, 1),
    Level(1613.1, 3),
    Level(1585.6, 3),
]


def test_the_example_gathers_in_the_printed_clusters() -> None:
    found = clusters(EXAMPLE)
    assert [one.price for one in found] == pytest.approx([1584.7, 1600, 1612.3667], abs=5e-5)
    assert [(one.tier, one.weight) for one in found] == [(1, 6), (3, 1), (2, 3)]
    assert [one.significance for one in found] == pytest.approx([100, 16.667, 50], abs=5e-4)


def test_a_cluster_reaches_from_its_first_price_not_from_its_last() -> None:
    found = clusters([Level(1000, 3), Level(1000.9, 3), Level(1001.0, 3), Level(1001.8, 3)])
    assert [len(one.levels) for one in found] == [3, 1]


def test_a_weight_is_at_most_six_while_the_price_is_weighed_in_full() -> None:
    (one,) = clusters([Level(1000, 1), Level(1000, 1), Level(1001, 1)])
    assert (one.weight, one.significance) == (6, 100.0)
    assert one.price == pytest.approx(1000 + 1 / 3)


def test_below_the_price_is_support_above_is_resistance() -> None:
    assert [one.side(1605.0) for one in clusters(EXAMPLE)] == ["support", "support", "resistance"]


def test_the_largest_significance_nearby_counts() -> None:
    found = [Cluster(100.0, 3, 1, ()), Cluster(100.1, 1, 3, ()), Cluster(100.2, 1, 6, ())]
    assert significance_near(found, 100.0, 0.0015) == 50.0
    assert significance_near(found, 90.0, 0.0015) == 0.0
    assert significance_near([], 90.0, 0.0015) == 0.0


def test_no_levels_no_clusters() -> None:
    assert clusters([]) == []
