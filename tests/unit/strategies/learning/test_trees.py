"""Boosted trees as arrays: a tree by hand, scikit-learn beside the own prediction, arrays that are no tree."""

import msgspec
import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier  # type: ignore[import-untyped]

from strategies.learning.model import Recipe
from strategies.learning.train import fit
from strategies.learning.trees import Boosted, Tree, fault

STUMP = Tree((1, -2, -2), (0.5, -2.0, -2.0), (1, -1, -1), (2, -1, -1), (0.0, -3.0, 4.0))


def test_a_row_goes_left_when_its_value_is_at_most_the_threshold() -> None:
    rows = np.array([[9.0, 0.4], [9.0, 0.5], [0.0, 0.6]])
    np.testing.assert_array_equal(STUMP.leaves(rows), [-3.0, -3.0, 4.0])


def test_values_add_up_to_log_odds() -> None:
    """0.2 + 0.5 · (4 + 4) = 4.2 and 0.2 + 0.5 · (-3 - 3) = -2.8; logistic 0.98522597, 0.05732418."""
    model = Boosted(0.2, 0.5, (STUMP, STUMP))
    assert model.probability(np.array([[0.0, 1.0], [0.0, 0.0]])) == pytest.approx([0.98522597, 0.05732418], abs=5e-9)
    assert Boosted(2_000.0, 0.5, ()).probability(np.zeros((1, 2))) == [1.0]
    assert Boosted(-2_000.0, 0.5, ()).probability(np.zeros((1, 2))) == [0.0]


@pytest.mark.parametrize(("seed", "depth", "trees"), [(1, 3, 100), (2, 1, 40), (3, 5, 60)])
def test_probabilities_are_those_of_scikit_learn(seed: int, depth: int, trees: int) -> None:
    rng = np.random.default_rng(seed)
    rows = np.round(rng.normal(0.0, 10.0, (1_500, 9)), 1) * (rng.random((1_500, 9)) > 0.2)
    said = (rows[:, 0] + rows[:, 1] * np.sign(rows[:, 2]) + rng.normal(0.0, 8.0, 1_500) > 3).astype(float)
    recipe = Recipe("1h", 12, 0.0, trees=trees, depth=depth)
    stored = msgspec.json.decode(msgspec.json.encode(fit(rows[:1_000], said[:1_000], recipe)), type=Boosted)
    theirs = GradientBoostingClassifier(n_estimators=trees, max_depth=depth, learning_rate=0.1, random_state=0)
    theirs.fit(rows[:1_000], said[:1_000])
    np.testing.assert_allclose(stored.probability(rows), theirs.predict_proba(rows)[:, 1], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"value": (0.0,)}, "its arrays differ in length"),
        ({"value": (), "feature": (), "threshold": (), "left": (), "right": ()}, "its arrays differ in length"),
        ({"left": (0, -1, -1)}, "node 0 leads nowhere"),
        ({"right": (3, -1, -1)}, "node 0 leads nowhere"),
        ({"left": (1, 1, -1)}, "node 1 leads nowhere"),
        ({"left": (1, -1, -1), "right": (2, 2, -1)}, "node 1 leads nowhere"),
        ({"feature": (2, -2, -2)}, "node 0 leads nowhere"),
        ({"feature": (-1, -2, -2)}, "node 0 leads nowhere"),
    ],
)
def test_arrays_that_are_no_tree_are_named(change: dict[str, tuple[float, ...]], says: str) -> None:
    assert STUMP.fault(2) is None
    assert msgspec.structs.replace(STUMP, **change).fault(2) == says
    assert fault([STUMP, msgspec.structs.replace(STUMP, **change)], 2) == f"tree 1: {says}"
