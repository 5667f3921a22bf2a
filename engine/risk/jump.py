"""A price that jumps needs a second source (risk.md R6.6). Exact."""

from decimal import Decimal
from statistics import median

import msgspec

KEPT = 5


class PriceFilter(msgspec.Struct, frozen=True):
    """The last five accepted prices of a symbol."""

    window: tuple[Decimal, ...] = ()


def judge(state: PriceFilter, price: Decimal, mark: Decimal | None, share: Decimal) -> tuple[PriceFilter, bool]:
    """Whether a price is accepted: near the median of the last ones, or half as near to the mark (or REST ticker).

    Before any accepted price only the mark can vouch; a missing or unsound mark vouches for nothing. `bad_price`
    otherwise, for this price only: a rejected one never enters the window.
    """
    if not _sound(price) or not (_by_median(state, price, share) or _by_mark(price, mark, share)):
        return state, False
    return PriceFilter((*state.window, price)[-KEPT:]), True


def _by_median(state: PriceFilter, price: Decimal, share: Decimal) -> bool:
    if not state.window:
        return False
    middle = median(state.window)
    return abs(price - middle) <= share * middle


def _by_mark(price: Decimal, mark: Decimal | None, share: Decimal) -> bool:
    return mark is not None and _sound(mark) and abs(price - mark) <= share / 2 * mark


def _sound(price: Decimal) -> bool:
    return price.is_finite() and price > 0
