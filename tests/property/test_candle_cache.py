"""The candle cache: what goes in comes out, from every kind of file, whatever else happens to it."""

import gzip
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as pf
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from engine.candles import refusal
from engine.feeds.cache.folder import Cache
from engine.feeds.cache.gaps import SETTLED, Asked, count, lacking, noted, unsettled, windows
from engine.feeds.cache.intake import take_in
from engine.feeds.cache.sheet import Head, Sheet, read, write
from engine.feeds.cache.union import union
from engine.feeds.cache.verdicts import verdicts
from engine.feeds.files import Candles, load
from engine.model.errors import BadInput, Corrupt
from engine.model.market import MINUTE_MS, Bars
from engine.model.messages import CandleClosed

COLUMNS = Bars.__struct_fields__
START = 1_735_689_600_000
DUMP = "{ts},{open!r},{high!r},{low!r},{close!r},{volume!r},0,0,0,{taker_buy!r},0,0\n"

prices = st.floats(1e-9, 1e9)
volumes = st.floats(0, 1e12)


@st.composite
def sound(draw: st.DrawFn) -> Bars:
    """Candles that can be true, with gaps."""
    places = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=30)))
    assume(min(np.diff(places)) == 1)
    rows = []
    for _ in places:
        low, one, two, high = sorted(draw(st.tuples(prices, prices, prices, prices)))
        open_, close = draw(st.permutations((one, two)))
        rows.append((open_, high, low, close, draw(volumes), draw(volumes)))
    return Bars(START + np.array(places, np.int64) * MINUTE_MS, *np.array(rows, np.float64).T)


def rows(bars: Bars) -> list[dict[str, float]]:
    columns = [getattr(bars, name).tolist() for name in COLUMNS]
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]


def as_csv(bars: Bars) -> bytes:
    lines = [",".join(repr(value) for value in row.values()) for row in rows(bars)]
    return "\n".join([",".join(COLUMNS), *lines]).encode()


def as_dump(bars: Bars) -> bytes:
    return "".join(DUMP.format(**row) for row in rows(bars)).encode()


def as_table(bars: Bars) -> pa.Table:
    return pa.table({name: getattr(bars, name) for name in COLUMNS})


def zipped(path: Path, body: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("BTCUSDT-1m-2025-01.csv", body)


EXPORTS: dict[str, Callable[[Path, Bars], object]] = {
    "csv": lambda path, bars: path.write_bytes(as_csv(bars)),
    "csv.gz": lambda path, bars: path.write_bytes(gzip.compress(as_csv(bars))),
    "dump.zip": lambda path, bars: zipped(path, as_dump(bars)),
    "zip": lambda path, bars: zipped(path, as_csv(bars)),
    "parquet": lambda path, bars: pq.write_table(as_table(bars), path),
    "feather": lambda path, bars: pf.write_feather(as_table(bars), str(path), compression="lz4"),
    "unpacked.feather": lambda path, bars: pf.write_feather(as_table(bars), str(path), compression="uncompressed"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("kind", EXPORTS)
@given(bars=sound())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_imported_is_what_was_exported_to_the_last_bit(folder: Path, kind: str, bars: Bars) -> None:
    path = folder / f"BTCUSDT-1m.{kind}"
    EXPORTS[kind](path, bars)
    cache = Cache(folder / kind)
    for place in cache.places():
        place.path.unlink()
    take_in(cache, [str(path)])
    stored = cache.get(cache.place("files", "BTCUSDT", "1m"))
    assert stored is not None
    assert rows(stored.bars) == rows(bars)
    again = load(cache.resolve("cache:BTCUSDT@1m"))
    assert isinstance(again, Candles)
    assert (again.symbol, rows(again.bars)) == ("BTCUSDT", rows(bars))


edits = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from([0, 1, 127, 255])), max_size=6)


@pytest.mark.parametrize("own", [True, False])
@given(changed=edits, cut=st.integers(0, 10_000) | st.none())
@settings(max_examples=200)
@example(changed=[], cut=0)
def test_a_damaged_feather_file_is_read_or_refused_in_one_sentence(
    folder: Path, own: bool, changed: list[tuple[int, int]], cut: int | None
) -> None:
    path = folder / "Y-1m.feather"
    ts = np.arange(5, dtype=np.int64) * MINUTE_MS
    numbers = np.arange(1, 6, dtype=np.float64)
    bars = Bars(ts, *(numbers for _ in range(6)))
    if own:
        write(path, Sheet(Head("files", "Y", "1m"), bars))
    else:
        pf.write_feather(as_table(bars), str(path), compression="uncompressed")
    body = bytearray(path.read_bytes())
    for place, byte in changed:
        body[place % len(body)] = byte
    path.write_bytes(body if cut is None else body[: cut % len(body)])
    sentence = f"{path} was read."
    try:
        load(str(path))
    except BadInput as error:
        sentence = str(error)
    with suppress(Corrupt):
        assert rows(read(path).bars) == rows(bars)
    assert sentence.startswith(str(path))
    assert sentence.endswith(".")
    assert "\n" not in sentence


ODD = st.sampled_from([-1.0, 0.0, 1.0, 2.0, 3.0, float("nan"), float("inf")])


@given(
    candles=st.lists(
        st.tuples(st.sampled_from([0, 1, 2, 60_000, 120_000, 180_000]), ODD, ODD, ODD, ODD, ODD), max_size=12
    )
)
def test_a_column_is_judged_as_the_desk_judges_candle_by_candle(
    candles: list[tuple[int, float, float, float, float, float]],
) -> None:
    table = np.array([row[1:] for row in candles], np.float64).reshape(-1, 5)
    bars = Bars(np.array([row[0] for row in candles], np.int64), *(table[:, place] for place in (0, 1, 2, 3, 4, 4)))
    expected: list[str] = []
    previous = -1
    for opened, first, high, low, close, volume in candles:
        candle = CandleClosed(opened + MINUTE_MS, "X", "1m", opened, first, high, low, close, volume)
        code = refusal(candle, previous)
        previous = opened if code is None else previous
        expected.append(code or "")
    assert verdicts(bars, "1m").tolist() == expected


slots = st.sets(st.integers(0, 40))
asked = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)


@given(held=slots, calls=asked, longest=st.integers(1, 20))
def test_every_missing_candle_is_asked_for_until_two_downloads_did_in_vain(
    held: set[int], calls: list[tuple[int, int]], longest: int
) -> None:
    ts = np.array(sorted(held), np.int64)
    record: tuple[Asked, ...] = ()
    times = dict.fromkeys(range(41), 0)
    for low, high in calls:
        if low < high:
            record = noted(record, low, high)
            times |= {slot: min(times[slot] + 1, SETTLED) for slot in range(low, high)}
    missing = lacking(ts, 1, 0, 41)
    assert {slot for gap in missing for slot in range(gap.start, gap.stop)} == set(range(41)) - held
    wanted = list(unsettled(missing, record))
    open_slots = {slot for gap in wanted for slot in range(gap.start, gap.stop)}
    assert open_slots == {slot for slot in range(41) if slot not in held and times[slot] < SETTLED}
    assert count(wanted, 1) == len(open_slots)
    merged = list(windows(wanted, longest))
    assert open_slots <= {slot for window in merged for slot in range(window.start, window.stop)}
    assert all(window.stop - window.start <= longest for window in merged if window not in wanted)
    assert merged == sorted(merged, key=lambda window: window.start)


@given(parts=st.lists(st.lists(st.tuples(st.integers(0, 20), st.floats(1, 9)), max_size=10), max_size=4))
def test_a_union_has_each_time_once_with_the_numbers_of_the_latest_part(parts: list[list[tuple[int, float]]]) -> None:
    given_parts = [
        Bars(np.array([at for at, _ in part], np.int64), *(np.array([value for _, value in part]) for _ in range(6)))
        for part in parts
    ]
    expected = dict(pair for part in parts for pair in part)
    whole = union(given_parts)
    assert dict(zip(whole.ts.tolist(), whole.close.tolist(), strict=True)) == expected
    assert whole.ts.tolist() == sorted(expected)
