import gzip
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.feeds.cache.folder import Cache
from engine.feeds.cache.intake import take_in
from engine.model.errors import BadInput
from tests.unit.engine.feeds.cache.candles import START, columns, minutes

HEADER = "ts,open,high,low,close,volume"


def row(minute: int, close: float = 100.0, low: float = 90.0) -> str:
    return f"{START + minute * 60_000},100,110,{low},{close},5"


def csv(path: Path, *rows: str) -> str:
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return str(path)


def dump(*places: int) -> str:
    """The exchange's own kline dump: twelve columns."""
    bars = minutes(*places)
    return "".join(
        f"{ts},{o},{h},{low},{c},{v},{ts + 59_999},0,7,{bought},0,0\n"
        for ts, o, h, low, c, v, bought in zip(
            *(getattr(bars, name).tolist() for name in bars.__struct_fields__), strict=True
        )
    )


NAMES = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote,ignore\n"


@pytest.mark.parametrize("header", ["", NAMES])
def test_monthly_dumps_of_the_exchange_become_one_series(tmp_path: Path, header: str) -> None:
    months = []
    for month, places in (("2025-01", range(100)), ("2025-02", range(100, 150))):
        path = tmp_path / f"BTCUSDT-1m-{month}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"BTCUSDT-1m-{month}.csv", header + dump(*places))
        months.append(str(path))
    (done,) = take_in(Cache(tmp_path), reversed(months))  # type: ignore[arg-type]
    assert (done.sheet.head.source, done.sheet.head.symbol, done.added, done.changed) == ("files", "BTCUSDT", 150, 0)
    stored = Cache(tmp_path).get(Cache(tmp_path).places()[0])
    assert stored is not None
    assert columns(stored.bars) == columns(minutes(*range(150)))


def test_a_feather_file_of_a_data_frame_is_taken_with_its_dates(tmp_path: Path) -> None:
    bars = minutes(0, 1, 2)
    frame = pd.DataFrame({name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")})
    frame.insert(0, "date", pd.to_datetime(bars.ts, unit="ms", utc=True))
    frame.to_feather(tmp_path / "BTC_USDT_USDT-1m-futures.feather")
    file = f"BTC/USDT:USDT={tmp_path / 'BTC_USDT_USDT-1m-futures.feather'}"
    (done,) = take_in(Cache(tmp_path), [file], exchange="binanceusdm")
    assert str(Cache(tmp_path).places()[0]) == "cache:binanceusdm:BTC/USDT:USDT@1m"
    assert done.sheet.bars.ts.tolist() == bars.ts.tolist()
    assert np.isnan(done.sheet.bars.taker_buy).all()


def test_a_second_import_adds_and_replaces_and_says_how_many(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    take_in(cache, [csv(tmp_path / "X-1m.csv", *(row(n) for n in range(10)))])
    (done,) = take_in(cache, [csv(tmp_path / "X-1m.csv", row(8), row(9, close=101.0), row(10), row(11))])
    assert (done.added, done.changed, len(done.sheet.bars)) == (2, 1, 12)
    assert done.sheet.bars.close[9] == 101.0
    assert take_in(cache, [str(tmp_path / "X-1m.csv")])[0].changed == 0


def test_order_does_not_matter_and_a_repeated_row_counts_once(tmp_path: Path) -> None:
    (done,) = take_in(Cache(tmp_path), [csv(tmp_path / "X-1m.csv", row(2), row(0), row(2), row(1))])
    assert ((done.sheet.bars.ts - START) // 60_000).tolist() == [0, 1, 2]


def test_candles_too_few_to_tell_their_timeframe_are_taken_when_it_is_said(tmp_path: Path) -> None:
    lone = csv(tmp_path / "X.csv", row(0))
    with pytest.raises(BadInput, match="it takes two to tell the timeframe"):
        take_in(Cache(tmp_path), [lone])
    assert take_in(Cache(tmp_path), [lone], timeframe="1m")[0].added == 1
    thin = csv(tmp_path / "Y.csv", row(0), row(2), row(4))
    assert take_in(Cache(tmp_path), [thin], timeframe="1m")[0].added == 3


@pytest.mark.parametrize(
    ("rows", "timeframe", "sentence"),
    [
        ((row(0), row(1, low=105.0)), None, "candle 2 (2025-01-01T00:01:00+00:00) cannot be used, open or close lies"),
        ((row(1), row(0, low=0.0)), None, "candle 2 (2025-01-01T00:00:00+00:00) cannot be used, a price is zero"),
        ((row(1), row(0), row(1, 101.0)), None, "candle 3 (2025-01-01T00:01:00+00:00) cannot be used, it contradicts"),
        ((row(0), row(1), f"{START + 150_001},100,110,90,100,5"), None, "candle 3 (2025-01-01T00:02:30"),
        ((row(0), row(1)), "5m", "has 1m candles, not 5m."),
        ((row(0), row(5)), "1m", "has 5m candles, not 1m."),
        ((row(0), row(1)), "2m", "There is no timeframe '2m'; there are 1m, 5m, 15m, 1h, 4h, 1d."),
    ],
)
def test_a_bad_candle_in_one_file_keeps_all_of_them_out(
    tmp_path: Path, rows: tuple[str, ...], timeframe: str | None, sentence: str
) -> None:
    good = csv(tmp_path / "A-1m.csv", row(0), row(1))
    with pytest.raises(BadInput) as refusal:
        take_in(Cache(tmp_path), [good, csv(tmp_path / "B-1m.csv", *rows)], timeframe=timeframe)
    assert sentence in str(refusal.value)
    assert Cache(tmp_path).places() == []


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("X-funding.csv", "ts,rate\n0,0.0001\n", "holds funding, but what is stored is candles."),
        (
            "X-trades.csv",
            "ts,price,qty,is_buyer_maker,id\n5,1,1,true,1\n",
            "holds tape, but what is stored is candles.",
        ),
        (".-1m.csv", f"{HEADER}\n{row(0)}\n{row(1)}\n", "names no symbol; write SYMBOL="),
        ("a b-1m.csv", f"{HEADER}\n{row(0)}\n{row(1)}\n", "'a b' is no symbol; write SYMBOL="),
        ("X-1m.feather", "ts,open\n", "is cut off or damaged: it is not a whole Feather file."),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str, body: str, sentence: str) -> None:
    (tmp_path / name).write_text(body)
    with pytest.raises(BadInput) as refusal:
        take_in(Cache(tmp_path), [str(tmp_path / name)])
    assert sentence in str(refusal.value)


def test_a_symbol_cannot_lead_out_of_the_cache(tmp_path: Path) -> None:
    packed = tmp_path / "X-1m.csv.gz"
    packed.write_bytes(gzip.compress("\n".join([HEADER, row(0), row(1)]).encode()))
    take_in(Cache(tmp_path / "data"), [str(packed)], symbol="a/../../../b")
    assert [path.name for path in tmp_path.rglob("*.feather")] == ["a%2F..%2F..%2F..%2Fb-1m.feather"]
    assert Cache(tmp_path / "data").places()[0].symbol == "a/../../../b"
