import gzip
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.feeds.files import Candles, Funding, Tape, load
from engine.model.errors import BadInput
from tests.stand_in import Recorded

HEADER = "ts,open,high,low,close,volume"
ROWS = ["60000,10.2,10.6,10.1,10.5,7", "120000,10.5,10.5,10,10.1,3"]
CSV = "\n".join([HEADER, *ROWS]) + "\n"
DUMP = "60000,10.2,10.6,10.1,10.5,7,119999,73.1,12,4.5,47,0\n120000,10.5,10.5,10,10.1,3,179999,30.9,8,1,10,0\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], str]:
    def to_file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return to_file


def stable(value: object) -> str | None:
    """A test id without file contents: archives hold the time they were made at."""
    return None if isinstance(value, str) and len(value) < 80 else "content"


def zipped(text: str) -> bytes:
    from io import BytesIO

    body = BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("BTCUSDT-1m.csv", text)
    return body.getvalue()


def candles(spec: str, symbol: str | None = None) -> Candles:
    recording = load(spec, symbol)
    assert isinstance(recording, Candles)
    return recording


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("BTCUSDT-1m.csv", CSV),
        ("BTCUSDT-1m.csv", "\ufeff" + CSV.replace("\n", "\r\n").upper()),
        ("BTCUSDT-1m.csv.gz", gzip.compress(CSV.encode())),
        ("BTCUSDT-1m.zip", zipped(CSV)),
        ("BTCUSDT-1m.csv", DUMP),
        ("BTCUSDT-1m.csv.gz", gzip.compress(DUMP.encode())),
        ("BTCUSDT-1m.zip", zipped(DUMP)),
        (
            "BTCUSDT-1m.csv",
            "open_time,open,high,low,close,volume,close_time,x\n" + "\n".join(f"{r},0,0" for r in ROWS),
        ),
    ],
    ids=stable,
)
def test_candles_are_read_from_every_form_of_text(
    write: Callable[[str, str | bytes], str], name: str, content: str | bytes
) -> None:
    read = candles(write(name, content))
    assert (read.symbol, read.timeframe) == ("BTCUSDT", "1m")
    bars = read.bars
    assert bars.ts.tolist() == [60_000, 120_000]
    assert [bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]] == [
        10.2,
        10.6,
        10.1,
        10.5,
        7,
    ]


def test_the_exchange_dump_carries_the_taker_side_and_a_plain_file_need_not(
    write: Callable[[str, str | bytes], str],
) -> None:
    assert candles(write("A-1m.csv", DUMP)).bars.taker_buy.tolist() == [4.5, 1.0]
    assert np.isnan(candles(write("B-1m.csv", CSV)).bars.taker_buy).all()
    mixed = f"{HEADER},taker_buy\n{ROWS[0]},2\n{ROWS[1]},\n"
    taker_buy = candles(write("C-1m.csv", mixed)).bars.taker_buy
    assert taker_buy[0] == 2.0
    assert np.isnan(taker_buy[1])


def test_times_in_microseconds_become_milliseconds(write: Callable[[str, str | bytes], str]) -> None:
    text = f"{HEADER}\n1735689600000000,1,1,1,1,1\n1735689660000000,1,1,1,1,1\n"
    assert candles(write("X-1m.csv", text)).bars.ts.tolist() == [1_735_689_600_000, 1_735_689_660_000]


def test_candles_are_read_from_parquet(tmp_path: Path) -> None:
    path = tmp_path / "ETHUSDT-5m-2024.parquet"
    columns = {"ts": [0, 300_000], "open": [1.0, None], "high": [2, 3], "low": [1.0, 1.0]}
    pq.write_table(pa.table({**columns, "close": [1.5, 2.5], "volume": [5.0, 6.0], "note": ["a", "b"]}), path)
    read = candles(str(path))
    assert (read.symbol, read.timeframe, read.bars.high.tolist()) == ("ETHUSDT", "5m", [2.0, 3.0])
    assert np.isnan(read.bars.open[1])


def test_parquet_times_may_be_timestamps(tmp_path: Path) -> None:
    path = tmp_path / "ETHUSDT-1m.parquet"
    ts = pa.array([60_000_000_000, 120_000_000_000], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"ts": ts, **{c: [1.0, 1.0] for c in HEADER.split(",")[1:]}}), path)
    assert candles(str(path)).bars.ts.tolist() == [60_000, 120_000]


def test_trades_are_read_and_the_maker_buyer_means_that_the_taker_sold(
    write: Callable[[str, str | bytes], str],
) -> None:
    tape = load(write("LTCUSDT-trades.csv", "ts,price,qty,is_buyer_maker,id\n5,83.29,0.107,true,9\n6,83.3,1,0,10\n"))
    assert isinstance(tape, Tape)
    assert (tape.symbol, tape.at.tolist(), tape.id.tolist()) == ("LTCUSDT", [5, 6], [9, 10])
    assert (tape.price.tolist(), tape.qty.tolist()) == ([83.29, 83.3], [0.107, 1.0])
    assert tape.taker_sold.tolist() == [True, False]


def test_the_exchange_dump_of_trades_is_read_by_its_own_column_names(
    write: Callable[[str, str | bytes], str],
) -> None:
    tape = load(write("A-trades.csv", "id,price,qty,quote_qty,time,is_buyer_maker\n7,2,3,6,5,True\n"))
    assert isinstance(tape, Tape)
    assert (tape.at.tolist(), tape.id.tolist(), tape.taker_sold.tolist()) == ([5], [7], [True])


def test_funding_is_read_in_order_of_time(write: Callable[[str, str | bytes], str]) -> None:
    funding = load(write("BTCUSDT-funding.csv", "ts,rate\n28800001,-0.0002\n0,0.0001\n"))
    assert isinstance(funding, Funding)
    assert (funding.at.tolist(), funding.rate.tolist()) == ([0, 28_800_001], [0.0001, -0.0002])


def test_rows_out_of_order_repeated_or_not_finite_are_kept_as_they_stand(
    write: Callable[[str, str | bytes], str],
) -> None:
    rows = ["120000,1,1,1,1,1", "60000,nan,inf,-1,0,1", "60000,1,1,1,1,1"]
    bars = candles(write("X-1m.csv", "\n".join([HEADER, *rows]))).bars
    assert bars.ts.tolist() == [120_000, 60_000, 60_000]
    assert np.isnan(bars.open[1])
    assert (bars.high[1], bars.low[1]) == (np.inf, -1.0)


@pytest.mark.parametrize(
    ("name", "given", "symbol"),
    [
        ("BTCUSDT-1m-2024.csv", None, "BTCUSDT"),
        ("BTCUSDT.csv.gz", None, "BTCUSDT"),
        ("BTCUSDT-1m.csv", "ETHUSDT", "ETHUSDT"),
    ],
)
def test_the_symbol_is_the_one_given_or_the_file_name_up_to_its_first_dash(
    write: Callable[[str, str | bytes], str], name: str, given: str | None, symbol: str
) -> None:
    content = gzip.compress(CSV.encode()) if name.endswith("gz") else CSV
    assert candles(write(name, content), given).symbol == symbol


def test_a_symbol_written_before_the_file_wins(write: Callable[[str, str | bytes], str]) -> None:
    assert candles("BTC/USDT:USDT=" + write("x-1m.csv", CSV), "OTHER").symbol == "BTC/USDT:USDT"


def test_a_file_whose_own_name_has_an_equals_sign_is_found(write: Callable[[str, str | bytes], str]) -> None:
    assert candles(write("a=b-1m.csv", CSV)).symbol == "a=b"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", "", "is empty"),
        ("x.csv", HEADER, "no rows"),
        ("x.csv", HEADER + "\n\n", "no rows"),
        ("x.csv", "ts,open,high,low,close\n0,1,1,1,1\n", "lacks the column volume"),
        ("x.csv", "ts,rat\n0,1\n", "candles (ts, open, high, low, close, volume); trades"),
        ("x.csv", "0,1,1,1,1,1\n60000,1,1,1,1,1\n", "no line of column names and 6 columns"),
        ("x.csv", HEADER + ",open\n0,1,1,1,1,1,1\n", "names the column open twice"),
        ("x.csv", CSV + "180000,10.1,x10,10,10,1\n", "line 4: high is 'x10', but it takes a number"),
        ("x.csv", CSV + "180000,10.1,,10,10,1\n", "line 4: high is '', but it takes a number"),
        ("x.csv", CSV + "180000,10.1,10,10\n", "line 4: 4 cells where 6 are expected"),
        ("x.csv", HEADER + "\n60000.5,1,1,1,1,1\n", "line 2: ts is '60000.5', but it takes a whole number"),
        ("x.csv", HEADER + "\n99999999999999999999,1,1,1,1,1\n", "line 2: ts is '99999999999999999999'"),
        ("x.csv", "ts,price,qty,is_buyer_maker,id\n1,2,3,maybe,4\n", "line 2: is_buyer_maker is 'maybe'"),
        ("x.csv", CSV.splitlines()[0] + "\n" + ROWS[0], "one candle; it takes two"),
        ("x.csv", f"{HEADER}\n0,1,1,1,1,1\n7000,1,1,1,1,1\n", "7,000 ms apart; timeframes are 1m, 5m"),
        ("x.csv", b"\xff\xfe\x00\x01" * 40, "is not a text file"),
        ("x.csv", b"a\x00b,c\n1,2\n", "is not a text file"),
        ("x.csv.gz", gzip.compress(CSV.encode() * 99)[:-30], "cut off or damaged"),
        ("x.csv.gz", CSV, "cut off or damaged"),
        ("x.zip", zipped(CSV)[:60], "cut off or damaged"),
        ("x.parquet", b"PAR1" + b"\0" * 50, "not a whole Parquet file"),
        ("x.parquet", CSV, "not a whole Parquet file"),
        ("x.csv", "ts,rate\n0,0.0001\n0,0.0002\n", "same funding time twice"),
        ("x.csv", "ts,rate\n0,0.0001\n1,nan\n", "rate 2 is nan"),
        (
            "x.csv",
            f"{HEADER}\n0,1,1,1,1,1\n-60000,1,1,1,1,1\n",
            "the time of row 2 is -60000; times are UTC ms",
        ),
        ("x.csv", f"{HEADER}\n0,1,1,1,1,1_0\n", "line 2: volume is '1_0', but it takes a number"),
        ("x.csv", f'{HEADER}\n0,1,1,1,1,"{"1" * 200_000}\n', "line 2: a cell does not end"),
    ],
    ids=stable,
)
def test_every_defect_is_one_sentence_that_names_the_file(
    write: Callable[[str, str | bytes], str], name: str, content: str | bytes, said: str
) -> None:
    path = write(name, content)
    with pytest.raises(BadInput) as refusal:
        load(path)
    sentence = str(refusal.value)
    assert said in sentence
    assert path in sentence
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")


def test_a_zip_of_two_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(BadInput, match="holds 2 files"):
        load(str(path))


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "X-1m.parquet"
    pq.write_table(pa.table({c: list(range(500)) for c in HEADER.split(",")}), path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BadInput, match="not a whole Parquet file"):
        load(str(path))


@pytest.mark.parametrize(
    ("ts", "opened", "said"),
    [
        (pa.array([0, None]), pa.array([1.0, 1.0]), "the column ts has empty cells"),
        (pa.array([0, 60_000]), pa.array(["1", "2"]), "the column open holds string, but it takes a number"),
        (
            pa.array(["a", "b"]),
            pa.array([1.0, 1.0]),
            "the column ts holds string, but it takes a whole number",
        ),
    ],
)
def test_parquet_columns_of_the_wrong_kind_are_refused(
    tmp_path: Path, ts: pa.Array, opened: pa.Array, said: str
) -> None:
    path = tmp_path / "X-1m.parquet"
    rest = {name: [1.0, 1.0] for name in ("high", "low", "close", "volume")}
    pq.write_table(pa.table({"ts": ts, "open": opened, **rest}), path)
    with pytest.raises(BadInput, match=said):
        load(str(path))


def test_a_missing_file_a_directory_and_a_nameless_file_are_refused(tmp_path: Path) -> None:
    for spec, said in (
        (str(tmp_path / "none.csv"), "does not exist"),
        (str(tmp_path), "is a directory"),
        ("=x.csv", "names no file"),
        ("BTCUSDT=", "names no file"),
        ("-.csv", "names no symbol"),
    ):
        with pytest.raises(BadInput, match=said):
            load(spec)


def test_recorded_kline_dump_and_parquet_are_read(recorded: Recorded) -> None:
    dump = recorded("spot/klines_csv/ADABTC-1m-2021-11-27.csv.gz")
    month = recorded("usdm/BTCUSDT-1m-20250504-20250602.parquet")
    rows = [line.split(",") for line in gzip.decompress(dump.read_bytes()).decode().splitlines()]
    day = candles(str(dump))
    assert (day.symbol, day.timeframe, len(day.bars)) == ("ADABTC", "1m", 1_440)
    assert day.bars.ts.tolist() == [int(row[0]) for row in rows]
    assert day.bars.close.tolist() == [float(row[4]) for row in rows]
    assert day.bars.taker_buy.tolist() == [float(row[9]) for row in rows]
    assert candles(str(month)).bars.low.tolist() == pq.read_table(month)["low"].to_pylist()


def test_prices_are_the_floats_their_text_names(write: Callable[[str, str | bytes], str]) -> None:
    texts = ["0.00002853", "91500.1", "0.1", "1e-7", "123456789.123456789"]
    rows = [f"{i * 60_000},{t},{t},{t},{t},1" for i, t in enumerate(texts)]
    bars = candles(write("X-1m.csv", "\n".join([HEADER, *rows]))).bars
    assert bars.close.tolist() == [float(Decimal(t)) for t in texts]
