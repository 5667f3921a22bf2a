"""What a book of positions amounts to when correlations rise (risk.md R5.3, R5.5), and the room left (R5.6).

The same form serves heat (weights are losses at the stops) and exposure (weights are notionals).
"""

from math import sqrt

import numpy as np

from engine.model.market import Floats, Ints

FLOOR = 0.9


def stressed(rho: Floats, signs: Ints, floor: float = FLOOR) -> Floats:
    """R*: 1 on the diagonal, at least `floor` between positions of one side, 0 between sides: no hedging credit."""
    same = signs[:, None] == signs[None, :]
    found: Floats = np.where(same, np.maximum(rho, floor), 0.0)
    np.fill_diagonal(found, 1.0)
    return found


def load(weights: Floats, matrix: Floats) -> float:
    """Root of the quadratic form; a negative form counts as 0."""
    return sqrt(max(0.0, float(weights @ matrix @ weights)))


def load_room(weights: Floats, matrix: Floats, most: float) -> float:
    """Weight that the last row and column of `matrix`, the candidate, may have until `load` reaches `most`.

    `weights` are those of the book, one fewer than the rows. Nothing when the book alone is above `most`.
    """
    row = matrix[-1, :-1]
    spare = most * most - float(weights @ matrix[:-1, :-1] @ weights)
    if spare <= 0:
        return 0.0
    b = float(row @ weights)
    return spare / (b + sqrt(b * b + spare))
