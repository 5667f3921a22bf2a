import asyncio

import ccxt
import pytest

from engine.venues.failures import VenueFailure, venue_failures


def test_a_failure_says_what_was_wanted_and_keeps_addresses_and_their_queries_to_itself() -> None:
    text = "binanceusdm GET https://fapi.binance.com/fapi/v1/x?timestamp=1&signature=abc 503"
    with pytest.raises(VenueFailure) as failure, venue_failures("candles"):
        raise ccxt.ExchangeNotAvailable(text)
    assert str(failure.value) == "candles: it does not answer (binanceusdm GET fapi.binance.com 503)"
    assert failure.value.retry_after is None


def test_a_rate_limit_asks_for_a_minute_of_silence() -> None:
    with pytest.raises(VenueFailure) as failure, venue_failures("candles"):
        raise ccxt.RateLimitExceeded("-1003")
    assert failure.value.retry_after == 60.0


def test_an_answer_that_cannot_be_read_is_the_venues_failure() -> None:
    with pytest.raises(VenueFailure, match=r"candles: unreadable answer \(KeyError\)"), venue_failures("candles"):
        raise KeyError("k")


async def test_a_dropped_socket_is_a_failure_but_a_cancelled_task_ends() -> None:
    with pytest.raises(VenueFailure, match=r"the connection was dropped"), venue_failures("quotes"):
        raise asyncio.CancelledError

    async def watch() -> None:
        with venue_failures("quotes"):
            await asyncio.sleep(60)

    task = asyncio.create_task(watch())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
