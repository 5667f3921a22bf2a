"""What is remembered never changes what is said."""

from decimal import Decimal

import msgspec
import numpy as np
import pytest

from engine.model.market import MINUTE_MS, Bars, Ints
from strategies.fabio import Fabio
from strategies.playbook import Params
from strategies.structure.impulse import SHAPES
from strategies.structure.remembered import Remembered, content
from strategies.structure.sessions import GROWN, SESSIONS, Sessions, developing
from tests.auctions import every_timeframe, generated
from tests.markets import prefix
from tests.series import START


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    forget()


def forget() -> None:
    SESSIONS.forget()
    GROWN.forget()
    SHAPES.forget()


def five_minutes(minutes: Bars) -> Ints:
    return minutes.ts[::5] + 5 * MINUTE_MS


def test_equal_numbers_have_one_key_and_others_another() -> None:
    x = np.array([1.0, 2.0])
    assert content(3, x) == content(3, x.copy())
    keys = [content(3, x), content(4, x), content(x, 3), content(3, x[:1]), content(3, x[:1], x[1:]), content(3, x + 1)]
    keys += [content(None, x), content(Decimal(3), x)]
    assert len(set(keys)) == len(keys)
    assert content(x[::2]) == content(x[:1])


def test_the_value_that_was_not_used_for_longest_is_forgotten() -> None:
    memory: Remembered[int] = Remembered(2)
    for number in (1, 2):
        assert memory.keep(bytes([number]), number) == number
    assert memory.known(b"\1") == 1
    memory.keep(b"\3", 3)
    assert [memory.known(bytes([number])) for number in (1, 2, 3)] == [1, None, 3]
    memory.forget()
    assert len(memory) == 0


def test_a_day_grown_step_by_step_has_the_areas_of_a_day_looked_at_once() -> None:
    """Bit for bit, in steps of any length, with quiet minutes at the start and a price range that widens."""
    minutes = generated(3, 1)
    quiet = minutes.volume.copy()
    quiet[:23] = 0.0
    minutes = msgspec.structs.replace(minutes, volume=quiet)
    at = five_minutes(minutes)
    whole = np.array(developing(minutes, at))
    forget()
    for row in range(len(at)):
        first = max(0, row - 1)
        areas = np.array(developing(minutes, at[first : row + 1]))
        assert areas.tobytes() == np.ascontiguousarray(whole[:, first : row + 1]).tobytes()
    assert np.isnan(whole[:, :4]).all()
    assert np.isfinite(whole[:, 4:-1]).all()  # the last time is the next midnight


def test_a_day_goes_on_from_what_was_known_only_when_that_is_the_same() -> None:
    minutes = generated(3, 1)
    at = five_minutes(minutes)
    developing(minutes, at[198:200])
    volume = minutes.volume.copy()
    volume[100] += 5_000.0
    other = msgspec.structs.replace(minutes, volume=volume)
    seen = np.array(developing(other, at[199:201]))
    forget()
    assert seen.tobytes() == np.array(developing(other, at[199:201])).tobytes()
    assert not np.array_equal(seen, np.array(developing(minutes, at[199:201])))


def test_a_session_is_that_of_its_minutes_its_tick_and_its_share() -> None:
    minutes, day = generated(5, 2), START // 86_400_000
    volume = minutes.volume.copy()
    volume[700] += 1e6
    asked = [
        Sessions(minutes),
        Sessions(minutes, Decimal("0.7")),
        Sessions(minutes, share=0.9),
        Sessions(msgspec.structs.replace(minutes, volume=volume)),
    ]
    warm = [one.of(day) for one in asked]
    assert len(set(warm)) == 4
    for sessions, before in zip(asked, warm, strict=True):
        forget()
        assert Sessions(sessions.minutes, sessions._tick, sessions._share).of(day) == before


def test_a_desk_that_remembers_says_what_one_says_that_does_not() -> None:
    fabio, params = Fabio(), Params(min_confluence=-1, min_rr=0, delta_share=0.1, volume_sd=0)
    market = every_timeframe(generated(7, 5))
    sizes = range(1_150, 1_440)
    warm = [fabio.newest(prefix(market, size), params) for size in sizes]
    signals = 0
    for size, seen in zip(sizes, warm, strict=True):
        forget()
        cold = fabio.newest(prefix(market, size), params)
        for name in ("score", "stop", "target", "reason", "exit_long", "exit_short"):
            assert getattr(seen, name).tobytes() == getattr(cold, name).tobytes(), (name, size)
        signals += int(np.count_nonzero(cold.score[-1]))
    assert signals > 0
