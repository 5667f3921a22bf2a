"""The script of a demo: a CSV file of what goes wrong when."""

import csv
from pathlib import Path

from bot.options.typed import moment, whole
from engine.model.errors import BadInput
from engine.simulation.script import WHATS, Script, Spell

COLUMNS = ["at", "what", "seconds", "symbol"]
LONGEST_S = 86_400


def script(path: str, symbols: list[str]) -> Script:
    """Read a script; BadInput names the first line that is wrong, and what is accepted there."""
    try:
        rows = list(csv.reader(Path(path).read_text(encoding="utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"--script {path} cannot be read: {error}.") from error
    if not rows or rows[0] != COLUMNS:
        raise BadInput(f"--script {path} begins with the line {','.join(COLUMNS)}.")
    return Script(tuple(_spell(f"--script {path} line {n}", row, symbols) for n, row in enumerate(rows[1:], 2) if row))


def _spell(where: str, row: list[str], symbols: list[str]) -> Spell:
    if len(row) != len(COLUMNS):
        raise BadInput(f"{where} has {len(row)} fields, but it takes {','.join(COLUMNS)}.")
    at, what, seconds, symbol = (field.strip() for field in row)
    start = moment(f"{where}: at", at)
    known = next((each for each in WHATS if each == what), None)
    if known is None:
        raise BadInput(f"{where}: what is {what[:40]!r}, but it takes {', '.join(WHATS)}.")
    if symbol and symbol not in symbols:
        raise BadInput(f"{where}: symbol is {symbol[:40]!r}, but it takes {', '.join(symbols)}, or nothing for all.")
    return Spell(start, start + whole(f"{where}: seconds", seconds, 1, LONGEST_S) * 1000, known, symbol or None)
