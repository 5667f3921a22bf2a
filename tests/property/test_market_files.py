"""Damaged files: whatever the damage, a file is read or refused in one sentence."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feeds.files import Candles, load
from engine.model.errors import BadInput

ROWS = [f"{i * 60_000},{1 + i / 10:.1f},2.5,0.5,1.5,{i}" for i in range(20)]
TEXT = "\n".join(["ts,open,high,low,close,volume", *ROWS]).encode()
SPLINTERS = st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\0", b"nan", b"-", b"e", b"1_0", b" ", b"\xc3", b";"])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A sound file with a few cuts, in each of which something else may stand."""
    body = TEXT
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        end = at + draw(st.sampled_from([0, 1, 2, 20, len(body)]))
        body = body[:at] + draw(SPLINTERS) + body[end:]
    return body


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@given(body=damaged(), packed=st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_text_file_is_read_or_refused_in_one_sentence(folder: Path, body: bytes, packed: bool) -> None:
    path = folder / ("X-1m.csv.gz" if packed else "X-1m.csv")
    path.write_bytes(gzip.compress(body) if packed else body)
    try:
        recording = load(str(path))
    except BadInput as refusal:
        sentence = str(refusal)
        assert sentence.startswith(str(path))
        assert sentence.endswith(".")
        assert "\n" not in sentence
    else:
        assert isinstance(recording, Candles)
        assert 2 <= len(recording.bars) <= 21


@given(kept=st.integers(0, 200))
def test_a_cut_gzip_file_is_always_refused(folder: Path, kept: int) -> None:
    packed = gzip.compress(TEXT)
    path = folder / "Y-1m.csv.gz"
    path.write_bytes(packed[: min(kept, len(packed) - 1)])
    with pytest.raises(BadInput):
        load(str(path))
