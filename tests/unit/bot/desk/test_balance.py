"""The market's state from its minutes: the rule of the strategies page, on days made for it."""

import numpy as np
import pytest

from bot.desk.balance import market_state
from engine.model.market import DAY_MS, MINUTE_MS, Bars, Floats

DAY = 20_000 * DAY_MS
BEFORE = 1440


def minutes(closes: Floats, first: int = DAY - DAY_MS) -> Bars:
    """Minutes that trade at one price each."""
    ts = first + MINUTE_MS * np.arange(len(closes))
    return Bars(ts, closes, closes, closes, closes, np.ones(len(closes)), np.full(len(closes), 0.5))


def yesterday() -> Floats:
    """Between 50 and 56, each price as often as every other."""
    prices: Floats = np.resize(np.arange(50.0, 57.0), BEFORE)
    return prices


def today(*closes: float) -> Bars:
    """After such a yesterday, five minutes at each of these prices."""
    return minutes(np.concatenate((yesterday(), np.repeat(np.array(closes), 5))))


@pytest.mark.parametrize(
    ("closes", "state"),
    [
        ((52.0, 53.0, 51.0, 54.0, 55.0, 55.0, 55.0, 54.0, 53.0, 52.0, 55.0, 54.0), "BALANCED"),
        ((54.0, 53.0, 52.0, 51.0, 50.0, 49.5, 50.0, 49.0, 48.5, 48.0, 47.5, 47.0), "IMBALANCED_DOWN"),
        ((54.0, 53.0, 52.0, 51.0, 55.0, 59.5, 58.0, 57.5, 58.5, 58.0, 59.5, 60.0), "IMBALANCED_UP"),
        ((52.0, 53.0, 57.0, 58.0, 54.0, 59.0, 57.5, 58.0, 55.0, 57.5, 58.0, 54.0), "TRANSITION"),
    ],
)
def test_where_the_last_closes_lie_against_yesterdays_value(closes: tuple[float, ...], state: str) -> None:
    assert market_state(today(*closes)) == state


def test_without_the_whole_of_yesterday_it_is_unknown() -> None:
    whole = today(*(52.0,) * 12)
    assert market_state(whole.slice(1, len(whole))) == "UNKNOWN"
    assert market_state(whole.slice(0, 3)) == "UNKNOWN"
    assert market_state(whole.slice(0, 0)) == "UNKNOWN"
