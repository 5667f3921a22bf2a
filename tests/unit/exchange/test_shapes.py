"""The emulated exchange speaks as the recorded one did."""

import gzip
from collections.abc import Mapping

import msgspec
import pytest

from tests.exchange.listings import BTC
from tests.exchange.market import Frame, Market
from tests.exchange.rest import Refused, answer
from tests.stand_in import Recorded


def _said() -> dict[str, Mapping[str, object]]:
    """One frame of each kind off the emulator."""
    market = Market([BTC])
    frames: dict[str, Frame] = {}
    market.listeners.append(lambda stream, frame: frames.update({str(frame["e"]): frame}))
    market.trade("BTCUSDT", 100.0, 1.0)
    market.quote("BTCUSDT", 99.0, 101.0)
    market.stand("BTCUSDT", {99.0: 1.0}, {101.0: 1.0})
    market.marks()
    return frames


@pytest.mark.parametrize("kind", ["kline", "trade", "aggTrade", "bookTicker", "depthUpdate", "markPriceUpdate"])
def test_a_frame_has_every_field_of_a_recorded_one_in_the_same_type(recorded: Recorded, kind: str) -> None:
    samples = recorded("ws_raw/binance_usdm_message_samples.jsonl").read_bytes()
    stream = gzip.decompress(recorded("ws_raw/binance_usdm_alts_20210722.jsonl.gz").read_bytes())
    lines = [msgspec.json.decode(line) for text in (samples, stream) for line in text.splitlines()]
    messages = [line.get("msg", line) for line in lines]
    frames = [m["data"] for m in messages if isinstance(m, dict) and m.get("data", {}).get("e") == kind]
    assert frames
    assert _types(frames[-1]).items() <= _types(_said()[kind]).items()


@pytest.mark.parametrize("path", ["klines", "premiumIndex", "fundingRate", "aggTrades", "ticker/24hr", "depth"])
def test_an_answer_has_every_field_of_a_recorded_one_in_the_same_type(recorded: Recorded, path: str) -> None:
    file = recorded("rest_raw/binance_usdm_rest_responses.jsonl.gz")
    lines = [msgspec.json.decode(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    mine = [line for line in lines if line["path"] == f"/fapi/v1/{path}" and "symbol=BTCUSDT" in line["query"]]
    market = Market([BTC])
    market.trade("BTCUSDT", 100.0, 1.0)
    market.settle("0.0001")
    query = {"symbol": "BTCUSDT", "interval": "1m"}
    given = answer(market, f"/fapi/v1/{path}", query)
    assert mine
    assert _types(_one(mine[0]["response"])).items() <= _types(_one(given)).items()


def test_an_unknown_symbol_is_refused_with_the_exchanges_code() -> None:
    with pytest.raises(Refused) as refusal:
        answer(Market([BTC]), "/fapi/v1/klines", {"symbol": "NONE", "interval": "1m"})
    assert (refusal.value.status, refusal.value.code) == (400, -1121)


def _one(body: object) -> object:
    return body[0] if isinstance(body, list) else body


def _types(value: object, at: str = "") -> dict[str, str]:
    """Path -> type of every leaf; a list counts by its first element, a row of a candle by position."""
    if isinstance(value, Mapping):
        pairs = [(f"{at}.{key}", inner) for key, inner in value.items()]
    elif isinstance(value, list) and value and not isinstance(value[0], list):
        pairs = [(f"{at}[{place}]", inner) for place, inner in enumerate(value)]
    elif isinstance(value, list):
        pairs = [(f"{at}[]", inner) for inner in value[:1]]
    else:
        return {at: type(value).__name__}
    return {path: kind for place, inner in pairs for path, kind in _types(inner, place).items()}
