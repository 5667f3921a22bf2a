"""`data download` against the emulated exchange: pages, resuming, gaps, trouble, and a kill in the middle."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.feeds.cache.download import Options, Outcome, Request, download
from engine.feeds.cache.folder import Cache
from engine.feeds.cache.survey import Survey, extent, surveys
from engine.model.errors import BadInput, Corrupt
from engine.supervise import Backoff
from engine.venues.failures import VenueFailure
from tests.conftest import ROOT
from tests.exchange.listings import BTC, ETH
from tests.exchange.market import MINUTE, START, Market
from tests.exchange.server import Exchange, running

BTC_PERP = "BTC/USDT:USDT"
KLINES = "/fapi/v1/klines"
PAST = 1_300
"""Closed minutes in the market's memory: three pages of 499."""
OLDEST = START - PAST * MINUTE


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    market = Market([BTC, ETH])
    market.history(PAST)
    async with running(market) as started:
        market.now = START + 2_500
        yield started


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def options(exchange: Exchange, slept: list[float] | None = None) -> Options:
    """The exchange's own time, and waits that take no time."""

    async def sleep(seconds: float) -> None:
        (slept if slept is not None else []).append(seconds)
        await asyncio.sleep(0)

    return Options(clock=lambda: exchange.market.now, sleep=sleep, backoff=Backoff(1, 4, lambda: 1.0))


async def fetched(exchange: Exchange, cache: Cache, start: int = OLDEST, stop: int | None = None) -> Outcome:
    request = Request("binanceusdm", ("BTCUSDT",), "1m", start, stop, exchange.url)
    return (await download(cache, request, options(exchange)))[0]


def since(exchange: Exchange) -> list[int]:
    """Opening times that were asked from, in minutes after the oldest candle."""
    return [(int(each.query["startTime"]) - OLDEST) // MINUTE for each in exchange.asked(KLINES)]


async def test_every_closed_minute_is_fetched_page_by_page_and_the_forming_one_is_not(
    exchange: Exchange, cache: Cache
) -> None:
    told: list[tuple[str, int, int]] = []
    request = Request("binanceusdm", ("BTCUSDT", "ETH/USDT:USDT", BTC_PERP), "1m", OLDEST, None, exchange.url)
    world = msgspec.structs.replace(options(exchange), progress=lambda *done: told.append(done))
    outcomes = await download(cache, request, world)
    assert [each.sheet.head.symbol for each in outcomes] == [BTC_PERP, "ETH/USDT:USDT"]
    bars = outcomes[0].sheet.bars
    assert bars.ts.tolist() == list(range(OLDEST, START, MINUTE))
    first = exchange.market.books["BTCUSDT"].minutes[OLDEST]
    assert [bars.open[0], bars.high[0], bars.low[0], bars.close[0]] == [first.open, first.high, first.low, first.price]
    assert (bars.volume[0], bars.taker_buy[0]) == (10.0, 4.0)
    assert told == [(symbol, done, PAST) for symbol in (BTC_PERP, "ETH/USDT:USDT") for done in (499, 998, 1_300)]
    assert since(exchange)[:3] == [0, 499, 998]
    stored = cache.get(cache.place("binanceusdm", BTC_PERP, "1m"))
    assert stored is not None
    assert np.array_equal(stored.bars.ts, bars.ts)


async def test_a_candle_is_stored_two_seconds_after_its_end_and_no_earlier(exchange: Exchange, cache: Cache) -> None:
    exchange.market.now = START + 1_900
    assert (await fetched(exchange, cache)).sheet.bars.ts[-1] == START - 2 * MINUTE
    exchange.market.now = START + 2_100
    assert (await fetched(exchange, cache)).sheet.bars.ts[-1] == START - MINUTE


async def test_a_second_download_asks_only_for_what_is_new_or_earlier(exchange: Exchange, cache: Cache) -> None:
    await fetched(exchange, cache, OLDEST + 200 * MINUTE, OLDEST + 400 * MINUTE)
    exchange.requests.clear()
    outcome = await fetched(exchange, cache, OLDEST + 100 * MINUTE, OLDEST + 450 * MINUTE)
    assert outcome.fetched == 150
    assert (len(outcome.sheet.bars), extent(outcome.sheet).gaps) == (350, ())
    exchange.requests.clear()
    assert (await fetched(exchange, cache, OLDEST + 100 * MINUTE, OLDEST + 450 * MINUTE)).fetched == 0
    assert exchange.asked(KLINES) == []


async def test_minutes_that_the_exchange_omits_stay_gaps_and_are_filled_when_it_has_them(
    exchange: Exchange, cache: Cache
) -> None:
    minutes = exchange.market.books["BTCUSDT"].minutes
    hidden = {n: minutes.pop(OLDEST + n * MINUTE) for n in (*range(300, 310), 700)}
    found = extent((await fetched(exchange, cache)).sheet)
    assert [((gap.start - OLDEST) // MINUTE, (gap.stop - OLDEST) // MINUTE) for gap in found.gaps] == [
        (300, 310),
        (700, 701),
    ]
    assert (found.missing, found.unsettled) == (11, 11)
    minutes[OLDEST + 305 * MINUTE] = hidden[305]
    minutes[OLDEST + 700 * MINUTE] = hidden[700]
    exchange.requests.clear()
    second = await fetched(exchange, cache)
    assert since(exchange) == [300]
    assert (second.fetched, extent(second.sheet).missing, extent(second.sheet).unsettled) == (2, 9, 0)


async def test_what_was_asked_for_twice_is_the_exchanges_own_gap_until_it_is_asked_for_again(
    exchange: Exchange, cache: Cache
) -> None:
    minutes = exchange.market.books["BTCUSDT"].minutes
    late = minutes.pop(OLDEST + 300 * MINUTE)
    for _ in range(2):
        await fetched(exchange, cache)
    minutes[late.open_at] = late
    exchange.requests.clear()
    assert (await fetched(exchange, cache)).fetched == 0
    assert exchange.asked(KLINES) == []
    request = Request("binanceusdm", ("BTCUSDT",), "1m", OLDEST, None, exchange.url, again=True)
    assert (await download(cache, request, options(exchange)))[0].fetched == 1


async def test_rows_that_cannot_be_true_are_left_out_and_counted(exchange: Exchange, cache: Cache) -> None:
    minutes = exchange.market.books["BTCUSDT"].minutes
    minutes[OLDEST + 5 * MINUTE].high = 1.0
    minutes[OLDEST + 6 * MINUTE].low = 0.0
    outcome = await fetched(exchange, cache)
    assert outcome.refused == {"outside_range": 1, "zero_price": 1}
    assert len(outcome.sheet.bars) == PAST - 2


@pytest.mark.parametrize(("status", "waits"), [(429, [7.0]), (418, [7.0]), (503, [1.0, 2.0])])
async def test_a_server_error_or_a_rate_limit_is_waited_out_as_long_as_the_exchange_asks(
    exchange: Exchange, cache: Cache, status: int, waits: list[float]
) -> None:
    slept: list[float] = []
    time = [0.0]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        time[0] += seconds
        if slept == waits:
            exchange.fail_rest(None)

    world = msgspec.structs.replace(options(exchange), sleep=sleep, monotonic=lambda: time[0])
    exchange.fail_rest(status, retry_after=7)
    request = Request("binanceusdm", ("BTCUSDT",), "1m", OLDEST, None, exchange.url)
    outcome = (await download(cache, request, world))[0]
    assert slept == waits
    assert len(outcome.sheet.bars) == PAST


async def test_what_came_before_an_exchange_fell_silent_is_kept_and_the_rest_comes_later(
    exchange: Exchange, cache: Cache
) -> None:
    def stop(symbol: str, done: int, total: int) -> None:
        exchange.fail_rest(503)

    request = Request("binanceusdm", ("BTCUSDT",), "1m", OLDEST, None, exchange.url)
    with pytest.raises(VenueFailure, match=r"^candles of BTC/USDT:USDT: it does not answer .*goes on from there\.$"):
        await download(cache, request, msgspec.structs.replace(options(exchange), progress=stop))
    exchange.fail_rest(None)
    exchange.requests.clear()
    outcome = await fetched(exchange, cache)
    assert since(exchange) == [499, 998]
    assert (outcome.fetched, len(outcome.sheet.bars)) == (PAST - 499, PAST)


async def test_a_ban_of_an_hour_ends_the_download_with_a_sentence(exchange: Exchange, cache: Cache) -> None:
    exchange.fail_rest(418, retry_after=3_600)
    with pytest.raises(VenueFailure, match=r"^binanceusdm asks for a pause of 3,600 s$"):
        await fetched(exchange, cache)
    assert cache.places() == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"symbols": ("BTCUST",)}, "binanceusdm has no symbol 'BTCUST'; the nearest are BTCUSDT"),
        ({"timeframe": "7m"}, "There is no timeframe '7m'; there are 1m, 5m, 15m, 1h, 4h, 1d."),
        ({"exchange": "deribit", "timeframe": "4h"}, "deribit has no 4h candles; it has 1m, 5m, 15m, 1h, 1d."),
        ({"start": START + MINUTE}, "No 1m candle opens and closes in the chosen time; give an earlier --from."),
        ({"exchange": "bitmex"}, "The exchange bitmex has closed"),
    ],
)
async def test_what_cannot_be_downloaded_is_one_sentence_and_stores_nothing(
    exchange: Exchange, cache: Cache, change: dict[str, object], sentence: str
) -> None:
    request = Request("binanceusdm", ("BTCUSDT",), "1m", OLDEST, None, exchange.url)
    wanted = msgspec.convert(msgspec.to_builtins(request) | change, Request)
    with pytest.raises(BadInput) as refusal:
        await download(cache, wanted, options(exchange))
    assert str(refusal.value).startswith(sentence)
    assert list(cache.folder.rglob("*")) == []


async def test_a_damaged_file_is_not_written_over(exchange: Exchange, cache: Cache) -> None:
    await fetched(exchange, cache)
    path = cache.places()[0].path
    body = path.read_bytes()
    path.write_bytes(body[: len(body) // 2])
    with pytest.raises(Corrupt, match="is damaged"):
        await fetched(exchange, cache)
    assert len(path.read_bytes()) == len(body) // 2


async def test_a_second_download_from_the_same_exchange_waits_for_its_turn(exchange: Exchange, cache: Cache) -> None:
    with cache.writing("binanceusdm"), pytest.raises(BadInput, match=r"^Another pocketdesk is storing candles"):
        await fetched(exchange, cache)


@pytest.mark.kill
@pytest.mark.parametrize(("ending", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
async def test_ended_in_the_middle_it_leaves_a_sound_cache_and_goes_on_where_it_stopped(
    tmp_path: Path, ending: signal.Signals, code: int
) -> None:
    past = 6_000
    market = Market([BTC])
    market.history(past)
    oldest = START - past * MINUTE
    command = ["-m", "bot", "data", "download", "--exchange", "binanceusdm", "--symbol", "BTCUSDT"]
    times = ["--from", "2025-12-27T20:00", "--to", "2026-01-01"]
    cache = Cache(tmp_path)
    async with running(market) as exchange:
        market.now = START + 2_500
        world = {**os.environ, "EXCHANGE_URL": exchange.url, "DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}

        async def start() -> asyncio.subprocess.Process:
            return await asyncio.create_subprocess_exec(
                sys.executable, *command, *times, env=world, cwd=tmp_path, stdout=-1, stderr=-1
            )

        process = await start()
        while len(exchange.asked(KLINES)) < 5:
            assert process.returncode is None
            await asyncio.sleep(0.005)
        process.send_signal(ending)
        said = await process.communicate()
        assert (process.returncode, said) == (code, (b"", b""))
        (left,) = surveys(cache)
        assert isinstance(left, Survey)
        assert left.extent.start == oldest
        assert left.extent.bars in ((499, 998, 1_497, 1_996) if ending == signal.SIGKILL else (1_996, 2_495))
        assert left.extent.gaps == ()
        asked = len(exchange.asked(KLINES))
        process = await start()
        out, err = await process.communicate()
        assert (process.returncode, err) == (0, b"")
        resumed = [int(each.query["startTime"]) for each in exchange.asked(KLINES)[asked:]]
        assert min(resumed) == left.extent.end
    assert out.decode() == (
        f"BTC/USDT:USDT 1m of binanceusdm: {past - left.extent.bars:,} fetched; 6,000 candles from "
        "2025-12-27T20:00:00Z to 2026-01-01T00:00:00Z, no gap.\n"
    )
