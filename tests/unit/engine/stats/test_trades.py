"""Figures of trades: the printed eight, streaks, what is undefined."""

import math

import pytest

from engine.stats import expectancy, exposure, payoff, profit_factor, sqn, win_rate
from engine.stats.trades import losing_streak, multiples, winning_streak
from tests.unit.engine.stats.series import PNL, RISK


def test_the_printed_trades() -> None:
    assert win_rate(PNL) == 0.375
    assert profit_factor(PNL) == pytest.approx(1.511041009, rel=1e-9)
    assert expectancy(PNL) == 5.0625
    assert payoff(PNL) == pytest.approx(2.014721346, rel=1e-9)
    assert expectancy(multiples(PNL, RISK)) == pytest.approx(0.06229166667, rel=1e-9)
    assert sqn(multiples(PNL, RISK)) == pytest.approx(0.145855674, rel=1e-9)
    assert losing_streak(PNL) == 2
    assert winning_streak(PNL) == 1


def test_the_quality_number_counts_at_most_a_hundred_trades() -> None:
    """200 trades of +2 R and -1 R in turn: mean 0.5, sample deviation 1.5 sqrt(200/199), root of 100."""
    assert sqn([2.0, -1.0] * 100) == pytest.approx(10 * 0.5 / (1.5 * math.sqrt(200 / 199)), rel=1e-12)


def test_a_trade_without_a_risk_has_no_r() -> None:
    assert multiples([10.0, 20.0, -5.0], [5.0, 0.0, 10.0]) == [2.0, -0.5]


@pytest.mark.parametrize(
    ("pnl", "losing", "winning"),
    [
        ([], 0, 0),
        ([0, 0], 0, 0),
        ([-1, 0, -1, 0, 0, -2, 3, -1], 3, 1),
        ([1, 2, 0, 3, -1, 4], 1, 3),
        ([-1, -1, -1], 3, 0),
    ],
)
def test_a_trade_of_nothing_neither_extends_nor_breaks_a_streak(pnl: list[float], losing: int, winning: int) -> None:
    assert losing_streak(pnl) == losing
    assert winning_streak(pnl) == winning


def test_exposure_is_the_share_of_bars_with_a_position() -> None:
    assert exposure(30, 120) == 0.25
    assert exposure(0, 0) is None


def test_what_is_undefined_is_none() -> None:
    assert win_rate([]) is None
    assert expectancy([]) is None
    assert profit_factor([1.0]) is None
    assert profit_factor([-1.0]) == 0
    assert payoff([1.0]) is None
    assert payoff([-1.0, 0.0]) is None
    assert sqn([1.0]) is None
    assert sqn([0.5, 0.5]) is None
