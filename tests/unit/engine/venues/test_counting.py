"""Candles of inverse markets are contracts on each exchange where they are accepted; the numbers are the exchanges' own
examples, whose two columns agree: contracts times their size, over a price of the candle, are its coin."""

from typing import Any

import pytest

from engine.venues.clients import public_client
from engine.venues.markets import INVERSE

INVERSE_MARKET = {
    "symbol": "BTC/USD:BTC",
    "id": "BTCUSD",
    "inverse": True,
    "linear": False,
    "spot": False,
    "type": "swap",
}
LINEAR_MARKET = INVERSE_MARKET | {"symbol": "BTC/USDT:USDT", "inverse": False, "linear": True}
CHART = {
    "ticks": [1_766_483_460_000],
    **{name: [87_451.0] for name in ("open", "high", "low", "close")},
    "volume": [2.94375216],
    "cost": [257_490.0],
}
ROWS: dict[str, tuple[list[object], float, float, float]] = {
    # What REST answers, then contracts, dollars of one, and coin.
    "binancecoinm": (
        [1_591_258_320_000, "9640.7", "9642.4", "9640.6", "9642.0", "206", 1_591_258_379_999, "2.13660389", 48, "119",
         "1.23424865", "0"], 206, 100, 2.13660389,
    ),
    "bybit": (["1670608800000", "17071", "17073", "17027", "17055.5", "268611", "15.74462667"], 268_611, 1,
              15.74462667),
    "okx": (["1678928760000", "24341.4", "24344", "24313.2", "24323", "628", "2.5819", "62800", "0"], 628, 100, 2.5819),
    "deribit": ([1_766_483_460_000, 87_451.0, 87_451.0, 87_451.0, 87_451.0, 2.94375216, 257_490.0], 257_490, 1,
                2.94375216),
}  # fmt: skip
STREAMED: dict[str, tuple[dict[str, object], float]] = {
    "bybit": ({"start": 1, "open": "9640.7", "high": "9642", "low": "9640", "close": "9642", "volume": "206",
               "turnover": "0.0213"}, 206),
    "deribit": ({"tick": 1, "open": 87_490.0, "high": 87_500.0, "low": 87_465.0, "close": 87_474.0,
                 "volume": 0.95978896, "cost": 83_970.0}, 83_970),
}  # fmt: skip


@pytest.mark.parametrize("exchange_id", INVERSE)
async def test_the_volume_of_an_inverse_candle_is_contracts_and_of_a_linear_one_what_ccxt_says(
    exchange_id: str,
) -> None:
    api: Any = await public_client(exchange_id, "http://127.0.0.1:1")
    try:
        row, contracts, size, coin = ROWS[exchange_id]
        assert contracts * size / float(str(row[2])) == pytest.approx(coin, rel=0.002)
        assert api.parse_ohlcv(row, INVERSE_MARKET)[5] == contracts
        assert api.parse_ohlcv(row, LINEAR_MARKET)[5] == float(str(row[6 if exchange_id == "okx" else 5]))
        if exchange_id == "binancecoinm":
            assert api.parse_ohlcv(row, INVERSE_MARKET)[6] == 119
        if exchange_id in STREAMED:
            bar, volume = STREAMED[exchange_id]
            assert api.parse_ws_ohlcv(bar, INVERSE_MARKET)[5] == volume
            assert api.parse_ws_ohlcv(bar, LINEAR_MARKET)[5] == float(str(bar["volume"]))
        if exchange_id == "deribit":
            names = ("ticks", "open", "high", "low", "close", "volume", True)
            assert api.convert_trading_view_to_ohlcv(CHART, *names) == [ROWS["deribit"][0]]
    finally:
        await api.close()


@pytest.mark.parametrize("exchange_id", ["bybit", "deribit"])
async def test_where_amounts_are_dollars_a_contract_is_one(exchange_id: str) -> None:
    api: Any = await public_client(exchange_id, "http://127.0.0.1:1")
    try:
        api.set_markets([INVERSE_MARKET | {"contractSize": 10.0}, LINEAR_MARKET | {"contractSize": 0.001}])
        assert [api.markets[symbol]["contractSize"] for symbol in ("BTC/USD:BTC", "BTC/USDT:USDT")] == [1.0, 0.001]
    finally:
        await api.close()
