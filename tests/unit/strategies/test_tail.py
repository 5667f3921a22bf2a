"""The last bars of a window, and what is worked out of all of them."""

import gc
import weakref

import numpy as np
import pytest

from engine.model.market import Bars, Floats, Flow, with_flow
from strategies.indicators import ema
from strategies.tail import LEAST, Tail, along, along_closes, splice, tail
from tests.series import random_bars


@pytest.mark.parametrize(("rows", "held"), [(1, LEAST), (32, 32), (33, 64), (64, 64), (65, 128)])
def test_a_tail_holds_the_rows_asked_for_and_no_more_than_twice_as_many(rows: int, held: int) -> None:
    bars = random_bars(1, 200)
    last = tail(bars, rows)
    assert isinstance(last, Tail)
    assert (len(last), last.first) == (held, 200 - held)
    for name in Bars.__struct_fields__:
        np.testing.assert_array_equal(getattr(last, name), getattr(bars, name)[-held:])


def test_bars_that_are_no_more_than_a_tail_are_left_as_they_are() -> None:
    bars = random_bars(1, 64)
    assert tail(bars, 60) is bars


def test_bars_are_freed_with_their_tails_without_a_collection() -> None:
    bars = random_bars(1, 200)
    freed = weakref.ref(bars.close.base if bars.close.base is not None else bars.close)
    along_closes(tail(bars, 32), ema, 9)
    gc.disable()
    del bars
    gone = freed() is None
    gc.enable()
    assert gone


def test_order_flow_is_that_of_the_last_bars() -> None:
    bars = random_bars(1, 100)
    numbers: Floats = np.arange(100, dtype=np.float64)
    last = tail(with_flow(bars, Flow(numbers, -numbers, numbers + 2.0)), 32)
    assert last.flow().obi.tolist() == list(range(70, 102))


def test_an_average_without_end_is_that_of_all_bars_and_worked_out_once() -> None:
    bars = random_bars(1, 200)
    asked: list[int] = []

    def total(of: Bars) -> tuple[Floats, Floats]:
        asked.append(len(of))
        return np.cumsum(of.volume), np.cumsum(of.close)

    last = tail(bars, 32)
    for _ in range(2):
        volume, close = along(last, "total", total)
    assert volume.tolist() == np.cumsum(bars.volume)[-32:].tolist()
    assert close.tolist() == np.cumsum(bars.close)[-32:].tolist()
    assert along(bars, "total", total)[0].size == 200
    assert asked == [200]


def test_an_indicator_of_closes_is_told_from_one_with_other_parameters() -> None:
    bars = random_bars(1, 200)
    last = tail(bars, 32)
    for n in (9, 21, 9):
        assert along_closes(last, ema, n).tobytes() == ema(bars.close, n)[-32:].tobytes()


def test_a_splice_holds_the_last_rows_of_each_window_and_averages_of_all_their_bars() -> None:
    bars = random_bars(1, 200)
    windows, sizes = [bars.slice(0, 120), bars.slice(50, 200)], [20, 30]
    of = splice(windows, sizes)
    assert (len(of), of.first) == (50, 100)
    for name in Bars.__struct_fields__:
        column = getattr(bars, name)
        np.testing.assert_array_equal(getattr(of, name), [*column[100:120], *column[170:200]])
    wanted = np.concatenate([ema(bars.close[:120], 9)[-20:], ema(bars.close[50:], 9)[-30:]])
    assert along_closes(of, ema, 9).tobytes() == wanted.tobytes()
    both = along(of, "both", lambda each: (np.cumsum(each.volume), np.cumsum(each.close)))
    assert both[1].tolist() == [*np.cumsum(bars.close[:120])[-20:], *np.cumsum(bars.close[50:])[-30:]]


def test_order_flow_of_a_splice_is_that_of_its_rows() -> None:
    numbers: Floats = np.arange(100, dtype=np.float64)
    bars = with_flow(random_bars(1, 100), Flow(numbers, -numbers, numbers + 2.0))
    of = splice([bars.slice(0, 40), bars.slice(10, 90)], [2, 3])
    assert of.flow().obi.tolist() == [40, 41, 89, 90, 91]
