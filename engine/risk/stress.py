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
    return room_beside(*beside(weights, matrix), most)


def beside(weights: Floats, matrix: Floats) -> tuple[float, float]:
    """The form of the book alone, and what one unit of the last row and column, the candidate, shares with it."""
    return float(weights.dot(matrix[:-1, :-1].dot(weights))), float(matrix[-1, :-1].dot(weights))


def room_beside(own: float, shared: float, most: float) -> float:
    """Weight that a candidate may have beside a book of these (`beside`) until `load` reaches `most`."""
    spare = most * most - own
    return spare / (shared + sqrt(shared * shared + spare)) if spare > 0 else 0.0
