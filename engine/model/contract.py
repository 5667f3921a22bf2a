"""What a symbol is a contract of, read from its unified name: `A/Q` spot, `A/Q:S` perpetual, `A/Q:S-YYMMDD` dated."""

import re
from datetime import UTC, datetime
from typing import Literal, NamedTuple

Kind = Literal["spot", "perpetual", "future"]
EXPIRY_HOUR = 8
"""Dated futures end at 08:00 UTC of the day in their name."""
_NAME = re.compile(r"(?P<base>\w+)/(?P<quote>\w+)(?::(?P<settle>\w+)(?:-(?P<day>\d{6}))?)?")


class Contract(NamedTuple):
    """One market."""

    base: str
    quote: str
    kind: Kind
    expiry: int | None = None
    """UTC ms, of dated futures."""
    inverse: bool = False
    """Whether it is settled in its base currency."""


def contract(symbol: str) -> Contract | None:
    """The market of a unified symbol; None for another way of writing it, which does not say what it is."""
    found = _NAME.fullmatch(symbol)
    if found is None:
        return None
    base, quote = found["base"], found["quote"]
    inverse = base == found["settle"] != quote
    if found["settle"] is None:
        return Contract(base, quote, "spot")
    if found["day"] is None:
        return Contract(base, quote, "perpetual", inverse=inverse)
    try:
        day = datetime.strptime(found["day"], "%y%m%d").replace(hour=EXPIRY_HOUR, tzinfo=UTC)
    except ValueError:
        return None
    return Contract(base, quote, "future", int(day.timestamp()) * 1000, inverse)
