"""Seeded numbers that are the same on every machine.

The generator's integers are specified bit by bit. What is made of them here uses only additions,
multiplications, divisions and square roots, which IEEE 754 fixes to the last bit, unlike exponentials.
"""

import math

import numpy as np
import numpy.typing as npt

from engine.model.market import Floats

Words = npt.NDArray[np.uint64]

QUARTERS_SD = 65_536 / math.sqrt(3)
"""Standard deviation of the sum of four uniform 16-bit numbers."""
QUARTERS_MEAN = 2 * 65_535
KEY_OFFSET = 2**31
"""Added to each part of a key, which may be negative (days before the start)."""


class Draws:
    """One stream of random numbers, named by its key: equal keys give equal numbers."""

    def __init__(self, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([part + KEY_OFFSET for part in key]))

    def words(self, count: int) -> Words:
        """64 random bits each."""
        return self._bits.random_raw(count)

    def uniforms(self, count: int) -> Floats:
        """Numbers in [0, 1)."""
        return (self.words(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normals(self, count: int) -> Floats:
        """Nearly normal numbers (mean 0, sd 1, at most 3.46 from the mean): sums of four uniform ones."""
        quarters = quarters_of(self.words(count))
        total = (quarters[0] + quarters[1] + quarters[2] + quarters[3]).astype(np.float64)
        return (total - QUARTERS_MEAN) / QUARTERS_SD


def quarters_of(words: Words) -> tuple[Words, Words, Words, Words]:
    """The four 16-bit numbers in each word, from the highest."""
    low = np.uint64(0xFFFF)
    return (
        words >> np.uint64(48),
        (words >> np.uint64(32)) & low,
        (words >> np.uint64(16)) & low,
        words & low,
    )


def growth(exponent: Floats) -> Floats:
    """e to the power of small numbers, to a few per mille: (1 + x/256) to the 256th by eight squarings."""
    result = 1 + exponent / 256
    for _ in range(8):
        result = result * result
    return result


def glide(knots: Floats, spacing: int) -> Floats:
    """Straight lines from knot to knot: (len(knots) - 1) x spacing values."""
    share = np.arange(spacing) / spacing
    return (knots[:-1, None] + (knots[1:] - knots[:-1])[:, None] * share).ravel()
