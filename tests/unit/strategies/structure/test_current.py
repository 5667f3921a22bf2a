"""The market state on the bars of any timeframe: that of the bar of five minutes closed by their close."""

from functools import cache

import numpy as np
import pytest

from engine.model.market import SPAN_MS, Bars, BarsByTimeframe, Timeframe
from strategies.structure.current import states
from strategies.structure.sessions import Sessions, developing, previous
from strategies.structure.state import STATES, market_state
from tests.auctions import every_timeframe, gathered, generated

MARKET = every_timeframe(generated(5, 4))
FIVE, MINUTES = MARKET["5m"], MARKET["1m"]


@cache
def on_fives() -> dict[int, str]:
    """State by the close of each bar of five minutes."""
    at = FIVE.ts + SPAN_MS["5m"]
    column = market_state(FIVE.close, previous(Sessions(MINUTES), at), developing(MINUTES, at))
    return {int(close): STATES[code] for close, code in zip(at, column, strict=True)}


def on(timeframe: Timeframe, bars: Bars) -> BarsByTimeframe:
    return {timeframe: bars} | {name: some for name, some in MARKET.items() if name != timeframe}


def test_bars_of_five_minutes_have_their_own_state() -> None:
    assert [STATES[code] for code in states(MARKET)] == list(on_fives().values())
    assert len(set(on_fives().values())) > 3


@pytest.mark.parametrize("timeframe", ["15m", "1h", "4h"])
def test_longer_bars_have_the_state_at_their_close(timeframe: Timeframe) -> None:
    bars = gathered(MINUTES, timeframe)
    expected = [on_fives()[int(opened) + SPAN_MS[timeframe]] for opened in bars.ts]
    assert [STATES[code] for code in states(on(timeframe, bars))] == expected


def test_minutes_have_the_state_of_the_last_five_minutes_that_closed() -> None:
    column = states(on("1m", MINUTES))
    span = SPAN_MS["5m"]
    for row in range(1_440, len(MINUTES), 7):
        closed = (int(MINUTES.ts[row]) + SPAN_MS["1m"]) // span * span
        assert STATES[column[row]] == on_fives()[closed]


@pytest.mark.parametrize("gone", ["1m", "5m"])
def test_without_minutes_or_five_minutes_it_is_unknown(gone: str) -> None:
    hours = gathered(MINUTES, "1h")
    left = {name: some for name, some in on("1h", hours).items() if name != gone}
    assert {STATES[code] for code in states(left)} == {"UNKNOWN"}


def test_a_missing_bar_of_five_minutes_is_not_replaced_by_an_older_one() -> None:
    hours = gathered(MINUTES, "1h")
    hours = hours.slice(0, len(hours) - 1)
    newest = int(np.searchsorted(FIVE.ts, int(hours.ts[-1]) + SPAN_MS["1h"] - SPAN_MS["5m"]))
    whole = on("1h", hours)
    assert STATES[states(whole)[-1]] == on_fives()[int(hours.ts[-1]) + SPAN_MS["1h"]] != "UNKNOWN"
    assert STATES[states({**whole, "5m": FIVE.slice(0, newest)})[-1]] == "UNKNOWN"
