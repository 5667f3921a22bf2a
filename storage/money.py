"""The one column type for money: exact decimal text, never a binary fraction."""

from decimal import Decimal

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from engine.model.errors import Invariant
from engine.model.money import DIGITS, plain


def canonical(value: Decimal) -> str:
    """The one text of an amount: no exponent, no trailing zeros, at most 38 significant digits.

    Equal amounts have equal texts. Texts do not sort as numbers: sums and comparisons belong in Python.
    Raises Invariant for NaN, infinity and longer numbers, which the ledger cannot produce.
    """
    if not value.is_finite():
        raise Invariant(f"{value} is not an amount of money.")
    text = plain(value)
    if len(text.replace(".", "").strip("-0")) > DIGITS:
        raise Invariant(f"{text} has more than {DIGITS} significant digits.")
    return text


def optional(value: Decimal | None) -> str | None:
    """`canonical`, or None for None."""
    return None if value is None else canonical(value)


class Money(TypeDecorator[Decimal]):
    """Decimal in Python, canonical text in the file."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Python to file."""
        return optional(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """File to Python."""
        return None if value is None else Decimal(value)
