"""What is remembered, for how long, and by whom."""

import msgspec

from engine.model.market import Flow, with_flow
from engine.model.remembered import Remembered
from tests.series import random_bars


def test_the_value_that_was_not_used_for_longest_is_forgotten() -> None:
    memory = Remembered(2)
    for number in (1, 2):
        assert memory.keep(number, str(number)) == str(number)
    assert memory.known(1) == "1"
    memory.keep(3, "3")
    assert [memory.known(number) for number in (1, 2, 3)] == ["1", None, "3"]


def test_a_value_takes_the_place_of_the_one_before() -> None:
    memory = Remembered(2)
    for key, value in (("day", 1), ("leg", 2), ("day", 3), ("other", 4)):
        memory.keep(key, value)
    assert [memory.known(key) for key in ("day", "leg", "other")] == [3, None, 4]


def test_bars_cut_out_of_one_another_share_what_is_known_of_their_series_and_others_do_not() -> None:
    bars = random_bars(1, 50)
    flow = Flow(bars.volume, bars.volume, bars.volume)
    bars.slice(0, 20).series.keep("a day", 5)
    assert bars.slice(10, 30).series.known("a day") == 5
    assert with_flow(bars, flow).slice(0, 5).series.known("a day") == 5
    assert msgspec.structs.replace(bars, volume=2.0 * bars.volume).series.known("a day") is None
