"""What a window knows of its series while bars come and go."""

from engine.model.messages import CandleClosed
from engine.scoring.windows import Window

MINUTE = 60_000


def candle(number: int) -> CandleClosed:
    return CandleClosed((number + 1) * MINUTE, "X", "1m", number * MINUTE, 10.0, 11.0, 9.0, 10.5, 3.0, 1.0)


def known(window: Window) -> object:
    return window.every(0).series.known("a day that is over")


def test_what_was_worked_out_of_past_bars_is_known_while_the_series_goes_on() -> None:
    window = Window("1m", 3)
    window.push(candle(1))
    window.every(0).series.keep("a day that is over", 5)
    for number in (2, 3, 4, 6, 7, 8):
        window.push(candle(number))
        assert known(window) == 5


def test_a_series_that_begins_anew_knows_nothing() -> None:
    late, filled = Window("1m", 3), Window("1m", 3)
    for window in (late, filled):
        window.push(candle(9))
        window.every(0).series.keep("a day that is over", 5)
    late.push(candle(5))
    filled.fill(late.ts, late.data)
    assert known(late) is known(filled) is None
