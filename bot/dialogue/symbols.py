"""Symbols as people write them: `btc`, `BTCUSDT` and `BTC/USDT` find `BTC/USDT:USDT`. In buttons they are signs."""

from collections.abc import Sequence
from zlib import crc32

from bot.dialogue.grammar import quoted
from bot.figures.figures import base
from engine.model.errors import BadInput

LISTED = 20
"""Symbols that a refusal names."""


def sign(symbol: str) -> str:
    """What stands for a symbol in a button: eight plain characters, the same in every run."""
    return f"{crc32(symbol.encode()):08x}"


def signed_by(text: str, symbols: Sequence[str]) -> str:
    """The symbol of a sign; BadInput when this desk has it no more."""
    for symbol in symbols:
        if sign(symbol) == text:
            return symbol
    raise BadInput(f"That symbol is not in this market any more; there are {_listed(symbols)}.")


def symbol_of(text: str, symbols: Sequence[str]) -> str:
    """The one symbol that is meant: by its name, its base asset, or the beginning of its name; BadInput otherwise."""
    wanted = _flat(text.partition(":")[0])
    exact = [symbol for symbol in symbols if _flat(symbol) == _flat(text)]
    if len(exact) == 1:
        return exact[0]
    if not symbols:
        raise BadInput("No symbol is known yet: the exchange has not answered.")
    for names in (_names, _beginnings):
        found = [symbol for symbol in symbols if wanted and names(symbol, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise BadInput(f"{quoted(text)} may be {' or '.join(found)}; write one of them.")
    raise BadInput(f"There is no symbol {quoted(text)}; there are {_listed(symbols)}.")


def _names(symbol: str, wanted: str) -> bool:
    return wanted in (_flat(symbol.partition(":")[0]), _flat(base(symbol)))


def _beginnings(symbol: str, wanted: str) -> bool:
    return _flat(symbol).startswith(wanted)


def _flat(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())


def _listed(symbols: Sequence[str]) -> str:
    shown = ", ".join(base(symbol) for symbol in symbols[:LISTED])
    return f"{shown} and {len(symbols) - LISTED} more" if len(symbols) > LISTED else shown
