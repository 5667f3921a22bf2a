"""Floats become money with the digits that Python itself would print."""

from decimal import Decimal
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.money import exact


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exact_money_has_the_digits_and_the_exponent_of_the_shortest_text(value: float) -> None:
    assert exact(value).as_tuple() == Decimal(repr(value)).as_tuple()
    assert exact(np.float64(value)).as_tuple() == Decimal(repr(value)).as_tuple()


@pytest.mark.parametrize("value", [inf, -inf, nan])
def test_what_is_not_finite_stays_so(value: float) -> None:
    assert str(exact(value)) == str(Decimal(value))
