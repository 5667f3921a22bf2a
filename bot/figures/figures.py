"""Numbers and times as people read them on a phone: signed, grouped, no exponent, no float noise, no `-0`."""

import math
import unicodedata
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.figures.currency import told

HUNDRED = Decimal(100)
SCALES = (("", 0), ("k", 3), ("M", 6), ("B", 9), ("T", 12))
GROUPED_BELOW = Decimal(10) ** 8
"""From here on money is shown in millions and more, so that it fits a phone."""
PRICE_DIGITS = 6
PRICE_PLACES = 12
UNITS_MS = (("y", 31_536_000_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000))
STABLE = ("FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USD", "EUR")


def money(value: Decimal, places: int | None = None) -> str:
    """`10,421.50`; the sign only where it is negative. From a hundred million on `123.46M`. Coin has more decimals."""
    if abs(value) >= GROUPED_BELOW:
        return _scaled(value, 2)
    return _text(value, told().places if places is None else places)


def signed(value: Decimal, places: int | None = None) -> str:
    """`+42.10`, `-3.10`, and `0.00` without a sign."""
    text = money(value, places)
    return text if text.startswith("-") or not any(digit in text for digit in "123456789") else f"+{text}"


def percent(fraction: Decimal, places: int = 2) -> str:
    """A fraction as a signed percentage: `+1.82%`."""
    return f"{signed(fraction * HUNDRED, places)}%"


def share(fraction: Decimal, places: int = 0) -> str:
    """A fraction as a plain percentage: `5%`."""
    return f"{money(fraction * HUNDRED, places)}%"


def price(value: Decimal) -> str:
    """Six significant digits, grouped: `64,120.0`, `2,512.34`, `0.0123450`."""
    if not value:
        return "0.0"
    return _text(value, min(PRICE_PLACES, max(1, PRICE_DIGITS - 1 - value.adjusted())))


def compact(value: Decimal) -> str:
    """Three significant digits or so: `64.1k`, `2.51k`, `0.0123`; for headlines."""
    if not value:
        return "0"
    if abs(value) < 1000:
        return plain(value, max(0, 2 - value.adjusted()))
    return _scaled(value, 2 - value.adjusted() % 3)


def plain(value: Decimal, places: int = 8) -> str:
    """An amount without trailing zeros: `0.0156`."""
    text = _text(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def tight(value: Decimal, width: int, places: int | None = None) -> str:
    """The most exact signed form that fits `width` columns: cents, whole units, then `+1.2M`."""
    for digits in range(told().places if places is None else places, -1, -1):
        if len(text := signed(value, digits)) <= width:
            return text
    sign = "+" if value > 0 else ""
    for digits in (2, 1, 0):
        if len(text := sign + _scaled(value, digits)) <= width:
            return text
    return "#" * width


def age(ms: int) -> str:
    """The length of a time in its largest unit: `40m`, `2h`, `3d`."""
    for unit, size in UNITS_MS:
        if ms >= size:
            return f"{ms // size}{unit}"
    return f"{max(ms, 0) // 1000}s"


def span(ms: int) -> str:
    """The length of a time in its two largest units: `3d 4h`, `5h 12m`."""
    for (unit, size), (less, part) in pairwise(UNITS_MS):
        if ms >= size:
            return f"{ms // size}{unit} {ms % size // part}{less}"
    return age(ms)


def moment(at: int, zone: ZoneInfo, form: str = "%d %b %H:%M:%S") -> str:
    """A time of the engine (UTC ms) in the person's zone: `04 May 14:32:05`."""
    return datetime.fromtimestamp(at / 1000, zone).strftime(form)


def bar(used: Decimal, width: int = 8) -> str:
    """`##------`: full boxes for the share in use; any use at all shows one."""
    full = min(width, max(0, math.ceil(used * width))) if used > 0 else 0
    return "#" * full + "-" * (width - full)


def base(symbol: str) -> str:
    """The base asset alone: `BTC` of `BTC/USDT:USDT` or `BTCUSDT`."""
    if "/" in symbol:
        return symbol.partition("/")[0]
    for quote in STABLE:
        if symbol.endswith(quote) and len(symbol) > len(quote):
            return symbol.removesuffix(quote)
    return symbol


def columns(text: str) -> int:
    """How wide a phone shows it: emoji and wide letters take two columns, joiners and accents none."""
    return sum(_width(letter) for letter in text)


def clip(text: str, width: int) -> str:
    """`text` on one line, its blanks squeezed, in at most `width` columns."""
    return cut(" ".join(text.split()), width)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns, its end replaced by `…` where it is longer."""
    if columns(text) <= width:
        return text
    kept = ""
    for letter in text:
        if columns(kept) + _width(letter) >= width:
            break
        kept += letter
    return kept.rstrip() + "…"


def _width(letter: str) -> int:
    if unicodedata.combining(letter) or letter in "\u200d\ufe0f":
        return 0
    return 2 if ord(letter) >= 0x1F000 or unicodedata.east_asian_width(letter) in "WF" else 1


def _text(value: Decimal, places: int) -> str:
    text = f"{value:,.{places}f}"
    return text if any(digit in text for digit in "123456789") else text.removeprefix("-")


def _scaled(value: Decimal, places: int) -> str:
    for unit, power in SCALES:
        scaled = value.scaleb(-power)
        if abs(scaled) < 1000 or unit == SCALES[-1][0]:
            return f"{_text(scaled, places)}{unit}"
    raise AssertionError("the last scale takes everything")
