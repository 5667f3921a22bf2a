"""The table of months, by hand."""

from datetime import date

import pytest

from engine.stats.months import months


def test_days_are_compounded_into_months_and_years() -> None:
    days = [date(2025, 11, 29), date(2025, 11, 30), date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 2)]
    first, second = months(days, [0.1, -0.5, 0.2, 0.5, 1.0])
    assert first.year == 2025
    assert first.months[10] == pytest.approx(-0.45)
    assert first.total == pytest.approx(-0.45)
    assert [month for month in first.months if month is None] == [None] * 11
    assert second.year == 2026
    assert second.months[:2] == pytest.approx((0.2, 2.0))
    assert second.months[2:] == (None,) * 10
    assert second.total == pytest.approx(2.6)


def test_no_day_is_no_table() -> None:
    assert months([], []) == ()


def test_every_return_has_its_day() -> None:
    with pytest.raises(ValueError, match="longer"):
        months([date(2026, 1, 1)], [0.1, 0.2])
