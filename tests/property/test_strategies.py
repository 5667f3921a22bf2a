"""What a strategy says of a bar never depends on the bars after it, and hardly on how many came before."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model.market import BarsByTimeframe, Scores
from strategies.base import AnyStrategy, build, catalogue
from strategies.columns import base
from tests.markets import market, part, prefix, recorded_market, several, signals_of
from tests.series import bars_of, random_bars
from tests.stand_in import Recorded

FILES = (
    "usdm/BTCUSDT-1m-20250504-20250602.parquet",
    "spot/DOGEUSDT-5m-20240101-20240531.parquet",
    "spot/BTCUSDT-1h-20170817-20220630.parquet",
    "coinbase_spot/ETHUSD-1d-20160518-20260310.parquet",
)
EVERY = pytest.mark.parametrize("strategy", catalogue().values(), ids=catalogue())
ON_EVERY_FILE = pytest.mark.parametrize(
    ("strategy", "file"),
    [
        pytest.param(one, file, id=f"{name}-{file.partition('/')[2].partition('-2')[0]}")
        for name, one in catalogue().items()
        for file in FILES
        if "-1m-" in file or not several(one)
    ],
)
OTHER: dict[str, dict[str, object]] = {
    "ma_cross": {"kind": "ema", "fast": 9, "slow": 21},
    "rsi_mr": {"n": 5, "low": 40.0, "high": 60.0},
    "macd_bb": {"fast": 5, "slow": 13, "signal": 4, "bb_n": 30, "bb_k": 1.0},
    "breakout": {"n": 7, "volume": 1.0, "exit_n": 4},
    "fabio": {"min_confluence": -1.0, "min_rr": 0.0, "delta_share": 0.1, "volume_sd": 0.0},
    "failed_breakout": {"range": 5, "low_volume": 1.0, "wait": 5, "tick": 0.1},
    "vol_model": {"decay": 0.97, "slow": 30},
    "grid": {"range": 30, "max_atr_pct": 5.0},
    "razor": {"slow": 30, "vol_max": 100.0, "vol_min": 0.0, "threshold": 30.0},
    "ensemble": {"of": "breakout,grid,macd_bb,rsi_mr,vol_model", "min_score": 0.0, "weights": "breakout:3,grid:0.1"},
    "classic_five": {"min_score": 0.0, "weights": "grid:0.1"},
    "four_models": {"min_score": 0.0},
    "three_parallel": {"min_score": 0.0, "multipliers": "reversion/BALANCED:2,trend/TRANSITION:0.5"},
}


def parameters(strategy: AnyStrategy) -> Iterator[msgspec.Struct]:
    yield strategy.params_type()
    if strategy.name in OTHER:
        yield strategy.params_type(**OTHER[strategy.name])


def columns(scores: Scores) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for name in ("score", "confidence", "stop", "target", "reason", "exit_long", "exit_short"):
        yield name, getattr(scores, name)
    if scores.led is not None:
        yield "leader", scores.led.leader
        yield "leader's target_r", scores.led.target_r
        for name, long, short in zip(scores.led.names, scores.led.leaves_long, scores.led.leaves_short, strict=True):
            yield f"{name} leaves longs", long
            yield f"{name} leaves shorts", short
    for check in scores.checks:
        yield f"{check.name} value", check.value
        yield f"{check.name} met", check.met


def assert_prefixes_agree(strategy: AnyStrategy, bars: BarsByTimeframe, sizes: Iterator[int] | range) -> int:
    """Bit for bit; returns the number of signals seen."""
    seen = 0
    for params in parameters(strategy):
        whole = dict(columns(strategy.evaluate(bars, params)))
        seen += np.count_nonzero(whole["score"])
        for size in sizes:
            for name, column in columns(strategy.evaluate(prefix(bars, size), params)):
                assert column.tobytes() == whole[name][:size].tobytes(), (name, size)
    return seen


@EVERY
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(0, 260), tick=st.sampled_from([0.1, 1e-7, 3.0]))
def test_every_prefix_of_a_random_market_says_the_same_bit_for_bit(
    strategy: AnyStrategy, seed: int, size: int, tick: float
) -> None:
    assert_prefixes_agree(strategy, market(strategy, seed, size, tick), range(0, size, max(1, size // 12)))


@EVERY
def test_every_single_prefix_of_one_market_says_the_same_bit_for_bit(strategy: AnyStrategy) -> None:
    size, step = (1_500, 4) if several(strategy) else (700, 1)
    bars = market(strategy, 17, size)
    assert assert_prefixes_agree(strategy, bars, range(size - 700, size, step)) >= signals_of(strategy, 5)


@EVERY
def test_blocks_scored_together_say_what_each_says_alone_bit_for_bit(strategy: AnyStrategy) -> None:
    """Blocks of several lengths, neighbours and others, also where warm-up is all that stands before them."""
    for params in parameters(strategy):
        if strategy.reach(params) is None:
            continue
        of, warmup = random_bars(31, 6_000), strategy.warmup(params)
        cuts = [(warmup, 512), (warmup + 512, 512), (warmup + 1_024, 100), (warmup + 1_500, 1), (warmup + 1_501, 512)]
        windows = [of.slice(begin - warmup, begin + size) for begin, size in cuts]
        said = strategy.together(strategy.timeframes[0], windows, [size for _, size in cuts], params)
        assert said is not None
        every, places = said
        alone = [strategy.evaluate({strategy.timeframes[0]: window}, params) for window in windows]
        assert np.count_nonzero(every.score[places]) >= 3
        for name, column in columns(every):
            wanted = [dict(columns(one))[name][warmup:] for one in alone]
            assert column[places].tobytes() == np.concatenate(wanted).tobytes(), name
        assert (every.reasons, every.setup, every.target_r) == (alone[0].reasons, alone[0].setup, alone[0].target_r)


@EVERY
def test_the_newest_bar_alone_is_scored_as_among_all_of_them_bit_for_bit(strategy: AnyStrategy) -> None:
    """At signals, in between, and from the first bar on."""
    bars = market(strategy, 29, 1_500 if several(strategy) else 700)
    seen = 0
    for params in parameters(strategy):
        whole = strategy.evaluate(bars, params)
        rows = {*np.flatnonzero(whole.score)[-60:].tolist(), *range(0, len(whole.score), 31), 1, 20, 33}
        for row in sorted(rows):
            newest = strategy.newest(prefix(bars, row + 1), params)
            for (name, column), (_, all_rows) in zip(columns(newest), columns(whole), strict=True):
                assert column[-1:].tobytes() == all_rows[row : row + 1].tobytes(), (name, row)
            seen += bool(newest.score[-1])
        assert len(strategy.newest(prefix(bars, 0), params).score) == 0
    assert seen >= signals_of(strategy, 5)


@ON_EVERY_FILE
def test_prefixes_of_recorded_markets_say_the_same_bit_for_bit(
    strategy: AnyStrategy, file: str, recorded: Recorded
) -> None:
    bars = recorded_market(strategy, recorded(file), 3_500)
    assert assert_prefixes_agree(strategy, bars, range(3_480, 3_500)) >= signals_of(strategy, 1)


def assert_windows_agree(strategy: AnyStrategy, bars: BarsByTimeframe, step: int) -> int:
    """The last row of windows of `warmup` bars against the whole history; returns the signals seen."""
    seen, of = 0, base(bars)
    for params in parameters(strategy):
        whole = strategy.evaluate(bars, params)
        window = strategy.warmup(params)
        rows = set(range(window - 1, len(of), step))
        rows |= {int(row) for row in np.flatnonzero(whole.score)[::7] if row >= window - 1}
        for row in rows:
            last = strategy.evaluate(part(bars, row + 1 - window, row + 1), params)
            for (name, column), (_, all_rows) in zip(columns(last), columns(whole), strict=True):
                scale = of.close[row] if name == "hist value" else 1.0
                np.testing.assert_allclose(
                    column[-1], all_rows[row], rtol=1e-9, atol=1e-9 * scale, err_msg=f"{name} at {row}"
                )
            assert np.sign(last.score[-1]) == np.sign(whole.score[row])
            seen += bool(whole.score[row])
    return seen


@EVERY
def test_a_window_of_warmup_bars_agrees_with_the_whole_history(strategy: AnyStrategy) -> None:
    assert assert_windows_agree(strategy, market(strategy, 23, 6_000), 50) >= signals_of(strategy, 5)


@pytest.mark.parametrize("name", ["breakout", "ma_cross", "macd_bb"])
def test_windows_agree_where_closes_stand_still_for_days(name: str) -> None:
    """Averages creep towards the price for ever; what is left of an old move must not make a signal.

    (An rsi has no such floor: it stays where the last move left it, however long ago that was.)
    """
    lively, still = random_bars(3, 300), 1_200
    parts = {
        name: np.concatenate([getattr(lively, name), np.full(still, 33.3 + wick)])
        for name, wick in (("open", 0.0), ("high", 0.2), ("low", -0.3), ("close", 0.0))
    }
    volume = np.concatenate([lively.volume, 20.0 + 30.0 * (np.arange(still) % 9 == 0)])
    assert_windows_agree(build(name), {"5m": bars_of(volume=volume, **parts)}, 3)


@ON_EVERY_FILE
def test_windows_of_recorded_markets_agree_with_the_whole_history(
    strategy: AnyStrategy, file: str, recorded: Recorded
) -> None:
    bars = recorded_market(strategy, recorded(file), 8_000 if several(strategy) else 6_000)
    assert assert_windows_agree(strategy, bars, 200) >= signals_of(strategy, 1)
