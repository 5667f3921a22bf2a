"""Floats become money with the digits that Python itself would print, and money becomes the nearest float."""

from decimal import Decimal
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.money import exact, shadow, shadows


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_exact_money_has_the_digits_and_the_exponent_of_the_shortest_text(value: float) -> None:
    assert exact(value).as_tuple() == Decimal(repr(value)).as_tuple()
    assert exact(np.float64(value)).as_tuple() == Decimal(repr(value)).as_tuple()


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_the_shadow_of_money_is_the_float_nearest_to_it(value: Decimal) -> None:
    assert shadow(value) == float(value)
    assert shadows([value, Decimal(1)]) == [float(value), 1.0]


def test_money_beyond_all_floats_is_infinite() -> None:
    assert (shadow(Decimal("1E+400")), shadow(Decimal("-1E+400"))) == (inf, -inf)
    assert shadows([Decimal("1E+400"), Decimal("0.1")]) == [inf, 0.1]
    assert shadows([]) == []


@pytest.mark.parametrize("value", [inf, -inf, nan])
def test_what_is_not_finite_stays_so(value: float) -> None:
    assert str(exact(value)) == str(Decimal(value))
    assert str(shadow(Decimal(value))) == str(value)
