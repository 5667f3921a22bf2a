"""Labels of the learned scorer: worked by hand."""

import numpy as np
import pytest

from engine.model.market import Bars
from strategies.learning.labels import labels
from tests.series import bars_of


def opening(*prices: float) -> Bars:
    opens = np.array(prices)
    return bars_of(opens, open=opens)


def test_the_side_that_pays_after_both_fees_is_the_label() -> None:
    """Fee 0.001, two bars: a long from 100 needs more than 100 · 1.001/0.999 = 100.2002, a short less than 99.8002."""
    assert labels(opening(7, 100, 1, 100.21), "5m", 2, 0.001)[0] == 1.0
    assert labels(opening(7, 100, 1, 99.79), "5m", 2, 0.001)[0] == 0.0
    assert np.isnan(labels(opening(7, 100, 1, 100.20), "5m", 2, 0.001)[0])
    assert np.isnan(labels(opening(7, 100, 1, 99.81), "5m", 2, 0.001)[0])


def test_without_costs_only_a_trade_that_goes_nowhere_has_no_label() -> None:
    found = labels(opening(5, 10, 11, 10, 10, 9, 9), "5m", 2, 0.0)
    np.testing.assert_array_equal(found, [np.nan, 0.0, 0.0, 0.0, np.nan, np.nan, np.nan])


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_the_newest_bars_have_no_outcome_yet(size: int) -> None:
    assert np.isnan(labels(opening(*range(10, 10 + size)), "5m", 2, 0.0)).all()


def test_a_trade_across_a_missing_bar_has_no_label() -> None:
    bars = opening(*range(10, 20))
    kept = np.arange(10) != 5
    holed = Bars(*(getattr(bars, name)[kept] for name in bars.__struct_fields__))
    found = labels(holed, "5m", 2, 0.0)
    np.testing.assert_array_equal(np.isnan(found), [False, False, True, True, True, False, True, True, True])
