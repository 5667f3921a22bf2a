"""Exact money: how Decimals are made from text and floats, and the precision everything is computed in."""

import decimal
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from math import isfinite
from typing import Final

import msgspec

DIGITS: Final = 38
"""Significant digits of every Decimal operation (risk.md section 0 asks for at least 28)."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(float).decode
_decode_all: Final = msgspec.json.Decoder(list[float]).decode


def set_precision() -> None:
    """Make this and every later thread compute Decimals with `DIGITS` digits. Called when the package loads."""
    decimal.DefaultContext.prec = DIGITS
    decimal.getcontext().prec = DIGITS


def exact(value: float) -> Decimal:
    """The Decimal of the shortest text that names this float: the one way from statistics to money."""
    # msgspec finds the digits of `repr` five times as fast, but has no text for what is not finite.
    return Decimal(_encode(float(value)).decode() if isfinite(value) else repr(float(value)))


def shadow(value: Decimal) -> float:
    """The float nearest to exact money: to look whether a line is near, never to book anything with."""
    try:
        return _decode(str(value))  # the same as below in half the time, but for numbers that JSON has
    except msgspec.MsgspecError:
        return float(value)


def shadows(values: Sequence[Decimal]) -> list[float]:
    """`shadow` of each."""
    try:
        return _decode_all(f"[{','.join(map(str, values))}]")
    except msgspec.MsgspecError:
        return [float(value) for value in values]


def plain(value: Decimal) -> str:
    """The canonical text of a Decimal: no exponent, no trailing zeros, no negative zero."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """`value` rounded towards zero to a multiple of `step`: amounts are never rounded up."""
    return (value / step).to_integral_value(ROUND_DOWN) * step


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """`value` rounded away from zero to a multiple of `step`."""
    return (value / step).to_integral_value(ROUND_UP) * step


set_precision()
