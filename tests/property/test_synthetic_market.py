"""The synthetic market as an observer sees it: sound candles, the same on every machine, and alive."""

import hashlib
import os
import subprocess
import sys
from itertools import chain, takewhile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feeds.listings import LISTINGS
from engine.feeds.regimes import weather
from engine.feeds.synthetic import EPOCH, SyntheticSource
from engine.minute import MinuteBuilder
from engine.model.market import DAY_MS, MINUTE_MS, Bars, Floats
from engine.model.messages import CandleClosed

SEEDS = st.integers(0, 2**40)
SYMBOLS = st.sampled_from(sorted(LISTINGS))
DAYS = st.integers(-40, 200)
MONTH = 30 * 1_440
ROOT = Path(__file__).parents[2]

DIGEST = """
import hashlib, itertools, msgspec
from engine.feeds.synthetic import SyntheticSource
source = SyntheticSource({seed}, history_minutes=3_000)
sha = hashlib.sha256()
for event in itertools.chain(source.history(), itertools.islice(source.events(), 12_000)):
    sha.update(msgspec.msgpack.encode(event))
print(sha.hexdigest())
"""


@pytest.fixture(scope="module")
def month() -> dict[str, Bars]:
    source = SyntheticSource(7)
    return {symbol: source.columns(symbol, MONTH) for symbol in source.symbols}


def returns(bars: Bars) -> Floats:
    return np.diff(np.log(bars.close))


def correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1])


@given(seed=SEEDS, symbol=SYMBOLS, day=DAYS)
@settings(max_examples=25)
def test_no_candle_is_ever_invalid(seed: int, symbol: str, day: int) -> None:
    bars = SyntheticSource(seed).columns(symbol, 1_440, EPOCH + day * DAY_MS)
    assert (bars.low > 0).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert np.isfinite(bars.high).all()
    assert (bars.volume > 0).all()
    assert (bars.taker_buy >= 0).all()
    assert (bars.taker_buy <= bars.volume).all()
    assert (np.diff(bars.ts) == MINUTE_MS).all()


@given(seed=SEEDS, symbol=SYMBOLS, day=st.integers(0, 5), minute=st.integers(0, 1_430))
@settings(max_examples=25)
def test_a_candle_is_exactly_its_trades(seed: int, symbol: str, day: int, minute: int) -> None:
    source = SyntheticSource(seed, [symbol])
    midnight = EPOCH + day * DAY_MS
    opened = [midnight, *(midnight + (minute + k) * MINUTE_MS for k in range(1, 4))]
    builder = MinuteBuilder(symbol, LISTINGS[symbol].instrument.tick, after=0, consecutive=False)
    for trade in chain.from_iterable(source.trades(symbol, at) for at in opened):
        assert builder.trade(trade) == "counted"
    events = takewhile(lambda event: event.at <= opened[-1] + MINUTE_MS, source.events(midnight))
    candles = [event for event in events if isinstance(event, CandleClosed) and event.open_at in opened]
    assert all(candle.obi is not None and -1 <= candle.obi <= 1 for candle in candles)
    candles = [msgspec.structs.replace(candle, obi=None, quote=None) for candle in candles]
    assert candles == [builder.close(at) for at in opened]


@given(seed=SEEDS, symbol=SYMBOLS, day=DAYS)
@settings(max_examples=15)
def test_prices_lie_on_the_tick_and_amounts_on_the_step(seed: int, symbol: str, day: int) -> None:
    bars = SyntheticSource(seed).columns(symbol, 200, EPOCH + day * DAY_MS)
    instrument = LISTINGS[symbol].instrument
    for value in (*bars.open[::20], *bars.high[::20], *bars.low[::20], *bars.close[::20]):
        assert instrument.price(float(value)) == instrument.price(float(value), "down")
        assert float(instrument.price(float(value))) == value
    for volume in bars.volume[::20]:
        assert round(float(volume) / float(instrument.step)) * float(instrument.step) == pytest.approx(volume)


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    def digest(seed: int, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", DIGEST.format(seed=seed)]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=True, text=True)
        return done.stdout.strip()

    first, second, other = digest(7, "1"), digest(7, "4242"), digest(8, "1")
    assert len(first) == len(hashlib.sha256().hexdigest())
    assert first == second
    assert first != other


def test_symbols_move_together_but_not_in_step(month: dict[str, Bars]) -> None:
    moves = {symbol: returns(bars) for symbol, bars in month.items()}
    pairs = [correlation(moves[a], moves[b]) for a in moves for b in moves if a < b]
    assert min(pairs) > 0.45
    assert max(pairs) < 0.9


def test_volatility_comes_in_clusters(month: dict[str, Bars]) -> None:
    for bars in month.values():
        size = np.abs(returns(bars))
        assert correlation(size[:-1], size[1:]) > 0.15
        assert correlation(size[:-30], size[30:]) > 0.05


def test_returns_have_fat_tails_and_hardly_a_memory(month: dict[str, Bars]) -> None:
    for bars in month.values():
        moves = returns(bars)
        kurtosis = float(((moves - moves.mean()) ** 4).mean() / moves.var() ** 2)
        assert 6 < kurtosis < 120
        assert abs(correlation(moves[:-1], moves[1:])) < 0.1


def test_volume_goes_with_volatility_and_the_taker_with_the_price(month: dict[str, Bars]) -> None:
    for bars in month.values():
        moves = returns(bars)
        assert correlation(bars.volume[1:], np.abs(moves)) > 0.3
        imbalance = (2 * bars.taker_buy - bars.volume) / bars.volume
        assert 0.25 < correlation(imbalance[1:], moves) < 0.8


def test_the_day_is_busier_at_its_ends_than_in_its_middle(month: dict[str, Bars]) -> None:
    for bars in month.values():
        by_hour = bars.volume.reshape(-1, 24, 60).mean(axis=(0, 2))
        assert by_hour[[0, 1, 22, 23]].mean() > 1.3 * by_hour[10:14].mean()


def test_each_regime_does_what_its_name_says() -> None:
    seed, days = 7, 60
    bars = SyntheticSource(seed).columns("BTCUSDT", days * 1_440)
    moves = np.diff(np.log(bars.close), prepend=np.log(bars.open[0]))
    found: dict[str, list[Floats]] = {}
    for day in range(days):
        for segment in weather(seed, day).segments:
            if segment.stop - segment.start >= 20:
                part = moves[day * 1_440 + segment.start : day * 1_440 + segment.stop]
                found.setdefault(segment.regime.name, []).append(part)
    deviation = {name: float(np.median([part.std() for part in parts])) for name, parts in found.items()}
    total = {name: np.array([part.sum() for part in parts]) for name, parts in found.items()}
    # In its own deviations, how far a regime went: a random walk of n minutes goes sqrt(n) of them.
    reach = {
        name: float(np.median([abs(part.sum()) / part.std() / np.sqrt(len(part)) for part in parts]))
        for name, parts in found.items()
    }
    assert (total["up"] > 0).mean() > 0.75
    assert (total["down"] < 0).mean() > 0.75
    assert (total["crash"] < -0.01).mean() > 0.9
    assert (total["rebound"] > 0).mean() > 0.6
    assert deviation["squeeze"] < 0.6 * deviation["range"] < deviation["break"]
    assert deviation["crash"] > 2 * deviation["up"]
    assert reach["range"] < 0.5 < 1 < reach["up"]


@pytest.mark.parametrize("seed", [1, 2, 7, 42, 99])
def test_averages_cross_and_ranges_break_within_the_first_two_hours(seed: int) -> None:
    source = SyntheticSource(seed)
    crosses = breaks = 0
    for symbol in source.symbols:
        close = source.columns(symbol, 240, EPOCH - 120 * MINUTE_MS).close
        fast, slow = (
            np.convolve(close, np.ones(9) / 9, "valid")[12:],
            np.convolve(close, np.ones(21) / 21, "valid"),
        )
        crosses += int((np.diff(np.sign(fast - slow)) != 0)[-120:].sum())
        breaks += sum(close[i] > close[i - 20 : i].max() or close[i] < close[i - 20 : i].min() for i in range(120, 240))
    assert crosses >= 12
    assert breaks >= 12


def test_the_market_may_run_for_a_year_and_stays_near_home() -> None:
    for symbol in ("BTCUSDT", "DOGEUSDT"):
        bars = SyntheticSource(11).columns(symbol, 365 * 1_440)
        assert 0.2 * LISTINGS[symbol].price < bars.low.min()
        assert bars.high.max() < 5 * LISTINGS[symbol].price
