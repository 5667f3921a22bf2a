"""Client order ids: 17 lower-case letters and digits, derived from the committed intent (reliability.md section 4).

`q1` + 3 base32 (desk) + 8 base32 (intent number) + leg letter + 2 base32 (attempt) + check character.
"""

from engine.model.errors import Invariant
from engine.model.orders import LEG_LETTER, Leg

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base32 without i, l, o, u: nothing that a person could misread."""
PREFIX = "q1"
_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)
"""Every number below 1024 in two characters."""
_INDEX = {letter: i for i, letter in enumerate(ALPHABET)}


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
    """A position-weighted sum modulo 31 over letters of `ALPHABET`.

    Catches one mistyped letter and two swapped neighbours, but for 0 and z.
    """
    return ALPHABET[_weight(body, 1) % 31]


def _weight(text: str, place: int) -> int:
    """The sum of places times letters, the first letter standing at `place`."""
    return sum(at * _INDEX[letter] for at, letter in enumerate(text, place))


_INTENT_AT = 6
"""Where the eight characters of the intent begin."""
_WEIGHTS = tuple(tuple(_weight(pair, _INTENT_AT + 2 * k) for pair in _PAIRS) for k in range(4))
"""What each pair of the intent adds to the sum, by its place."""


class OrderIds:
    """The ids of one desk's first attempts, put together from tables: an order is numbered for every request."""

    def __init__(self, desk: int) -> None:
        head = PREFIX + base32(desk, 3)
        self._parts = {
            leg: (head, letter + "00", _weight(head, 1) + _weight(letter, _INTENT_AT + 8))
            for leg, letter in LEG_LETTER.items()
        }

    def make(self, intent: int, leg: Leg) -> str:
        """The same as `order_id(desk, intent, leg)`."""
        if intent >> 40:
            raise Invariant("an intent number does not fit its eight base32 characters")
        head, tail, weight = self._parts[leg]
        a, b, c, d = intent >> 30, intent >> 20 & 1023, intent >> 10 & 1023, intent & 1023
        weight += _WEIGHTS[0][a] + _WEIGHTS[1][b] + _WEIGHTS[2][c] + _WEIGHTS[3][d]
        return f"{head}{_PAIRS[a]}{_PAIRS[b]}{_PAIRS[c]}{_PAIRS[d]}{tail}{ALPHABET[weight % 31]}"


def ours(text: str) -> bool:
    """Whether this is an id that a desk of ours made."""
    known = len(text) == 17 and text.startswith(PREFIX) and set(text) <= _INDEX.keys()
    return known and check(text[:-1]) == text[-1]


def trade_code(intent: int) -> str:
    """The short name of a trade in chat (`A3F`): its entry intent, at least three characters."""
    text = base32(intent, 8).lstrip("0").upper()
    return text.rjust(3, "0")
