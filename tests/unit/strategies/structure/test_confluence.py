"""Confluence of timeframes: the printed example, warm-up, bars that have closed."""

import numpy as np
import pytest

from engine.model.market import SPAN_MS, Bars, Floats, Timeframe
from strategies.structure.closed import newest, runs
from strategies.structure.confluence import averages, confluence, confluence_at
from tests.auctions import closed_by, every_timeframe, generated
from tests.series import START, bars_of, e60


def column(*values: float) -> Floats:
    return np.array(values, np.float64)


def rising(size: int) -> Floats:
    return np.linspace(100.0, 130.0, size, dtype=np.float64)


def test_the_example_gives_the_printed_confluence() -> None:
    found = confluence({"1d": column(1), "4h": column(1), "1h": column(0), "5m": column(-1), "1m": column(1)})
    assert found[0] == pytest.approx(0.5333333333, abs=5e-11)


def test_timeframes_in_warm_up_count_zero_and_two_warm_ones_are_too_few() -> None:
    cold, up = column(np.nan), column(1)
    assert confluence({"1d": cold, "4h": cold, "1h": up, "5m": up, "1m": up})[0] == pytest.approx(6 / 15)
    assert np.isnan(confluence({"1d": cold, "4h": cold, "1h": cold, "5m": up, "1m": up})[0])


def test_the_bias_of_the_example_series_follows_its_averages() -> None:
    """ema9, ema21 and close of bars 22, 41 and 59 as printed with the indicators."""
    found = averages(e60(), "5m").bias()
    assert np.isnan(found[:20]).all()
    assert not np.isnan(found[20:]).any()
    close = e60().close
    assert close[22] < 1601.340894 < 1603.120779
    assert close[59] < 1603.089406 < 1603.113067
    assert close[41] > 1599.442604 > 1598.648172
    assert found[[22, 41, 59]].tolist() == [-1.0, 1.0, -1.0]


def test_a_close_between_the_averages_is_no_bias() -> None:
    close = np.append(rising(40), 119.5)
    assert averages(bars_of(close), "5m").bias()[-2:].tolist() == [1.0, 0.0]


def test_a_missing_bar_starts_the_warm_up_again() -> None:
    whole = bars_of(rising(70))
    keep = np.delete(np.arange(70), 30)
    bars = Bars(*(getattr(whole, name)[keep] for name in Bars.__struct_fields__))
    found = averages(bars, "5m").bias()
    assert runs(bars, "5m") == [(0, 30), (30, 69)]
    assert np.isnan(found).tolist() == [True] * 20 + [False] * 10 + [True] * 20 + [False] * 19


@pytest.mark.parametrize(("minutes", "row"), [(0, -1), (59, -1), (60, 0), (119, 0), (120, 1), (179, 1), (180, 2)])
def test_a_bar_is_in_force_from_its_close(minutes: int, row: int) -> None:
    hours = bars_of(column(1, 2, 3), "1h")
    assert newest(hours, "1h", np.array([START + minutes * 60_000])).tolist() == [row]


def test_an_old_bar_does_not_stand_in_for_a_missing_one() -> None:
    hours = bars_of(column(1, 2, 3), "1h")
    at = START + SPAN_MS["1h"] * np.array([3, 4, 5]) + 60_000
    assert newest(hours, "1h", at).tolist() == [2, -1, -1]
    assert newest(hours.slice(0, 0), "1h", at).tolist() == [-1, -1, -1]


def test_confluence_looks_at_nothing_that_closes_later() -> None:
    bars = every_timeframe(generated(6, 24))
    at = bars["5m"].ts + SPAN_MS["5m"]
    whole = confluence_at(bars, at)
    assert len(np.unique(whole[np.isfinite(whole)])) > 8
    for row in range(6_000, len(at), 83):
        part = closed_by(bars, int(at[row]))
        np.testing.assert_equal(confluence_at(part, at[: row + 1])[-1], whole[row])


def test_a_timeframe_that_is_not_there_is_in_warm_up() -> None:
    bars = every_timeframe(generated(6, 4))
    at = bars["5m"].ts[-5:] + SPAN_MS["5m"]
    names: tuple[Timeframe, ...] = ("5m", "1m")
    assert np.isnan(confluence_at({name: bars[name] for name in names}, at)).all()
    assert np.isfinite(confluence_at(bars, at)).all()
