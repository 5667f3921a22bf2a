from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from engine.feeds.cache.gaps import Asked
from engine.feeds.cache.sheet import KEY, Head, Sheet, read, write
from engine.feeds.files import Candles, load
from engine.model.errors import BadInput, Corrupt, StorageDegraded
from tests.unit.engine.feeds.cache.candles import START, columns, minutes, sheet


def test_a_series_comes_back_as_it_was_written(tmp_path: Path) -> None:
    head = Head("binanceusdm", "BTC/USDT:USDT", "1m", (Asked(START, START + 60_000, 2),))
    bars = minutes(*range(500))
    bars.taker_buy[3] = np.nan
    write(tmp_path / "a" / "b.feather", Sheet(head, bars))
    back = read(tmp_path / "a" / "b.feather")
    assert back.head == head
    assert columns(back.bars) == columns(bars)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.feather"]


def test_other_programs_can_read_the_file(tmp_path: Path) -> None:
    write(tmp_path / "x.feather", sheet(0, 1, 2))
    frame = pd.read_feather(tmp_path / "x.feather")
    assert list(frame) == ["ts", "open", "high", "low", "close", "volume", "taker_buy"]
    assert frame["close"].tolist() == [100.0, 101.0, 102.0]


def test_a_file_that_was_altered_is_damaged_or_has_the_same_candles(tmp_path: Path) -> None:
    path = tmp_path / "X-1m.feather"
    bars = columns(minutes(*range(50)))
    write(path, sheet(*range(50)))
    sound = path.read_bytes()
    refused = 0
    for at in range(0, len(sound), 7):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 0x41]) + sound[at + 1 :])
        with suppress(BadInput):
            recording = load(str(path))
            assert isinstance(recording, Candles)
            assert columns(recording.bars) == bars, f"byte {at}"
        try:
            assert columns(read(path).bars) == bars, f"byte {at}"
        except Corrupt:
            refused += 1
    assert refused > len(sound) / 7 / 2


def test_a_number_that_another_program_changed_does_not_match_the_checksum(tmp_path: Path) -> None:
    path = tmp_path / "X-1m.feather"
    write(path, sheet(0, 1, 2))
    table = pa.ipc.open_file(pa.BufferReader(path.read_bytes())).read_all()
    forged = table.set_column(4, "close", pa.array([100.0, 101.5, 102.0]))
    assert KEY in forged.schema.metadata
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, forged.schema) as packed:
        packed.write_table(forged)
    with pytest.raises(Corrupt, match="is damaged"):
        read(path)
    with pytest.raises(BadInput, match="is cut off or damaged"):
        load(str(path))


def test_a_disk_that_refuses_leaves_the_file_before_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x.feather"
    write(path, sheet(0, 1))
    (tmp_path / ".x.feather.new").mkdir()
    with pytest.raises(StorageDegraded, match=r"x\.feather cannot be written: .*; what was there before is as it was"):
        write(path, sheet(0, 1, 2))
    assert len(read(path).bars) == 2


def test_a_stored_series_is_a_recording_like_any_other_file(tmp_path: Path) -> None:
    write(tmp_path / "BTCUSDT-1m.feather", sheet(0, 1, 5))
    recording = load(str(tmp_path / "BTCUSDT-1m.feather"))
    assert isinstance(recording, Candles)
    assert (recording.symbol, recording.timeframe) == ("BTCUSDT", "1m")
    assert columns(recording.bars) == columns(minutes(0, 1, 5))
