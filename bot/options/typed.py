"""Values that people type behind an option: each parser returns the value or refuses in one sentence."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from engine.model.errors import BadInput
from engine.model.money import ONE, ZERO

NUMBER = re.compile(r"[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})", re.ASCII)
WHOLE = re.compile(r"\d{1,18}", re.ASCII)
SHOWN = 40
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def refused(option: str, got: str, takes: str) -> BadInput:
    """The refusal of an option's value, which is shown in a safe form."""
    return BadInput(f"{option} is {(got if len(got) <= SHOWN else got[:SHOWN] + '...')!r}, but it takes {takes}.")


def number(option: str, text: str, low: str, high: str, *, above: bool = False) -> Decimal:
    """A plain decimal number from `low` to `high`; with `above`, `low` itself is refused."""
    wanted = text.strip()
    value = Decimal(wanted) if NUMBER.fullmatch(wanted) else None
    if value is None or not Decimal(low) <= value <= Decimal(high) or (above and value == Decimal(low)):
        bounds = f"above {low} and up to {high}" if above else f"from {low} to {high}"
        raise refused(option, text, f"a number {bounds}")
    return value


def whole(option: str, text: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    wanted = text.strip()
    if not WHOLE.fullmatch(wanted) or not low <= int(wanted) <= high:
        raise refused(option, text, f"a whole number from {low} to {high}")
    return int(wanted)


def fraction(option: str, text: str) -> Decimal:
    """`0.5%` or `0.005` as the fraction 0.005; above 0 and below 1."""
    wanted = text.strip()
    share = wanted.removesuffix("%").rstrip()
    value = Decimal(share) if NUMBER.fullmatch(share) else ZERO
    value = value.scaleb(-2) if wanted.endswith("%") else value
    if not ZERO < value < ONE:
        raise refused(option, text, "a percentage such as 0.5% or a fraction such as 0.005, below 1")
    return value


def moment(option: str, text: str) -> int:
    """An ISO date or time as UTC ms; without a zone it is UTC, a date is its first moment."""
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        raise refused(option, text, "a date or time such as 2025-05-04 or 2025-05-04T12:30Z") from None
    value = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    if value < EARLIEST:
        raise refused(option, text, "a time from the year 2000 on")
    return round(value.timestamp() * 1000)


def pairs(option: str, texts: Iterable[str], *, fold: bool = False) -> dict[str, str]:
    """`name=value` texts by name, each name once; with `fold` the case of names does not count."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip().upper() if fold else name.strip()
        if not equals or not name:
            raise refused(option, text, "name=value")
        if name in found:
            raise BadInput(f"{option} sets {name[:SHOWN]!r} twice; give it once.")
        found[name] = value.strip()
    return found
