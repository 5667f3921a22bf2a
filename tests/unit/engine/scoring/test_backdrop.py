"""The market state behind a signal: told with it, worked out once a close, UNKNOWN with a reason."""

import msgspec
import numpy as np
import pytest

from bot.desk.balance import state_of
from engine.feeds.synthetic import SyntheticSource
from engine.model.facts import MarketState, Signal
from engine.model.market import DAY_MS, MINUTE_MS, Bars
from engine.model.messages import CandleClosed
from engine.scoring.backdrop import Backdrop
from engine.scoring.evaluate import WindowEvaluator
from tests.scripted import START

SIGNAL = Signal("s", 0, 0, "BTC", "1m", "razor", "Long", 60.0, 0.6, None, None, None, "razor_long")


class Told:
    """Says how many minutes it was given."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, minutes: Bars) -> tuple[MarketState, str]:
        self.asked.append(len(minutes))
        return "BALANCED", ""


def filled(teller: Told, minutes: int) -> Backdrop:
    windows = WindowEvaluator(())
    backdrop = Backdrop(windows, teller)
    backdrop.hold(["BTC"])
    for minute in range(minutes):
        opened = START + minute * MINUTE_MS
        windows.push(CandleClosed(opened + MINUTE_MS, "BTC", "1m", opened, 100, 101, 99, 100, 1.0))
    return backdrop


def test_the_state_is_asked_once_for_each_close_of_five_minutes_and_told_with_the_signal() -> None:
    teller = Told()
    backdrop = filled(teller, 13)
    for minute in (11, 12, 13):
        signal = backdrop.behind(msgspec.structs.replace(SIGNAL, at=START + minute * MINUTE_MS))
        assert (signal.market_state, signal.state_reason) == ("BALANCED", "")
    assert teller.asked == [10]


def test_what_is_read_begins_with_the_day_before_whatever_is_held() -> None:
    teller = Told()
    backdrop = filled(teller, 3 * 1_440 + 5)
    backdrop.behind(msgspec.structs.replace(SIGNAL, at=START + (3 * 1_440 + 5) * MINUTE_MS))
    assert START % DAY_MS == 0
    assert teller.asked == [1_440 + 5]


def test_without_minutes_or_a_teller_it_is_unknown_and_says_why() -> None:
    assert filled(Told(), 0).behind(SIGNAL).state_reason == "no_minutes"
    assert Backdrop(WindowEvaluator(()), None).behind(SIGNAL).state_reason == "not_computed"


@pytest.mark.parametrize(
    ("first", "size", "why"),
    [(0, 50, "too_few_minutes"), (0, 1_000, "no_previous_day"), (100, 2_000, "no_previous_day"), (0, 2_880, "")],
)
def test_an_unknown_state_has_its_reason(first: int, size: int, why: str) -> None:
    bars = SyntheticSource(7, ("BTCUSDT",), footprints=False).columns("BTCUSDT", 5_000)
    midnight = int(np.flatnonzero(bars.ts % DAY_MS == 0)[0])
    state, reason = state_of(bars.slice(midnight + first, midnight + first + size))
    if not why and state == "UNKNOWN":
        assert reason == "day_just_begun"
    else:
        assert reason == why
