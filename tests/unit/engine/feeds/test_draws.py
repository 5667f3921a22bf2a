import math

import numpy as np
import pytest

from engine.feeds.draws import Draws, glide, growth, quarters_of


def test_equal_keys_give_equal_numbers_and_other_keys_others() -> None:
    again = Draws(7, 0, -3).words(100)
    assert (Draws(7, 0, -3).words(100) == again).all()
    assert not (Draws(7, 0, 3).words(100) == again).any()


def test_uniforms_lie_in_the_unit_interval_and_fill_it() -> None:
    values = Draws(1).uniforms(100_000)
    assert values.min() >= 0
    assert values.max() < 1
    assert np.histogram(values, bins=10, range=(0, 1))[0] == pytest.approx(10_000, rel=0.05)


def test_normals_have_mean_nought_and_deviation_one() -> None:
    values = Draws(1).normals(200_000)
    assert values.mean() == pytest.approx(0, abs=0.01)
    assert values.std() == pytest.approx(1, abs=0.01)
    # Share within one deviation: 68.3 % of a normal; the sum of four uniform numbers has 67.1 %.
    assert (np.abs(values) < 1).mean() == pytest.approx(0.68, abs=0.015)


def test_quarters_are_the_parts_of_a_word_from_the_highest() -> None:
    words = np.array([0x0001_0002_0003_FFFF], dtype=np.uint64)
    assert [int(quarter[0]) for quarter in quarters_of(words)] == [1, 2, 3, 0xFFFF]


def test_growth_is_close_to_the_exponential() -> None:
    for exponent in (-1.5, -0.3, 0.0, 0.3, 1.5):
        assert growth(np.array([exponent]))[0] == pytest.approx(math.exp(exponent), rel=0.005)


def test_a_glide_goes_straight_from_knot_to_knot() -> None:
    assert glide(np.array([0.0, 4.0, 2.0]), 4).tolist() == [0, 1, 2, 3, 4, 3.5, 3, 2.5]
