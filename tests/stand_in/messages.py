"""Made-up messages of Binance USD-M, field by field as its documentation prints them; names and types count."""

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

M = 60_000
START = 1_626_992_700_000
"""The minute at which the stream begins."""

AGGREGATE = {"a": 5_933_014, "p": "0.001", "q": "100", "f": 100, "l": 105, "T": START, "m": True}
TRADE = {"E": START, "T": START, "s": "BTCUSDT", "t": 173, "p": "11343.67", "q": "0.467", "X": "MARKET", "m": True}
QUOTE = {"u": 400_900_217, "s": "BNBUSDT", "b": "25.35", "B": "31.21", "a": "25.36", "A": "40.66", "T": 8, "E": 9}
MARK = {"E": START, "s": "BTCUSDT", "p": "11794.15", "i": "11784.62", "P": "11784.25", "r": "0.00038167", "T": START}
SAMPLES = [{"e": "trade", **TRADE}, {"e": "markPriceUpdate", **MARK}]

CANDLE = [START, "0.0163", "0.8", "0.0157", "0.0158", "148976.1", START + M - 1, "2434.19", 308, "1756.8", "28.4", "0"]
INDEX = {
    "symbol": "BTCUSDT",
    **dict.fromkeys(("markPrice", "indexPrice", "estimatedSettlePrice"), "11793.63104562"),
    **dict.fromkeys(("lastFundingRate", "interestRate"), "0.0001"),
    **dict.fromkeys(("nextFundingTime", "time"), START),
}
DAY = {
    "symbol": "BTCUSDT",
    **dict.fromkeys(("priceChange", "priceChangePercent", "weightedAvgPrice", "lastPrice", "lastQty"), "95.96"),
    **dict.fromkeys(("openPrice", "highPrice", "lowPrice", "volume", "quoteVolume"), "99.0"),
    **dict.fromkeys(("openTime", "closeTime", "firstId", "lastId", "count"), 28_385),
}
ANSWERS = {
    "klines": [CANDLE],
    "premiumIndex": INDEX,
    "fundingRate": [{"symbol": "BTCUSDT", "fundingRate": "-0.0375", "fundingTime": START}],
    "aggTrades": [AGGREGATE],
    "ticker/24hr": DAY,
    "depth": {"lastUpdateId": 1_027_024, "E": START, "T": START, "bids": [["4.0", "431"]], "asks": [["4.2", "12"]]},
}


def write(path: Path) -> None:
    """What lies in a file of this name: single messages, a stream with its times, or answers of REST."""
    if "samples" in path.name:
        rows: Sequence[object] = [{"stream": frame["e"], "data": frame} for frame in SAMPLES]
    elif "rest_responses" in path.name:
        rows = [{"path": f"/fapi/v1/{name}", "query": "symbol=BTCUSDT", "response": ANSWERS[name]} for name in ANSWERS]
    else:
        rows = [{"ts": START / 1000, "dir": "open", "url": "wss://none"}, *map(_heard, _stream())]
    text = b"\n".join(map(msgspec.json.encode, rows))
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


def _heard(frame: dict[str, object]) -> dict[str, object]:
    return {"ts": START / 1000, "dir": "in", "msg": {"stream": frame["e"], "data": frame}}


def _stream() -> Iterator[dict[str, object]]:
    """Two contracts for three minutes, called closed late; of the other the last one is still forming at the end."""
    yield {"e": "aggTrade", "E": START, "s": "SUSHIUSDT", **AGGREGATE}
    yield {"e": "bookTicker", **QUOTE}
    for symbol, called in (("SUSHIUSDT", (0, 1, 2)), ("AKROUSDT", (0, 1))):
        for minute in range(3):
            for tick in range(4):
                yield _kline(symbol, minute, tick, final=False)
            if minute in called:
                yield _kline(symbol, minute, 4, final=True)


def _kline(symbol: str, minute: int, tick: int, final: bool) -> dict[str, object]:
    opened, trade = START + minute * M, 100 + 10 * minute + tick
    prices = {"o": "7.60", "c": f"7.6{tick}", "h": f"7.6{tick}", "l": "7.60", "v": "1000", "q": "7.8", "V": "500"}
    bar = {"t": opened, "T": opened + M - 1, "s": symbol, "i": "1m", "f": 100 + 10 * minute, "L": trade, "n": tick + 1}
    at = opened + (M + 1_700 if final else 9_000 * tick)
    return {"e": "kline", "E": at, "s": symbol, "k": {**bar, **prices, "x": final, "Q": "3.9", "B": "123456"}}
