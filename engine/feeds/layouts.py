"""The kinds of market data file, told apart by their columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from engine.model.errors import BadInput

ColumnType = Literal["int", "float", "bool"]
TAKES: dict[ColumnType, str] = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}


class Layout(msgspec.Struct, frozen=True):
    """A kind of file: the columns it must have and those it may have."""

    name: Literal["candles", "trades", "funding"]
    required: dict[str, ColumnType]
    optional: dict[str, ColumnType] = {}

    @property
    def types(self) -> dict[str, ColumnType]:
        """All its columns."""
        return self.required | self.optional


CANDLES = Layout(
    "candles",
    {"ts": "int", "open": "float", "high": "float", "low": "float", "close": "float", "volume": "float"},
    {"taker_buy": "float"},
)
TRADES = Layout("trades", {"ts": "int", "price": "float", "qty": "float", "is_buyer_maker": "bool", "id": "int"})
FUNDING = Layout("funding", {"ts": "int", "rate": "float"})
LAYOUTS = (CANDLES, TRADES, FUNDING)

KLINE_DUMP = (
    "ts",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "close_time",
    "quote_volume",
    "count",
    "taker_buy",
    "taker_buy_quote",
    "ignore",
)
"""The exchange's own kline dump, which has no header."""
ALIASES = {
    "open_time": "ts",
    "time": "ts",
    "date": "ts",
    "taker_buy_volume": "taker_buy",
    "calc_time": "ts",
    "last_funding_rate": "rate",
}
"""Headers of the exchange's newer dumps (klines, trades, funding), and `date` of data frames."""


def layout_of(path: Path, names: Sequence[str]) -> Layout:
    """The kind of file that has these columns; BadInput when none is complete."""
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise BadInput(f"{path} names the column {min(twice)} twice.")
    own = set(names) - {"ts"}
    near = max(LAYOUTS, key=lambda layout: len(layout.types.keys() & own))
    lacking = [name for name in near.required if name not in names]
    if not lacking:
        return near
    if near.types.keys() & own:
        raise BadInput(f"{path} lacks the column {lacking[0]}; {near.name} have {', '.join(near.required)}.")
    kinds = "; ".join(f"{layout.name} ({', '.join(layout.required)})" for layout in LAYOUTS)
    raise BadInput(f"{path} has the columns {', '.join(names)[:80]}; what is read is {kinds}.")


def canonical(names: Sequence[str]) -> list[str]:
    """Column names as this product calls them: lower case, the exchange's own headers translated."""
    lower = [name.strip().strip('"').lower() for name in names]
    return [ALIASES.get(name, name) if ALIASES.get(name) not in lower else name for name in lower]
