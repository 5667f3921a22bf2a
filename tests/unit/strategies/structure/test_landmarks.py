"""Key levels at one moment, from bars built by hand."""

import numpy as np
import pytest

from engine.model.market import DAY_MS, MINUTE_MS, SPAN_MS, Bars
from strategies.structure.landmarks import History, landmarks
from strategies.structure.sessions import Session, Sessions
from tests.auctions import closed_by, every_timeframe, generated
from tests.series import START, bars_of

DAY = START // DAY_MS
"""Wednesday, 15 November 2023."""
NONE = bars_of(np.zeros(0))


def named(history: History, at: int, price: float, *names: str) -> list[tuple[str, float, int]]:
    return [(level.name, level.price, level.tier) for level in landmarks(history, at, price) if level.name in names]


def shifted(bars: Bars, ms: int) -> Bars:
    return Bars(bars.ts + ms, *(getattr(bars, name) for name in Bars.__struct_fields__[1:]))


def history(minutes: Bars = NONE, hours: Bars = NONE, days: Bars = NONE) -> History:
    return History(Sessions(minutes), hours, days)


def days_since(first: str, count: int) -> Bars:
    """Day k opens at 100 + k, with a high of 200 + k and a low of 50 + k."""
    k = np.arange(count, dtype=np.int64).astype(np.float64)
    bars = bars_of(100 + k, "1d", high=200 + k, low=50 + k)
    return shifted(bars, int(np.datetime64(first, "ms").astype(np.int64)) - START)


def test_the_previous_month_and_week_have_their_extremes() -> None:
    """From 1 October: the month is days 0..30, the week of 6 to 12 November days 36..42."""
    known = history(days=days_since("2023-10-01", 45))
    assert named(known, START + MINUTE_MS, 120, "month high", "month low", "week high", "week low") == [
        ("month high", 230, 1),
        ("month low", 50, 1),
        ("week high", 242, 1),
        ("week low", 86, 1),
    ]


def test_a_month_or_week_with_a_missing_day_has_none() -> None:
    known = history(days=days_since("2023-10-02", 45))
    assert [name for name, _, _ in named(known, START, 120, "month high", "week high")] == ["week high"]
    assert named(history(days=days_since("2023-11-07", 8)), START, 120, "month high", "week high") == []


def test_on_a_monday_the_week_is_the_one_that_ended_yesterday() -> None:
    monday = int(np.datetime64("2023-11-13", "ms").astype(np.int64))
    known = history(days=days_since("2023-10-01", 43))
    assert named(known, monday, 120, "week high") == [("week high", 242, 1)]


def test_the_week_opens_with_its_closed_monday() -> None:
    """13 November is day 43 since 1 October."""
    assert named(history(days=days_since("2023-10-01", 45)), START, 120, "week open") == [("week open", 143, 2)]


def test_the_open_of_a_monday_is_that_of_the_day_and_of_the_week() -> None:
    monday = int(np.datetime64("2023-11-13", "ms").astype(np.int64))
    minutes = shifted(bars_of(np.full(5, 77.0), "1m"), monday - START)
    known = history(minutes, days=days_since("2023-10-01", 43))
    wanted = [("day open", 77, 3), ("week open", 77, 2)]
    assert named(known, monday + 5 * MINUTE_MS, 120, "day open", "week open") == wanted
    assert named(known, monday, 120, "day open", "week open") == []


def test_round_numbers_are_tenths_of_the_power_of_ten() -> None:
    assert [p for _, p, _ in named(history(), START, 2481.37, "round")] == [2300, 2400, 2500, 2600, 2700]
    assert [p for _, p, _ in named(history(), START, 0.41273, "round")] == [
        0.38,
        0.39,
        0.4,
        0.41,
        0.42,
        0.43,
        0.44,
        0.45,
    ]
    assert [p for _, p, _ in named(history(), START, 100.0, "round")] == [90, 100, 110]


def test_swings_of_hours_count_from_their_confirmation_for_five_days() -> None:
    high = np.full(200, 10.0)
    high[[3, 80, 150]] = 30.0, 80.0, 150.0
    hours = bars_of(np.full(200, 5.0), "1h", high=high, low=np.full(200, 4.0))
    hour = SPAN_MS["1h"]
    known = history(hours=hours)

    def swings(at: int) -> list[float]:
        return [price for _, price, _ in named(known, START + at * hour, 5, "swing high")]

    assert swings(152) == [80.0]
    assert swings(153) == [80.0, 150.0]
    assert swings(200) == [80.0, 150.0]
    assert swings(201) == [150.0]
    assert named(known, START + 153 * hour, 5, "swing low") == []


def flat_days(*prices: float) -> Bars:
    """A day of minutes at each price, one after the other."""
    return bars_of(np.repeat(np.array(prices, float), 1_440), "1m")


def pocs(known: History, day: int, minute: int = 0) -> list[int]:
    """Whole part of the untested points of control at that time, newest first."""
    at = START + day * DAY_MS + minute * MINUTE_MS
    return [int(price) for _, price, _ in named(known, at, 100, "untested poc")]


def test_a_point_of_control_counts_until_price_has_been_on_both_sides() -> None:
    """100 lies between the 110 and the 90 of the days after; 110 between 90 and 120."""
    known = history(flat_days(100, 110, 90, 120))
    assert pocs(known, 1) == [100]
    assert pocs(known, 2) == [110, 100]
    assert pocs(known, 3) == [90, 110]
    assert pocs(known, 3, 1) == [90]
    assert pocs(known, 4) == [120, 90]


def test_a_point_of_control_that_was_touched_is_not_traded_through() -> None:
    """Rows of 0.05 from 100 on: the point of control is 100.025, and the next day trades at it, then below."""
    assert pocs(history(flat_days(100, 100.025, 90)), 3) == [90, 100, 100]
    assert pocs(history(flat_days(100, 100.03, 90)), 3) == [90, 100]


def test_points_of_control_before_an_unknown_day_are_left_out() -> None:
    minutes = flat_days(100, 110, 120)
    keep = np.delete(np.arange(len(minutes)), 1_440 + 700)
    holed = Bars(*(getattr(minutes, name)[keep] for name in Bars.__struct_fields__))
    assert pocs(history(holed), 3) == [120]


def test_points_of_control_are_those_of_thirty_days() -> None:
    known = history(flat_days(*range(100, 132)))
    assert pocs(known, 32) == list(range(131, 101, -1))


def test_yesterday_gives_its_range_area_and_nodes() -> None:
    minutes = generated(2, 2)
    session = Sessions(minutes).of(DAY)
    assert isinstance(session, Session)
    found = named(history(minutes), START + DAY_MS, 400, "day high", "day low", "day vah", "day val", "day poc")
    assert found == [
        ("day high", minutes.high[:1_440].max(), 2),
        ("day low", minutes.low[:1_440].min(), 2),
        ("day vah", session.vah, 2),
        ("day val", session.val, 2),
        ("day poc", session.poc, 2),
    ]
    nodes = named(history(minutes), START + DAY_MS, 400, "hvn", "lvn")
    assert nodes == [("hvn", p, 3) for p in session.hvn] + [("lvn", p, 3) for p in session.lvn]
    assert session.hvn
    assert named(history(minutes), START + DAY_MS - 1, 400, "day high") == []


@pytest.mark.parametrize("minute", [1, 607, 1_439])
def test_bars_that_close_later_are_not_looked_at(minute: int) -> None:
    bars = every_timeframe(generated(8, 12))
    at = START + 10 * DAY_MS + minute * MINUTE_MS
    part = closed_by(bars, at)
    whole = landmarks(history(bars["1m"], bars["1h"], bars["1d"]), at, 400.0)
    assert whole == landmarks(history(part["1m"], part["1h"], part["1d"]), at, 400.0)
    assert len(whole) > 20
