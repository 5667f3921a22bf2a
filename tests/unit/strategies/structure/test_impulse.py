"""The impulse leg: the printed example and its mirror."""

from decimal import Decimal

import numpy as np
import pytest

from engine.model.market import Bars
from strategies.structure.impulse import Leg, leg
from tests.series import bars_of

LOW = [54.0, 55.2, 56.0, 57.2, 58.1, 57.0]
HIGH = [56.0, 56.8, 57.9, 59.0, 59.6, 60.0]
CLOSE = [55.0, 56.7, 57.5, 58.8, 59.2, 57.5]


def example(*, mirrored: bool = False) -> Bars:
    """A close inside 50..56, four bars out of it, then the bar that asks; mirrored around 53."""
    low, high, close = np.array(LOW), np.array(HIGH), np.array(CLOSE)
    if mirrored:
        low, high, close = 106 - high, 106 - low, 106 - close
    return bars_of(close, low=low, high=high)


def test_the_example_has_the_printed_leg() -> None:
    found = leg(example(), 5, 1, 50, 56, 1.2)
    assert found == Leg(1, 4, 55.2, 59.6)
    assert found.high - found.low == pytest.approx(4.4)


def test_with_a_larger_atr_there_is_no_leg() -> None:
    assert leg(example(), 5, 1, 50, 56, 3.1) is None
    assert leg(example(), 5, 1, 50, 56, float("nan")) is None


def test_the_mirrored_example_has_the_mirrored_leg() -> None:
    found = leg(example(mirrored=True), 5, -1, 50, 56, 1.2)
    assert found is not None
    assert (found.first, found.last) == (1, 4)
    assert (found.low, found.high) == pytest.approx((46.4, 50.8))


def test_the_asking_bar_is_not_part_of_the_leg() -> None:
    """Its high of 60 would be the highest."""
    found = leg(example(), 5, 1, 50, 56, 1.2)
    assert found is not None
    assert found.high == 59.6


def test_the_close_of_the_asking_bar_does_not_end_the_leg() -> None:
    bars = example()
    bars.close[5] = 55.9
    assert leg(bars, 5, 1, 50, 56, 1.2) == Leg(1, 4, 55.2, 59.6)


def test_two_bars_are_no_leg() -> None:
    assert leg(example(), 3, 1, 50, 56, 1.2) is None


def test_without_a_close_inside_or_right_after_one_there_is_no_leg() -> None:
    assert leg(example(), 5, 1, 40, 41, 1.2) is None
    assert leg(example(), 1, 1, 50, 56, 1.2) is None
    assert leg(example(), 0, 1, 50, 56, 1.2) is None


def test_the_leg_runs_from_the_lowest_low_to_the_highest_high_after_it() -> None:
    low = np.array([54, 58, 57, 56.5, 57, 58, 59, 58.0])
    high = np.array([56, 64, 60, 58.0, 59, 61, 60, 59.0])
    bars = bars_of((low + high) / 2, low=low, high=high)
    assert leg(bars, 7, 1, 50, 56, 1.0) == Leg(3, 5, 56.5, 61.0)


def test_the_profile_of_a_leg_holds_the_volume_of_its_candles() -> None:
    found = leg(example(), 5, 1, 50, 56, 1.2)
    assert found is not None
    profile = found.profile(example(), Decimal("0.5"))
    assert profile is not None
    assert float(profile.total) == pytest.approx(400)
    assert (profile.lower(0), profile.lower(len(profile.volumes))) == (Decimal("55.0"), Decimal("60.0"))
