"""The simulated market of the checks: one market in all timeframes, and what is known of it at a close."""

import numpy as np
import pytest

from engine.model.market import SPAN_MS, Timeframe
from engine.proof.tape import END, recorded, simulated
from engine.scoring.histories import aggregated, clean
from tests.series import random_bars

NEEDS: dict[Timeframe, int] = {"5m": 1_000, "1m": 3_000, "1h": 200, "1d": 60}


def test_every_timeframe_has_the_bars_asked_for_unbroken_and_all_end_together() -> None:
    tape = simulated("5m", NEEDS, 1)
    for timeframe, bars in tape.histories.items():
        assert len(bars) >= NEEDS[timeframe]
        assert clean(bars, timeframe)
        assert np.all(np.diff(bars.ts) == SPAN_MS[timeframe])
        assert bars.ts[-1] + SPAN_MS[timeframe] == END


@pytest.mark.parametrize("longer", ["5m", "1h", "1d"])
def test_longer_bars_are_made_of_shorter_ones_as_far_back_as_those_go(longer: Timeframe) -> None:
    tape = simulated("5m", NEEDS, 2)
    made, held = aggregated(tape.histories["1m"], "1m", longer), tape.histories[longer]
    assert len(made) > 0
    np.testing.assert_array_equal(made.close, held.close[-len(made) :])
    np.testing.assert_array_equal(made.high, held.high[-len(made) :])


def test_the_same_seed_is_the_same_market_and_another_is_not() -> None:
    first, same, other = (simulated("5m", NEEDS, seed).bars.close for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_of_longer_bars_only_those_are_known_that_have_closed() -> None:
    tape = simulated("5m", NEEDS, 1)
    for stop in range(500, 530):
        known = tape.known(0, stop, {"1h": 3})
        end = known["5m"].ts[-1] + SPAN_MS["5m"]
        assert known["1h"].ts[-1] + SPAN_MS["1h"] <= end
        assert known["1h"].ts[-1] + 2 * SPAN_MS["1h"] > end
    early = tape.known(0, 500, {"1h": 3}, early="1h")["1h"]
    assert early.ts[-1] + SPAN_MS["1h"] == END


def test_of_recorded_bars_the_longest_unbroken_stretch_is_taken_and_of_equal_ones_the_newest() -> None:
    whole = random_bars(1, 900)
    keep = np.r_[0:200, 210:600, 610:900]
    holed = type(whole)(*(getattr(whole, name)[keep] for name in type(whole).__struct_fields__))
    assert recorded("X", holed, "5m", "5m", (), 300).bars.ts[-1] == whole.ts[599]
    assert recorded("X", holed, "5m", "5m", (), 250).bars.ts[-1] == whole.ts[899]
    assert len(recorded("X", holed, "5m", "5m", (), 250)) == 250
