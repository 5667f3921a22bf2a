"""What the commands print and write: results as tables, JSON, CSV and a picture."""

import csv
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from bot.figures.currency import currency_of
from engine.model.account import ClosedTrade
from engine.model.errors import BadInput
from engine.model.facts import Signal
from engine.model.money import exact, plain

if TYPE_CHECKING:
    from rich.table import Table

TRADE_COLUMNS = [
    "symbol",
    "side",
    "entry_at",
    "entry_price",
    "exit_at",
    "exit_price",
    "amount",
    "fee",
    "funding",
    "pnl",
    "reason",
    "strategy",
    "currency",
]


def iso(at: int) -> str:
    """UTC ms as ISO text; milliseconds only where there are some."""
    text = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def signal_record(signal: Signal) -> dict[str, Any]:
    """A signal as its record: ISO times, prices as text, undefined values null."""
    prices = {
        name: None if price is None else plain(price)
        for name, price in (("entry", signal.entry), ("stop_loss", signal.stop_loss), ("target", signal.target))
    }
    targets = [
        {"price": None if one.price is None else plain(one.price), "portion": float(one.share)}
        for one in signal.targets
    ]
    return {
        "signal_id": signal.signal_id,
        "timestamp": iso(signal.at),
        "valid_until": iso(signal.valid_until),
        "symbol": signal.symbol,
        "timeframe": signal.timeframe,
        "strategy": signal.strategy,
        "signal": signal.signal,
        "score": signal.score,
        "confidence": signal.confidence,
        **prices,
        **({"targets": targets} if targets else {}),
        "reason": signal.reason,
        "market_state": signal.market_state,
        **({"state_reason": signal.state_reason} if signal.state_reason else {}),
        "setup": signal.setup,
        "checks": [msgspec.to_builtins(check) for check in signal.checks],
    }


def to_json(value: object) -> str:
    """Indented JSON; a NaN or an infinity would be a bug and is refused."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)


def signal_table(signals: Sequence[Signal]) -> "Table":
    """Signals for the terminal, a row each."""
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table("symbol", "strategy", "close", "signal", "entry", "stop", "target", "reason", box=SIMPLE)
    for each in signals:
        said = each.signal if each.signal == "Neutral" else f"{each.signal} {each.score:+.1f}"
        closed = datetime.fromtimestamp(each.at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
        prices = (_price(price) for price in (each.entry, each.stop_loss, each.target))
        table.add_row(each.symbol, f"{each.strategy} {each.timeframe}", closed, said, *prices, each.reason)
    return table


def write_trades(path: Path, trades: Sequence[ClosedTrade]) -> None:
    """Closed trades as CSV; BadInput when the file cannot be written."""
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(TRADE_COLUMNS)
            rows.writerows(trade_row(trade) for trade in trades)
    except OSError as error:
        raise unwritable("--trades", path, error) from error


def write_chart(path: Path, equity: Sequence[tuple[int, float]], zone: str, title: str) -> None:
    """The equity curve as PNG; BadInput when the file cannot be written."""
    from bot.figures.charts import equity as drawn

    picture = drawn([(at, exact(value)) for at, value in equity], ZoneInfo(zone), title)
    try:
        path.write_bytes(picture)
    except OSError as error:
        raise unwritable("--chart", path, error) from error


def write_text(option: str, path: Path, text: str) -> None:
    """A text file; BadInput, which names the option, when it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritable(option, path, error) from error


def unwritable(option: str, path: Path, error: OSError) -> BadInput:
    """The refusal of an output file."""
    return BadInput(f"{option} {path} cannot be written: {error.strerror or error}.")


def expect_writable(option: str, path: Path | None) -> None:
    """Refuse an output file before the work of making its content, not after."""
    if path is None:
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise BadInput(f"{option} {path} cannot be written: it takes a file in a folder that exists.")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise BadInput(f"{option} {path} cannot be written: permission denied.")


def trade_row(trade: ClosedTrade) -> list[str]:
    """A closed trade as the cells of TRADE_COLUMNS."""
    numbers = (trade.amount, trade.fee, trade.funding, trade.pnl)
    return [
        trade.symbol,
        trade.direction,
        iso(trade.entry_at),
        plain(trade.entry_price),
        iso(trade.exit_at),
        plain(trade.exit_price),
        *(plain(number) for number in numbers),
        trade.reason,
        trade.strategy,
        currency_of(trade.symbol),
    ]


def _price(value: Decimal | None) -> str:
    """A price for a table: at most four decimals, eight below 1; `n/a` where there is none."""
    if value is None:
        return "n/a"
    return f"{value:,.{4 if abs(value) >= 1 else 8}f}".rstrip("0").rstrip(".")
