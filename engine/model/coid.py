"""Client order ids: 17 lower-case letters and digits, derived from the committed intent (reliability.md section 4).

`q1` + 3 base32 (desk) + 8 base32 (intent number) + leg letter + 2 base32 (attempt) + check character.
"""

from operator import mul

from engine.model.errors import Invariant
from engine.model.orders import LEG_LETTER, Leg

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base32 without i, l, o, u: nothing that a person could misread."""
PREFIX = "q1"
_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)
"""Every number below 1024 in two characters."""


def base32(value: int, width: int) -> str:
    """`value` in `width` characters; more than fits is a broken invariant."""
    if value >> 5 * width:
        raise Invariant(f"a number does not fit {width} base32 characters")
    text = ""
    for shift in range((width - 1) // 2 * 10, -1, -10):
        text += _PAIRS[value >> shift & 1023]
    return text[-width:]


def order_id(desk: int, intent: int, leg: Leg, attempt: int = 0) -> str:
    """The id of one attempt of one leg of an intent."""
    body = f"{PREFIX}{base32(desk, 3)}{base32(intent, 8)}{LEG_LETTER[leg]}{base32(attempt, 2)}"
    return body + check(body)


def check(body: str) -> str:
    """A position-weighted sum modulo 31: catches one mistyped or two swapped neighbours, but for 0 and z."""
    return ALPHABET[sum(map(mul, range(1, len(body) + 1), map(ALPHABET.index, body))) % 31]


def ours(text: str) -> bool:
    """Whether this is an id that a desk of ours made."""
    return len(text) == 17 and text.startswith(PREFIX) and check(text[:-1]) == text[-1]


def trade_code(intent: int) -> str:
    """The short name of a trade in chat (`A3F`): its entry intent, at least three characters."""
    text = base32(intent, 8).lstrip("0").upper()
    return text.rjust(3, "0")
