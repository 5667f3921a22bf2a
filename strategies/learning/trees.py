"""Boosted trees as arrays: numbers in a file, and the probability they give."""

from collections.abc import Sequence
from math import exp

import msgspec
import numpy as np

from engine.model.market import Floats

LEAF = -1


class Tree(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A regression tree: node 0 is the root, a child stands after its parent, a leaf has no children (-1)."""

    feature: tuple[int, ...]
    """Column that a node looks at."""
    threshold: tuple[float, ...]
    """A row goes left when its value is at most this."""
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def fault(self, features: int) -> str | None:
        """Why these arrays are no tree over so many features, None when they are one."""
        size = len(self.value)
        if not size or {len(self.feature), len(self.threshold), len(self.left), len(self.right)} != {size}:
            return "its arrays differ in length"
        for node, (feature, left, right) in enumerate(zip(self.feature, self.left, self.right, strict=True)):
            if left == right == LEAF:
                continue
            if not (0 <= feature < features and node < left < size and node < right < size):
                return f"node {node} leads nowhere"
        return None

    def leaves(self, rows: Floats) -> Floats:
        """Value of the leaf each row comes to."""
        feature, threshold = np.array(self.feature), np.array(self.threshold)
        left, right, value = np.array(self.left), np.array(self.right), np.array(self.value)
        node = np.zeros(len(rows), np.int64)
        moving = np.flatnonzero(left[node] != LEAF)
        while moving.size:
            at = node[moving]
            node[moving] = np.where(rows[moving, feature[at]] <= threshold[at], left[at], right[at])
            moving = moving[left[node[moving]] != LEAF]
        return value[node]


class Boosted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Trees whose values add up to the log odds of a long that pays."""

    start: float
    """Log odds before the first tree."""
    rate: float
    """What a tree's value counts."""
    trees: tuple[Tree, ...]

    def probability(self, rows: Floats) -> list[float]:
        """Probability 0..1 of each row (rows, features). Features are taken in single precision, as in training."""
        seen = rows.astype(np.float32).astype(float)
        odds = np.full(len(rows), self.start)
        for tree in self.trees:
            odds += self.rate * tree.leaves(seen)
        return [_logistic(value) for value in odds.tolist()]


def fault(trees: Sequence[Tree], features: int) -> str | None:
    """The first fault among the trees."""
    return next((f"tree {i}: {found}" for i, tree in enumerate(trees) if (found := tree.fault(features))), None)


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-odds)) if odds >= 0.0 else exp(odds) / (1.0 + exp(odds))
