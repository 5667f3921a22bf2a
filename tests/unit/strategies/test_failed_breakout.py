"""Failed breakout: the printed example, each step of the rule, a plain bar-by-bar machine beside it."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from engine.model.instrument import Instrument
from engine.model.market import Bars, Scores
from strategies.failed_breakout import Params, strategy
from tests.series import bars_of, random_bars

Ask = Callable[..., Scores]
Row = tuple[float, float, float, float]
PRINTED: tuple[Row, ...] = ((50.4, 49.6, 49.9, 55), (50.3, 49.4, 49.7, 70), (50.4, 49.8, 50.2, 60))


def after_range(*rows: Row) -> Bars:
    """20 bars between 50 and 51 with volume 80, then rows of high, low, close, volume."""
    high, low, close, volume = np.array([(51.0, 50.0, 50.6, 80.0)] * 20 + list(rows)).T
    return bars_of(close, high=high, low=low, volume=volume)


def mirrored(row: Row) -> Row:
    high, low, close, volume = row
    return 101 - low, 101 - high, 101 - close, volume


def signals(scores: Scores) -> dict[int, float]:
    return {int(t): float(np.sign(scores.score[t])) for t in np.flatnonzero(scores.score)}


def test_the_printed_example(ask: Ask) -> None:
    scores = ask("failed_breakout", after_range(*PRINTED), tick=0.05)
    assert signals(scores) == {22: 1.0}
    assert scores.score[22] == pytest.approx(37.59191176, abs=5e-9)
    assert scores.stop[22] == pytest.approx(49.35, rel=1e-12)
    assert scores.target[22] == 51.0
    assert (51.0 - 50.2) / (50.2 - scores.stop[22]) == pytest.approx(0.9411764706, rel=1e-9)
    assert scores.reasons[scores.reason[22]] == "failed_low"
    tick = Instrument("X/USDT:USDT", "X", "USDT", tick=Decimal("0.05"))
    assert tick.price(float(scores.stop[22]), "up") == Decimal("49.35")


def test_a_break_with_much_volume_is_a_real_one(ask: Ask) -> None:
    first, *rest = PRINTED
    assert signals(ask("failed_breakout", after_range((*first[:3], 70), *rest))) == {}
    assert signals(ask("failed_breakout", after_range((*first[:3], 64), *rest))) == {}, "at 0.8 of 80"
    assert signals(ask("failed_breakout", after_range((*first[:3], 63.999), *rest))) == {22: 1.0}


def test_the_upper_side_is_the_mirror_image(ask: Ask) -> None:
    """Lows at 50 and highs at 51 mirror at 101 - x."""
    scores = ask("failed_breakout", after_range(*map(mirrored, PRINTED)), tick=0.05)
    assert signals(scores) == {22: -1.0}
    assert scores.score[22] == pytest.approx(-37.59191176, abs=5e-9)
    assert scores.stop[22] == pytest.approx(51.65, rel=1e-12)
    assert scores.target[22] == 50.0
    assert scores.reasons[scores.reason[22]] == "failed_high"


def test_a_high_at_the_range_is_no_break_and_a_close_at_the_range_is_back(ask: Ask) -> None:
    assert signals(ask("failed_breakout", after_range((51.0, 50.4, 50.5, 10)))) == {}
    assert signals(ask("failed_breakout", after_range((51.1, 50.4, 51.0, 10)))) == {20: -1.0}


OUT: Row = (51.5, 51.1, 51.3, 60)
BACK: Row = (51.4, 50.6, 50.9, 60)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(51.5, 50.5, 50.9, 60)], {20: -1.0}),
        ([OUT, BACK], {21: -1.0}),
        ([OUT, OUT, OUT, BACK], {23: -1.0}),
        ([OUT, OUT, OUT, OUT, BACK], {}),
        ([OUT, (51.5, 51.1, 51.3, 120), BACK], {}),
        ([OUT, (51.5, 51.1, 51.3, 119), BACK], {22: -1.0}),
        ([OUT, (51.4, 50.6, 50.9, 500)], {21: -1.0}),
    ],
    ids=["same bar", "next bar", "last bar", "too late", "cancelled", "just not cancelled", "loud on the way back"],
)
def test_when_a_quiet_break_fails(ask: Ask, rows: list[Row], expected: dict[int, float]) -> None:
    assert signals(ask("failed_breakout", after_range(*rows))) == expected


def test_after_a_real_break_the_side_waits_for_a_close_in_the_range(ask: Ask) -> None:
    """Released at bar 22, whose own high above everything is no attempt; bar 23 is one."""
    rows: list[Row] = [(51.5, 50.9, 51.2, 200), (51.6, 51.0, 51.3, 10), (51.7, 50.5, 50.9, 10), (51.8, 50.8, 51.5, 10)]
    assert signals(ask("failed_breakout", after_range(*rows))) == {23: -1.0}
    assert signals(ask("failed_breakout", after_range(*rows[:2], rows[3]))) == {}


def test_a_real_break_that_closes_inside_at_once_frees_the_side_for_the_next_bar(ask: Ask) -> None:
    assert signals(ask("failed_breakout", after_range((51.5, 50.4, 50.9, 200), (51.8, 50.4, 50.9, 10)))) == {21: -1.0}


def test_after_20_bars_outside_the_side_is_free_again(ask: Ask) -> None:
    """A climb of 0.1 a bar: every bar is a new high with a close under the last one, so each could be an attempt."""
    loud, quiet = (
        [(51.5 + 0.1 * k, 51.2 + 0.1 * k, 51.35 + 0.1 * k, volume) for k in range(25)] for volume in (200.0, 10.0)
    )
    assert min(signals(ask("failed_breakout", after_range(*loud[:21], *quiet[21:])))) == 41
    assert min(signals(ask("failed_breakout", after_range(*loud[:20], *quiet[20:])))) == 41, "bar 40 is blocked"


def test_both_sides_failing_in_one_bar_are_none(ask: Ask) -> None:
    assert signals(ask("failed_breakout", after_range((51.5, 49.5, 50.5, 10)))) == {}


def test_the_attempt_of_one_side_does_not_show_in_the_signal_of_the_other(ask: Ask) -> None:
    """The long of bar 22 with an upper break open from bar 22: above 51 and back at a close of 51.2."""
    low, high = (50.9, 49.6, 49.9, 40), (51.5, 49.7, 51.2, 60)
    scores = ask("failed_breakout", after_range(low, high))
    assert signals(scores) == {21: 1.0}
    assert scores.checks[0].value[21] == 0.5
    assert scores.checks[1].value[21] == pytest.approx(1.2)


def test_the_checks_show_an_open_attempt(ask: Ask) -> None:
    share, inside = ask("failed_breakout", after_range(*PRINTED)).checks
    np.testing.assert_array_equal(share.value[20:], [0.6875] * 3)
    np.testing.assert_allclose(inside.value[20:], [-0.1, -0.3, 0.2], atol=1e-12)
    assert list(inside.met[20:]) == [False, False, True]
    assert share.met[20:].all()
    assert np.isnan(share.value[:20]).all()


def test_a_market_without_volume_never_fails_a_break(ask: Ask) -> None:
    high, low, close, _ = np.array([(51.0, 50.0, 50.6, 0.0)] * 20 + [(51.5, 50.5, 50.9, 0.0)]).T
    assert signals(ask("failed_breakout", bars_of(close, high=high, low=low, volume=np.zeros(21)))) == {}


class PlainSide:
    """The rule's three states for the upper side, bar by bar, as it is written."""

    def __init__(self, params: Params) -> None:
        self.p = params
        self.state = "IDLE"
        self.t0 = 0

    def step(self, bars: list[Row], t: int) -> dict[str, float] | None:
        """The signal of bar t, if any."""
        high, _, close, volume = bars[t]
        n = self.p.range
        if self.state == "IDLE":
            past = bars[t - n : t]
            self.top, self.bottom = max(row[0] for row in past), min(row[1] for row in past)
            self.mean = sum(row[3] for row in past) / n
            if high <= self.top:
                return None
            self.t0, self.quiet = t, volume
            self.state = "ATTEMPT" if volume < self.p.low_volume * self.mean else "BREAKOUT"
        if self.state == "ATTEMPT":
            if close <= self.top and t <= self.t0 + self.p.wait:
                self.state = "IDLE"
                extreme = max(row[0] for row in bars[self.t0 : t + 1])
                return {"stop": extreme, "target": self.bottom, "share": self.quiet / self.mean}
            if (t > self.t0 and volume >= self.p.cancel_volume * self.mean) or t == self.t0 + self.p.wait:
                self.state = "BREAKOUT"
        if self.state == "BREAKOUT" and (self.bottom <= close <= self.top or t == self.t0 + 20):
            self.state = "IDLE"
        return None


@pytest.mark.parametrize(
    "params",
    [Params(), Params(range=5, low_volume=1.0, cancel_volume=1.0, wait=1), Params(range=50, wait=10, low_volume=0.5)],
    ids=["default", "short", "long"],
)
def test_a_plain_machine_says_the_same(params: Params) -> None:
    bars = random_bars(29, 6_000)
    scores = strategy.evaluate({"15m": bars}, params)
    columns = np.stack([bars.high, bars.low, bars.close, bars.volume], axis=1)
    upper = [(float(h), float(lo), float(c), float(v)) for h, lo, c, v in columns]
    lower = [(-lo, -h, -c, v) for h, lo, c, v in upper]
    machines = [(PlainSide(params), upper, -1.0), (PlainSide(params), lower, 1.0)]
    quiet = scores.reason == scores.reasons.index("flat_market")
    expected: dict[int, float] = {}
    for t in range(params.range, len(bars)):
        found = [(side, signal) for machine, rows, side in machines if (signal := machine.step(rows, t))]
        if len(found) != 1 or quiet[t]:
            continue
        ((side, signal),) = found
        expected[t] = side
        entry, stop, target = float(bars.close[t]), -side * signal["stop"], -side * signal["target"]
        reward = side * (target - entry) / (side * (entry - stop))
        parts = min(1, max(0, (params.low_volume - signal["share"]) / 0.4)), min(1, max(0, reward / 2))
        assert (scores.stop[t], scores.target[t]) == (stop, target)
        assert scores.score[t] == pytest.approx(side * 50 * sum(parts), rel=1e-9, abs=1e-9)
    assert signals(scores) == expected
    assert set(expected.values()) == {1.0, -1.0}
    assert len(expected) > 50


def test_the_time_stop_and_the_first_bar() -> None:
    assert strategy.exits(Params()).time_stop == 20
    assert strategy.first_bar(Params(range=35)) == 35
    assert strategy.warmup(Params(range=200)) == 500
