"""Order flow: the printed examples, and nothing invented where it is not known."""

import statistics

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.minute import MinuteBuilder, Trade
from engine.model.market import DAY_MS, MINUTE_MS, Bars
from strategies.structure import flow
from tests.auctions import FILE, recorded_minutes
from tests.series import START, bars_of, e60
from tests.stand_in import Recorded


def minutes_of(trades: list[tuple[float, bool, float]]) -> Bars:
    """Minutes from trades (seconds after midnight, taker sold, quantity)."""
    builder = MinuteBuilder("X/USDT:USDT", after=-1)
    for number, (second, sold, qty) in enumerate(trades):
        builder.trade(Trade(START + round(second * 1000), number, 50.0, qty, sold))
    made = [builder.close(START + k * MINUTE_MS) for k in range(3)]
    candles = [candle for candle in made if candle is not None]
    volume, bought = (np.array([getattr(c, name) for c in candles], float) for name in ("volume", "taker_buy"))
    return bars_of(np.full(len(candles), 50.0), "1m", volume=volume, taker_buy=bought)


def test_trades_of_the_example_give_the_printed_flow() -> None:
    bars = minutes_of([(5, True, 2.5), (59.5, False, 1.1), (60, False, 0.9), (130, True, 0.4), (140, False, 1.6)])
    assert bars.taker_buy.tolist() == [1.1, 0.9, 1.6]
    assert flow.delta(bars) == pytest.approx([-1.4, 0.9, 1.2])
    assert flow.imbalance(bars) == pytest.approx([-0.3888889, 1.0, 0.6], abs=5e-8)
    assert flow.cvd(bars, "1m") == pytest.approx([-1.4, -0.5, 0.7])


def test_the_example_series_has_the_printed_deltas() -> None:
    delta = flow.delta(e60())
    assert delta[1:5] == pytest.approx([45.4, -99.6, 25.6, 74.4])
    assert delta.sum() == pytest.approx(-16.2)
    assert flow.cvd(e60(), "5m")[-1] == pytest.approx(-16.2)


def flat(volume: list[float], bought: list[float]) -> Bars:
    size = len(volume)
    return bars_of(np.full(size, 5.0), "1m", volume=np.array(volume), taker_buy=np.array(bought))


def test_without_volume_the_imbalance_is_zero_and_without_takers_unknown() -> None:
    assert flow.imbalance(flat([0.0], [0.0])).tolist() == [0.0]
    assert np.isnan(flow.imbalance(flat([0.0, 4.0], [np.nan, np.nan]))).all()


def test_the_running_sum_starts_again_at_midnight() -> None:
    size = DAY_MS // MINUTE_MS + 2
    bars = flat([1.0] * size, [1.0] * size)
    assert flow.cvd(bars, "1m")[[0, 1, size - 3, size - 2, size - 1]].tolist() == [1, 2, 1_440, 1, 2]


def test_an_unknown_bar_leaves_the_rest_of_its_day_unknown_and_no_more() -> None:
    size = DAY_MS // MINUTE_MS + 1
    bars = flat([1.0] * size, [1.0] * 5 + [np.nan] + [1.0] * (size - 6))
    known = ~np.isnan(flow.cvd(bars, "1m"))
    assert known[:5].all()
    assert not known[5:-1].any()
    assert known[-1]


def test_a_missing_bar_leaves_the_rest_of_its_day_unknown() -> None:
    whole = flat([1.0] * 6, [1.0] * 6)
    keep = np.array([0, 1, 3, 4, 5])
    bars = Bars(*(getattr(whole, name)[keep] for name in Bars.__struct_fields__))
    assert np.isnan(flow.cvd(bars, "1m")).tolist() == [False, False, True, True, True]
    assert np.isnan(flow.cvd(whole.slice(1, 6), "1m")).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 2_000))
def test_a_prefix_has_the_same_running_sum(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    volume = rng.lognormal(0, 1, 2_000)
    bars = flat(volume.tolist(), (volume * rng.random(2_000)).tolist())
    assert flow.cvd(bars.slice(0, size), "1m").tobytes() == flow.cvd(bars, "1m")[:size].tobytes()


def test_the_usual_volume_is_that_of_the_bars_before() -> None:
    rng = np.random.default_rng(1)
    volume = rng.lognormal(3, 1, 60)
    usual = flow.usual_volume(volume)
    assert np.isnan(usual.mean[:20]).all()
    for t in range(20, 60):
        before = volume[t - 20 : t].tolist()
        assert usual.mean[t] == pytest.approx(statistics.mean(before))
        assert usual.sd[t] == pytest.approx(statistics.stdev(before))


@pytest.mark.parametrize(
    ("delta", "volume", "side"),
    [
        (-70, 210, -1),
        (70, 210, 1),
        (-50, 210, 0),  # 23.8 %
        (-52.5, 210, -1),  # 25 %
        (-70, 165, -1),  # 120 + 45
        (-70, 164.9, 0),
        (0, 210, 0),
        (np.nan, 210, np.nan),
    ],
)
def test_takers_press_with_a_share_of_a_large_volume(delta: float, volume: float, side: float) -> None:
    np.testing.assert_equal(float(flow.aggression(delta, volume, 120.0, 45.0)), float(side))


def test_with_too_few_bars_nobody_knows_who_presses() -> None:
    assert np.isnan(flow.aggression(np.array([5.0]), np.array([9.0]), np.array([np.nan]), np.array([np.nan]))).all()


def test_a_bar_is_whole_when_each_of_its_minutes_has_a_taker_side() -> None:
    minutes = flat([1.0] * 15, [1.0] * 7 + [np.nan] + [1.0] * 7)
    at = START + 5 * MINUTE_MS * np.arange(1, 5)
    assert np.isnan(flow.whole(at, 5 * MINUTE_MS, minutes)).tolist() == [False, True, False, True]


def test_the_flow_of_a_market_adds_up(recorded: Recorded) -> None:
    minutes = recorded_minutes(recorded(FILE), 2)
    bought = minutes.taker_buy
    assert flow.delta(minutes) == pytest.approx(bought - (minutes.volume - bought), abs=1e-6)
    share = flow.imbalance(minutes)
    assert (np.abs(share) <= 1 + 1e-12).all()
    unknown = msgspec.structs.replace(minutes, taker_buy=np.full(len(minutes), np.nan))
    for column in (flow.delta(unknown), flow.imbalance(unknown), flow.cvd(unknown, "1m")):
        assert np.isnan(column).all()
