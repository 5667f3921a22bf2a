"""A symbol that moves like never before, judged when an entry asks (risk.md R6.5)."""

from decimal import Decimal as D

import numpy as np
import pytest

from engine.candles import Series
from engine.model.limits import RiskLimits
from engine.risk.shaken import Shaken, unrest
from tests.desk import WIDE, Desk
from tests.printed import near
from tests.unit.engine.risk.asked import entry, judged, remembering, said, seen

MINUTE = 60_000
CALM = 15 * MINUTE
NO_STORM = RiskLimits(volatility_halt_m=None)


def minutes(*closes: float) -> Series:
    """Closes of minutes, the last of which ended at 0."""
    series = Series("BTC", "1m", frozenset())
    series.closes, series.closed_at = list(closes), 0
    return series


@pytest.mark.parametrize(
    ("closes", "line", "until"),
    [
        ((100, 150), 0.5, 0),
        ((100, 150), 0.49, CALM),
        ((100, 50), 0.49, CALM),
        ((100, 150, 150, 150), 0.49, CALM - 2 * MINUTE),
        ((100, 150, *[150] * 14), 0.49, CALM - 14 * MINUTE),
    ],
)
def test_a_shock_keeps_entries_away_for_a_quarter_of_an_hour(
    closes: tuple[float, ...], line: float, until: int
) -> None:
    assert unrest(minutes(*closes), line, NO_STORM) == (until, 0.5, line)


def test_a_shock_of_sixteen_minutes_ago_is_over() -> None:
    assert unrest(minutes(100, 150, *[150] * 15), 0.49, NO_STORM) == (0, 0.0, 0.49)


def test_without_a_deviation_and_without_storms_nothing_is_judged() -> None:
    assert unrest(minutes(100, 150), None, NO_STORM) == (0, None, None)
    assert unrest(minutes(100, 150), None, RiskLimits()) == (0, None, None)
    assert unrest(stormy(), None, NO_STORM) == (0, None, None)


def stormy() -> Series:
    """240 alternating returns: 225 of +-0.001, then 15 of +-0.004; the ratio of deviations is 2.97."""
    sign = np.where(np.arange(240) % 2 == 0, 1.0, -1.0)
    returns = sign * np.where(np.arange(240) < 225, 0.001, 0.004)
    return minutes(*(100 * np.cumprod([1.0, *(1 + returns)])).tolist())


def test_a_storm_needs_no_deviation_of_a_day() -> None:
    assert unrest(stormy(), None, RiskLimits(volatility_halt_m=D("2.9"))) == (CALM, near(0.004), None)
    assert unrest(stormy(), None, RiskLimits(volatility_halt_m=D("3"))) == (0, near(0.004), None)
    assert unrest(stormy(), 0.005, RiskLimits(volatility_halt_m=D("2.9"))) == (CALM, near(0.004), 0.005)
    assert unrest(stormy(), 0.003, RiskLimits(volatility_halt_m=D("3"))) == (CALM, near(0.004), 0.003)
    assert unrest(minutes(100, 101), 0.02, RiskLimits()) == (0, near(0.01), 0.02)


def test_what_only_the_quick_look_takes_for_a_storm_is_none() -> None:
    # It tells the ratio a millionth higher than it is.
    series = stormy()
    told = series.turmoil()[1]
    for below, until in ((0.5e-6, 0), (1.5e-6, CALM)):
        assert unrest(series, None, RiskLimits(volatility_halt_m=D(told / (1 + below))))[0] == until


def shaken() -> Desk:
    """Days of +-1 %: a minute's line is 8 x 0.01 / sqrt(1440) = 0.0021081851; the newest one moved by 1 %."""
    desk = remembering(Desk({}, settings=WIDE | {"VOLATILITY_HALT_K": "8"}), BTC=[0.01, -0.01] * 30)
    desk.walk(100, 101)
    return desk


def test_a_refusal_is_told_with_its_line_and_until_when_it_holds() -> None:
    desk = shaken()
    text = "BTC moves like never before; it needs 15 calm minutes"
    assert said(desk) == ("volatility_halt", text, near(0.01), near(0.08 / 1440**0.5))
    assert judged(desk).halt == desk.now + CALM


def test_a_symbol_is_entered_again_at_exactly_the_end() -> None:
    desk = shaken()
    end = desk.now + CALM
    answer = Shaken().check(entry(desk, at=end), seen(desk))
    assert (answer.denial, answer.value, answer.limit) == (None, near(0.01), near(0.08 / 1440**0.5))
    view = seen(desk)
    assert Shaken().check(entry(desk, at=end - 1), view).denial is not None
    assert view.halt == end
