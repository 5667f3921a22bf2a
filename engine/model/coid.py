"""Client order ids: 17 lower-case letters and digits, derived from the committed intent (reliability.md section 4).

`q1` + 3 base32 (desk) + 8 base32 (intent number) + leg letter + 2 base32 (attempt) + check character.
"""

from typing import Final

from engine.model.errors import Invariant
from engine.model.orders import LEG_LETTER, Leg

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base32 without i, l, o, u: nothing that a person could misread."""
PREFIX: Final = "q1"
_PAIRS: Final = tuple(high + low for high in ALPHABET for low in ALPHABET)
"""Every number below 1024 in two characters."""
_INDEX: Final = {letter: i for i, letter in enumerate(ALPHABET)}


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


_INTENT_AT: Final = 6
"""Where the eight characters of the intent begin."""
_WEIGHTS: Final = tuple(_weight(pair, _INTENT_AT + 6) for pair in _PAIRS)
"""What the last pair of the intent adds to the sum."""


class OrderIds:
    """The ids of one desk's first attempts, put together from tables: an order is numbered for every request."""

    def __init__(self, desk: int) -> None:
        head = PREFIX + base32(desk, 3)
        self._head, self._weight = head, _weight(head, 1)
        self._tails = {
            leg: [f"{letter}00{ALPHABET[(_weight(letter, _INTENT_AT + 8) + rest) % 31]}" for rest in range(31)]
            for leg, letter in LEG_LETTER.items()
        }
        """How an id of a leg ends, by the sum of what stands before."""
        self._high, self._begin, self._code, self._sum = -1, "", "", 0
        """The upper bits of the newest intent, and what they come to: they change every 1024 intents."""

    def make(self, intent: int, leg: Leg) -> str:
        """The same as `order_id(desk, intent, leg)`."""
        if intent >> 10 != self._high:
            self._begin_with(intent >> 10)
        low = intent & 1023
        return self._begin + _PAIRS[low] + self._tails[leg][(self._sum + _WEIGHTS[low]) % 31]

    def trade(self, intent: int) -> str:
        """The same as `trade_code(intent)`."""
        if intent >> 10 != self._high:
            self._begin_with(intent >> 10)
        return self._code + _PAIRS[intent & 1023].upper() if self._code else trade_code(intent)

    def _begin_with(self, high: int) -> None:
        text = base32(high, 6)
        self._high, self._begin, self._code = high, self._head + text, text.lstrip("0").upper()
        self._sum = self._weight + _weight(text, _INTENT_AT)


def ours(text: str) -> bool:
    """Whether this is an id that a desk of ours made."""
    known = len(text) == 17 and text.startswith(PREFIX) and set(text) <= _INDEX.keys()
    return known and check(text[:-1]) == text[-1]


def trade_code(intent: int) -> str:
    """The short name of a trade in chat (`A3F`): its entry intent, at least three characters."""
    text = base32(intent, 8).lstrip("0").upper()
    return text.rjust(3, "0")
