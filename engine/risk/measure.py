"""What the book amounts to at one instant: the numbers behind its limits, for people and for the record."""

from decimal import Decimal

import msgspec
import numpy as np

from engine.model.money import ZERO, exact, shadow
from engine.risk.book import Book
from engine.risk.past import Past
from engine.risk.room import DIGITS
from engine.risk.stress import load, stressed
from engine.risk.var import Tail


class Measure(msgspec.Struct, frozen=True):
    """Everything held and under way. Money in the account's currency; `var`, `es` fractions of equity, of one day."""

    equity: Decimal
    gross: Decimal = ZERO
    net: Decimal = ZERO
    heat: Decimal = ZERO
    """Lost if every stop is hit (R5.1)."""
    stress_heat: Decimal = ZERO
    """The same when what is on one side moves together (R5.3)."""
    correlated: Decimal = ZERO
    """Notionals weighed the same way (R5.5)."""
    var: Decimal | None = ZERO
    """None: too few days are known on which everything held has a return."""
    es: Decimal | None = ZERO


def measured(book: Book, past: Past) -> Measure:
    """A book, measured on past days that are up to date."""
    weights = book.weights
    if not weights:
        return Measure(book.equity)
    signs = np.array([1 if weight.long else -1 for weight in weights])
    matrix = stressed(past.among(book.symbols), signs)
    found = _tail(book, past)
    return Measure(
        book.equity,
        book.gross,
        book.net,
        book.heat,
        _rounded(load(book.losses, matrix)),
        _rounded(load(np.abs(book.notionals), matrix)),
        None if found is None else _rounded(found.var),
        None if found is None else _rounded(found.es),
    )


def _tail(book: Book, past: Past) -> Tail | None:
    """One bad day of the book as it is."""
    equity = shadow(book.equity)
    if not past.known or equity <= 0:
        return None
    return past.tail(book.symbols, book.notionals / equity)


def _rounded(value: float) -> Decimal:
    """Twelve digits of a statistic."""
    return DIGITS.plus(exact(value))
