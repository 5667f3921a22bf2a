"""Sessions: complete days, and the value area that develops minute by minute."""

from decimal import ROUND_UP, Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.market import DAY_MS, MINUTE_MS, Bars
from strategies.structure.profile import of_candles
from strategies.structure.sessions import Sessions, developing, previous
from strategies.structure.value_area import value_area
from tests.auctions import FILE, generated, recorded_minutes, unknown
from tests.series import START, bars_of
from tests.stand_in import Recorded

DAY = START // DAY_MS
FIVE = 5 * MINUTE_MS


def without(minutes: Bars, *rows: int) -> Bars:
    keep = np.delete(np.arange(len(minutes)), rows)
    return Bars(*(getattr(minutes, name)[keep] for name in Bars.__struct_fields__))


def closes(minutes: Bars) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(int(minutes.ts[0]) // FIVE * FIVE, int(minutes.ts[-1]) + 2 * MINUTE_MS, FIVE)


def exact_area(candles: Bars, tick: Decimal) -> tuple[float, ...] | None:
    """Of all these candles by the exact rule, rows from the first open."""
    share = Decimal(repr(float(candles.open[0]))) * Decimal("0.0005")
    profile = of_candles(candles, (share / tick).to_integral_value(ROUND_UP) * tick)
    return None if profile is None else tuple(map(float, value_area(profile)))


def since_midnight(minutes: Bars, at: int) -> Bars | None:
    """The minutes of the day closed by then, None when one is missing."""
    opened = at // DAY_MS * DAY_MS
    rows = np.flatnonzero((minutes.ts >= opened) & (minutes.ts + MINUTE_MS <= at))
    if not rows.size or len(rows) != (at - opened) // MINUTE_MS:
        return None
    return minutes.slice(int(rows[0]), int(rows[-1]) + 1)


@pytest.mark.parametrize("tick", ["0.1", "0.7"])
def test_every_close_has_the_area_of_the_exact_rule(recorded: Recorded, tick: str) -> None:
    minutes = recorded_minutes(recorded(FILE), 2)
    at = closes(minutes)
    areas = np.array(developing(minutes, at, Decimal(tick)))
    for row in range(0, len(at), 7):
        today = since_midnight(minutes, int(at[row]))
        if today is None:
            assert np.isnan(areas[:, row]).all()
        else:
            assert tuple(areas[:, row]) == exact_area(today, Decimal(tick))


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 2_000))
def test_what_is_known_at_a_close_never_depends_on_later_minutes(seed: int, size: int) -> None:
    minutes = generated(seed, 2)
    at = closes(minutes)
    part = minutes.slice(0, size)
    upto = at[at <= part.ts[-1] + MINUTE_MS]
    whole, prefix = np.array(developing(minutes, at)), np.array(developing(part, upto))
    assert prefix.tobytes() == np.ascontiguousarray(whole[:, : len(upto)]).tobytes()


def test_at_midnight_nothing_of_the_new_day_is_known() -> None:
    minutes = generated(3, 2)
    at = np.array([START, START + MINUTE_MS, START + DAY_MS, START + DAY_MS + MINUTE_MS])
    assert np.isnan(developing(minutes, at).val).tolist() == [True, False, True, False]


def test_after_a_missing_minute_the_day_is_unknown() -> None:
    minutes = without(generated(3, 2), 700)
    at = START + MINUTE_MS * np.array([699, 700, 701, 1_439, 1_441])
    assert np.isnan(developing(minutes, at).vah).tolist() == [False, False, True, True, False]


def test_a_day_whose_first_minutes_are_missing_is_unknown() -> None:
    minutes = generated(3, 2).slice(10, 2_880)
    at = START + MINUTE_MS * np.array([30, 1_439, 1_500])
    assert np.isnan(developing(minutes, at).poc).tolist() == [True, True, False]


def test_minutes_without_volume_are_no_profile_yet() -> None:
    size = 10
    volume = np.concatenate([np.zeros(4), np.ones(size - 4)])
    minutes = bars_of(np.full(size, 50.0), "1m", volume=volume)
    at = START + MINUTE_MS * np.arange(1, size + 1)
    assert np.isnan(developing(minutes, at).val).tolist() == [True] * 4 + [False] * 6


def test_prices_nobody_traded_at_are_no_rows() -> None:
    """Three equal rows: the middle one is the point of control, whatever was quoted far away without volume."""
    close = np.array([50.0, 50.1, 50.2, 30.0, 90.0])
    minutes = bars_of(close, "1m", volume=np.array([1.0, 1.0, 1.0, 0.0, 0.0]))
    poc = developing(minutes, START + MINUTE_MS * np.array([3, 4, 5]), Decimal("0.1")).poc
    assert poc.tolist() == [50.15] * 3


def test_a_complete_day_has_its_range_and_the_area_of_all_its_minutes() -> None:
    minutes = generated(4, 2)
    session = Sessions(minutes, Decimal("0.1")).of(DAY)
    assert session is not None
    assert session.high == minutes.high[:1_440].max()
    assert session.low == minutes.low[:1_440].min()
    assert (session.val, session.poc, session.vah) == exact_area(minutes.slice(0, 1_440), Decimal("0.1"))


def test_the_previous_area_is_that_of_the_day_before_the_close() -> None:
    minutes = generated(4, 3)
    sessions = Sessions(minutes)
    first, second = sessions.of(DAY), sessions.of(DAY + 1)
    assert first is not None
    assert second is not None
    at = START + np.array([DAY_MS - 1, DAY_MS, 2 * DAY_MS - 1, 2 * DAY_MS])
    assert previous(sessions, at).poc.tolist()[1:] == [first.poc, first.poc, second.poc]
    assert np.isnan(previous(sessions, at).val[0])


@pytest.mark.parametrize("row", [0, 700, 1_439])
def test_a_day_with_a_missing_minute_is_no_session(row: int) -> None:
    sessions = Sessions(without(generated(4, 2), row))
    assert sessions.of(DAY) is None
    assert sessions.of(DAY + 1) is not None
    assert np.isnan(previous(sessions, np.array([START + DAY_MS + FIVE])).val).all()


def test_a_day_grown_step_by_step_has_the_areas_of_a_day_looked_at_once() -> None:
    """Bit for bit, in steps of any length, with quiet minutes at the start and a price range that widens."""
    minutes = generated(3, 1)
    quiet = minutes.volume.copy()
    quiet[:23] = 0.0
    minutes = msgspec.structs.replace(minutes, volume=quiet)
    at = minutes.ts[::5] + FIVE
    whole = np.array(developing(minutes, at))
    for row in (*range(100), 150, 120, 120, 121, *range(160, len(at))):
        areas = np.array(developing(minutes, at[row : row + 1]))
        assert areas.tobytes() == np.ascontiguousarray(whole[:, row : row + 1]).tobytes()
    assert np.isnan(whole[:, :4]).all()
    assert np.isfinite(whole[:, 4:-1]).all()  # the last time is the next midnight


def test_a_day_goes_on_from_what_was_known_of_the_same_minutes_only() -> None:
    minutes = generated(3, 1)
    at = minutes.ts[995:1000:5] + FIVE
    developing(minutes, at - FIVE)
    volume = minutes.volume.copy()
    volume[100] += 5_000.0
    other = msgspec.structs.replace(minutes, volume=volume)
    seen = np.array(developing(other, at))
    assert seen.tobytes() == np.array(developing(unknown(other), at)).tobytes()
    assert not np.array_equal(seen, np.array(developing(minutes, at)))


def test_a_session_is_that_of_its_minutes_its_tick_and_its_share() -> None:
    minutes = generated(5, 2)
    volume = minutes.volume.copy()
    volume[700] += 1e6
    other = msgspec.structs.replace(minutes, volume=volume)
    asked = ((minutes, None, 0.7), (minutes, Decimal("0.7"), 0.7), (minutes, None, 0.9), (other, None, 0.7))
    warm = [Sessions(*one).of(DAY) for one in asked]
    assert len(set(warm)) == 4
    for (of, tick, share), before in zip(asked, warm, strict=True):
        assert Sessions(of, tick, share).of(DAY) == before == Sessions(unknown(of), tick, share).of(DAY)


def test_a_day_that_is_known_is_none_where_a_part_of_it_was_cut_off() -> None:
    minutes = generated(5, 2)
    assert Sessions(minutes).of(DAY) is not None
    assert Sessions(minutes.slice(1, 2_880)).of(DAY) is None
    assert Sessions(minutes.slice(0, 1_439)).of(DAY) is None


def test_a_day_without_volume_is_no_session() -> None:
    assert Sessions(bars_of(np.full(1_440, 50.0), "1m", volume=np.zeros(1_440))).of(DAY) is None
