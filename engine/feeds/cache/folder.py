"""The folder of stored candles: one file for each series, by exchange, found again by what people write."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec

from engine.feeds.cache.sheet import Sheet, read, write
from engine.feeds.symbols import split_symbol
from engine.model.errors import BadInput, StorageDegraded
from engine.model.market import SPAN_MS, TIMEFRAMES, Timeframe

FOLDER = "candles"
SUFFIX = ".feather"
PREFIX = "cache:"


class Place(msgspec.Struct, frozen=True):
    """A stored series: where its candles are from, what of, and its file."""

    source: str
    symbol: str
    timeframe: Timeframe
    path: Path

    def __str__(self) -> str:
        """As it is written behind `--data`."""
        return f"{PREFIX}{self.source}:{self.symbol}@{self.timeframe}"


class Cache:
    """Stored candles of one data directory. Files change only by `put`; reading needs no lock."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def place(self, source: str, symbol: str, timeframe: Timeframe) -> Place:
        """Where a series is or would be."""
        name = f"{quote(symbol, safe='')}-{timeframe}{SUFFIX}"
        return Place(source, symbol, timeframe, self.folder / source / name)

    def places(self) -> list[Place]:
        """Every stored series, by source, symbol and length of its bars. Other files are left alone."""
        found = []
        for path in self.folder.glob(f"[!.]*/[!.]*{SUFFIX}"):
            symbol, _, timeframe = path.name.removesuffix(SUFFIX).rpartition("-")
            found += [
                self.place(path.parent.name, unquote(symbol), known) for known in TIMEFRAMES if known == timeframe
            ]
        return sorted(found, key=lambda place: (place.source, place.symbol, SPAN_MS[place.timeframe]))

    def get(self, place: Place) -> Sheet | None:
        """A series, None when there is none yet; Corrupt when it is damaged."""
        return read(place.path) if place.path.exists() else None

    def put(self, sheet: Sheet) -> None:
        """Store a series in place of what was there of it."""
        head = sheet.head
        write(self.place(head.source, head.symbol, head.timeframe).path, sheet)

    @contextmanager
    def writing(self, source: str) -> Iterator[None]:
        """While inside, nobody else changes candles of this source; BadInput when somebody does already."""
        folder = self.folder / source
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise StorageDegraded(f"{folder} cannot be opened: {error.strerror or error}.") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadInput(
                    f"Another pocketdesk is storing candles of {source} in {self.folder}: let it end first."
                ) from None
            yield
        finally:
            os.close(handle)

    def find(self, reference: str) -> Place:
        """The one series that `[SOURCE:]SYMBOL@TIMEFRAME` names; BadInput when there is none, or several.

        `BTCUSDT` finds `BTC/USDT:USDT` too.
        """
        places = self.places()
        name, _, timeframe = reference.rpartition("@")
        source, colon, symbol = name.partition(":")
        if not colon or source not in {place.source for place in places}:
            source, symbol = "", name
        near = [place for place in places if place.timeframe == timeframe and source in ("", place.source)]
        found = [place for place in near if place.symbol == symbol] or [
            place for place in near if "".join(split_symbol(place.symbol)) == symbol.upper()
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInput(f"{PREFIX}{reference} may be {' or '.join(map(str, found))}; write one of them.")
        known = [str(place) for place in places]
        like = get_close_matches(PREFIX + reference, known, 3, 0.4) or known[:3]
        held = f"the nearest are {', '.join(like)}" if like else "`pocketdesk data download` stores some"
        raise BadInput(f"There are no candles {PREFIX}{reference} in {self.folder}; {held}.")

    def resolve(self, spec: str) -> str:
        """A `[NAME=]cache:REFERENCE` as the `NAME=FILE` that `engine.feeds.files.load` reads; other specs as they are.

        Without a NAME the symbol is called as the reference calls it.
        """
        name, _, reference = spec.partition(PREFIX)
        if PREFIX not in spec or (name and not name.endswith("=")) or Path(spec).exists():
            return spec
        place = self.find(reference)
        written = reference.rpartition("@")[0].removeprefix(f"{place.source}:")
        return f"{name or f'{written}='}{place.path}"
