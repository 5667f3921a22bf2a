"""Market data files as named numpy columns: CSV, CSV.GZ, ZIP, Parquet, Feather; every defect is one sentence.

What a file holds is told by its columns. pyarrow parses and is loaded only when a file is opened.
"""

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from engine.feeds.cache.sheet import is_whole, table_of
from engine.feeds.layouts import KLINE_DUMP, TAKES, ColumnType, Layout, canonical, layout_of
from engine.model.errors import BadInput
from engine.model.market import Flags, Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

NO_ROWS = "{path} has no rows, only the names of its columns."
LAST_TIME = 10**14
"""A time above this is in microseconds (as milliseconds it would lie past the year 5000)."""
NUMBER = re.compile(r"-?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|nan|[+-]?inf(inity)?", re.IGNORECASE)
BLANKS = " \t"
TRUE = ["true", "True", "TRUE", "1"]
FALSE = ["false", "False", "FALSE", "0"]


class Columns(msgspec.Struct, frozen=True):
    """Columns of one file, all of one length; an empty optional cell is NaN, an absent column absent."""

    layout: Layout
    ints: dict[str, Ints]
    floats: dict[str, Floats]
    flags: dict[str, Flags]


def read_columns(path: Path) -> Columns:
    """Read a file whole. Raises BadInput with one sentence when there is anything wrong with it as a file."""
    raw = _read(path)
    if raw.startswith(b"PAR1") or path.suffix == ".parquet":
        layout, table = _parquet(path, raw)
    elif raw.startswith(b"ARROW1") or path.suffix == ".feather":
        layout, table = _feather(path, raw)
    else:
        layout, table = _text(path, _unpack(path, raw).removeprefix(b"\xef\xbb\xbf"))
    if not table.num_rows:
        raise BadInput(NO_ROWS.format(path=path))
    ints: dict[str, Ints] = {}
    floats: dict[str, Floats] = {}
    flags: dict[str, Flags] = {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        match layout.types[name]:
            case "int":
                ints[name] = np.from_dlpack(column).astype(np.int64, copy=False)
            case "bool":
                flags[name] = np.from_dlpack(column.cast("uint8")).view(np.bool_)
            case "float" if column.null_count:
                floats[name] = column.to_numpy(zero_copy_only=False)
            case "float":
                floats[name] = np.from_dlpack(column).astype(np.float64, copy=False)
    ints["ts"] = _milliseconds(path, ints["ts"])
    return Columns(layout, ints, floats, flags)


def _milliseconds(path: Path, ts: Ints) -> Ints:
    """Times in milliseconds, whichever of the exchange's two units the file is in."""
    times = ts // 1000 if ts.max() > LAST_TIME else ts
    wrong = np.flatnonzero((times < 0) | (times > LAST_TIME))
    if len(wrong):
        raise BadInput(f"{path}: the time of row {wrong[0] + 1} is {ts[wrong[0]]}; times are UTC ms.")
    return times


def _read(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist.") from None
    except IsADirectoryError:
        raise BadInput(f"{path} is a directory, not a file of market data.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    if not raw:
        raise BadInput(f"{path} is empty.")
    return raw


def _unpack(path: Path, raw: bytes) -> bytes:
    """The text of a plain, gzipped or zipped file."""
    try:
        if raw.startswith(b"\x1f\x8b") or path.suffix == ".gz":
            return gzip.decompress(raw)
        if raw.startswith(b"PK") or path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                names = [name for name in archive.namelist() if not name.endswith("/")]
                if len(names) != 1:
                    raise BadInput(f"{path} holds {len(names)} files, but a ZIP of market data holds one.")
                return archive.read(names[0])
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise BadInput(f"{path} is cut off or damaged: it cannot be unpacked to its end.") from None
    return raw


def _parquet(path: Path, raw: bytes) -> tuple[Layout, "pa.Table"]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(raw))
        given = file.schema_arrow.names
        names = canonical(given)
        layout = layout_of(path, names)
        wanted = {name: own for name, own in zip(given, names, strict=True) if own in layout.types}
        table = file.read(columns=list(wanted), use_threads=False)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise BadInput(f"{path} is cut off or damaged: it is not a whole Parquet file.") from None
    return layout, pa.table({own: _typed(path, own, layout, table.column(name)) for name, own in wanted.items()})


def _feather(path: Path, raw: bytes) -> tuple[Layout, "pa.Table"]:
    import pyarrow as pa

    try:
        table = table_of(raw)
        names = canonical(table.column_names) if is_whole(table) else []
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        names = []
    if not names:
        raise BadInput(f"{path} is cut off or damaged: it is not a whole Feather file.")
    layout = layout_of(path, names)
    wanted = {own: table.column(place) for place, own in enumerate(names) if own in layout.types}
    return layout, pa.table({own: _typed(path, own, layout, column) for own, column in wanted.items()})


def _typed(path: Path, name: str, layout: Layout, column: "pa.ChunkedArray") -> "pa.ChunkedArray":
    """A column with a type of its own as the type its layout asks for."""
    import pyarrow as pa

    takes = layout.types[name]
    if pa.types.is_timestamp(column.type) and takes == "int":
        column = column.cast(pa.timestamp("ms", column.type.tz)).cast("int64")
    numeric = pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)
    if takes == "float":
        numeric = numeric or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
    if not numeric:
        raise BadInput(f"{path}: the column {name} holds {column.type}, but it takes {TAKES[takes]}.")
    if column.null_count and takes != "float":
        raise BadInput(f"{path}: the column {name} has empty cells, but each takes {TAKES[takes]}.")
    try:
        return column.cast({"int": "int64", "float": "float64", "bool": "bool"}[takes])
    except pa.ArrowInvalid:
        raise BadInput(f"{path}: the column {name} holds a number too large to be read exactly.") from None


def _text(path: Path, body: bytes) -> tuple[Layout, "pa.Table"]:
    import pyarrow as pa
    import pyarrow.csv as pc

    names, header = _header(path, body)
    layout = layout_of(path, names)
    if header and not body.partition(b"\n")[2].strip():
        raise BadInput(NO_ROWS.format(path=path))
    types = {name: layout.types[name] for name in names if name in layout.types}
    try:
        table = pc.read_csv(
            pa.BufferReader(body),
            read_options=pc.ReadOptions(column_names=names, skip_rows=header, use_threads=False),
            convert_options=pc.ConvertOptions(
                column_types={name: {"int": "int64", "float": "float64"}.get(t, t) for name, t in types.items()},
                include_columns=list(types),
                null_values=[""],
                true_values=TRUE,
                false_values=FALSE,
            ),
        )
    except pa.ArrowException as error:
        told = _defect(path, body, names, types, layout)
        raise BadInput(told or f"{path} is not sound CSV: {str(error).splitlines()[0]}.") from None
    if any(table.column(name).null_count for name in types if name in layout.required):
        raise BadInput(_defect(path, body, names, types, layout) or f"{path} has empty cells.")
    return layout, table


def _header(path: Path, body: bytes) -> tuple[list[str], int]:
    """Column names of a text file, and how many lines they take."""
    try:
        first = body.split(b"\n", 1)[0].decode().strip()
    except UnicodeDecodeError:
        first = "\0"
    if "\0" in first:
        raise BadInput(f"{path} is not a text file; CSV, CSV.GZ, ZIP, Parquet and Feather are read.") from None
    cells = first.split(",")
    if not NUMBER.fullmatch(cells[0].strip(BLANKS)):
        return canonical(cells), 1
    if len(cells) == len(KLINE_DUMP):
        return list(KLINE_DUMP), 0
    raise BadInput(
        f"{path} has no line of column names and {len(cells)} columns; "
        f"only the exchange's kline dump of {len(KLINE_DUMP)} columns may have none."
    )


def _defect(
    path: Path, body: bytes, names: Sequence[str], types: Mapping[str, ColumnType], layout: Layout
) -> str | None:
    """The first bad line of a text file, as a sentence with its number."""
    reader = csv.reader(io.StringIO(body.decode(errors="replace"), newline=""))
    try:
        for row in reader:
            if not row or (reader.line_num == 1 and not NUMBER.fullmatch(row[0].strip(BLANKS))):
                continue
            if len(row) != len(names):
                return f"{path}, line {reader.line_num}: {len(row)} cells where {len(names)} are expected."
            for name, cell in zip(names, row, strict=True):
                takes = types.get(name)
                if takes is None or (not cell and name in layout.optional) or _fits(cell, takes):
                    continue
                wants = f"{name} is {cell[:40]!r}, but it takes {TAKES[takes]}"
                return f"{path}, line {reader.line_num}: {wants}."
    except csv.Error:
        return f"{path}, line {reader.line_num}: a cell does not end."
    return None


def _fits(cell: str, takes: ColumnType) -> bool:
    match takes:
        case "int":
            return (
                re.fullmatch(r"-?[0-9]{1,19}", cell.strip(BLANKS)) is not None and abs(int(cell.strip(BLANKS))) < 2**63
            )
        case "float":
            return NUMBER.fullmatch(cell.strip(BLANKS)) is not None
        case "bool":
            return cell in TRUE or cell in FALSE
