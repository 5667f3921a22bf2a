from pathlib import Path

import pytest

from engine.feeds.cache.folder import Cache
from engine.model.errors import BadInput
from tests.unit.engine.feeds.cache.candles import sheet


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    cache = Cache(tmp_path)
    cache.put(sheet(0, 1, source="bybit", symbol="BTC/USDT:USDT"))
    cache.put(sheet(0, 1, source="bybit", symbol="BTC/USDT"))
    cache.put(sheet(0, 1, source="okx", symbol="ETH/USDT:USDT"))
    cache.put(sheet(0, 1, source="files", symbol="SOL_USDT"))
    return cache


def test_every_series_is_found_again_by_source_symbol_and_timeframe(cache: Cache) -> None:
    (cache.folder / "okx" / "notes.txt").write_text("mine")
    (cache.folder / "okx" / ".half-1m.feather.new").write_text("cut off")
    assert [str(place) for place in cache.places()] == [
        "cache:bybit:BTC/USDT@1m",
        "cache:bybit:BTC/USDT:USDT@1m",
        "cache:files:SOL_USDT@1m",
        "cache:okx:ETH/USDT:USDT@1m",
    ]
    assert {path.parent.parent for path in cache.folder.rglob("*.feather")} == {cache.folder}


@pytest.mark.parametrize(
    ("spec", "name", "series"),
    [
        ("cache:ETHUSDT@1m", "ETHUSDT", "cache:okx:ETH/USDT:USDT@1m"),
        ("cache:ETH/USDT:USDT@1m", "ETH/USDT:USDT", "cache:okx:ETH/USDT:USDT@1m"),
        ("cache:okx:ETH/USDT:USDT@1m", "ETH/USDT:USDT", "cache:okx:ETH/USDT:USDT@1m"),
        ("cache:BTC/USDT@1m", "BTC/USDT", "cache:bybit:BTC/USDT@1m"),
        ("cache:SOL_USDT@1m", "SOL_USDT", "cache:files:SOL_USDT@1m"),
        ("MINE=cache:files:SOL_USDT@1m", "MINE", "cache:files:SOL_USDT@1m"),
    ],
)
def test_a_reference_stands_for_a_file_and_names_the_symbol(cache: Cache, spec: str, name: str, series: str) -> None:
    path = next(place.path for place in cache.places() if str(place) == series)
    assert cache.resolve(spec) == f"{name}={path}"


@pytest.mark.parametrize("spec", ["BTCUSDT-1m.csv", "BTC=BTCUSDT-1m.csv", "my-cache:x.csv"])
def test_anything_else_is_left_as_it_is(cache: Cache, spec: str) -> None:
    assert cache.resolve(spec) == spec


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("cache:BTCUSDT@1m", "may be cache:bybit:BTC/USDT@1m or cache:bybit:BTC/USDT:USDT@1m; write one of them."),
        ("cache:ETHUSDT@5m", "There are no candles cache:ETHUSDT@5m in "),
        ("cache:bybit:ETHUSDT@1m", "; the nearest are cache:"),
        ("cache:", "There are no candles cache: in "),
    ],
)
def test_a_reference_to_none_or_to_several_is_refused(cache: Cache, spec: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        cache.resolve(spec)
    assert sentence in str(refusal.value)


def test_an_empty_cache_says_how_it_is_filled(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"`pocketdesk data download` stores some\.$"):
        Cache(tmp_path).resolve("cache:BTCUSDT@1m")
