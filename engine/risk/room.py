""" "Reduce position" as an answer: the largest quantity every limit still allows (risk.md R5.6, R5.7).

Each limit is solved for the quantity at which it is met, not exceeded; the smallest wins and is rounded down.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal

import msgspec

from engine.model.money import ZERO, exact, floor_to
from engine.model.orders import Denial
from engine.risk.stake import Stake

DIGITS = Context(12, ROUND_HALF_EVEN)
"""What is kept of a statistic that becomes a quantity: binary noise must not cost a step."""


class Room(msgspec.Struct, frozen=True):
    """The largest quantity one limit allows; `code` is its reason code (risk.md section 8)."""

    code: str
    qty: Decimal


class Cut(msgspec.Struct, frozen=True):
    """The quantity that is left, and the limit that decided; None when all of what was wanted fits."""

    qty: Decimal
    binding: str | None


def room(code: str, most: Decimal, used: Decimal, per_unit: Decimal) -> Room:
    """A linear limit: `most` less what is used, over what one unit takes of it (> 0), all in quote currency."""
    return Room(code, max(ZERO, most - used) / per_unit)


def load_quantity(code: str, weight: float, per_unit: Decimal) -> Room:
    """A limit with correlations: `weight` is the answer of `engine.risk.stress.load_room`."""
    return Room(code, DIGITS.plus(exact(weight)) / per_unit)


def net_room(most: Decimal, net: Decimal, sign: int, wanted: Decimal, price: Decimal) -> Room:
    """The limit of |net|: an entry against the book has more room, but must bring an excess back within it."""
    notional = max(ZERO, min(wanted * price, most - sign * net))
    within = abs(net + sign * notional) <= most
    return Room("net_limit", notional / price if within else ZERO)


def headroom(base: Decimal, equity: Decimal, limit: Decimal, held: Sequence[Stake], pending_risk: Decimal) -> Decimal:
    """Money an entry may still risk today: the daily line less the day's loss, all stops and pending risk (R5.7)."""
    at_stops = sum(stake.to_stop for stake in held)
    return max(ZERO, limit * base - max(ZERO, base - equity) - at_stops - pending_risk)


def cut(
    wanted: Decimal,
    rooms: Sequence[Room],
    step: Decimal,
    price: Decimal,
    min_qty: Decimal = ZERO,
    min_notional: Decimal = ZERO,
    scale_down: bool = True,
) -> Cut | Denial:
    """Fit `wanted` (already on the step) into every room, in the order of the gate; of equal ones the earlier has it.

    Without `scale_down` the first limit that would be exceeded refuses. A quantity below the venue's minimums is
    refused with the code of the limit that made it so.
    """
    tight = [limit for limit in rooms if limit.qty < wanted]
    if not tight:
        return Cut(wanted, None)
    least = min(tight, key=lambda limit: limit.qty)
    if not scale_down:
        first = tight[0]
        return Denial(first.code, f"{wanted} wanted, the limit allows {floor_to(first.qty, step)}")
    qty = floor_to(least.qty, step)
    if qty <= 0 or qty < min_qty or qty * price < min_notional:
        return Denial(least.code, f"{wanted} wanted, the limit allows {qty}, which is below the venue's least order")
    return Cut(qty, least.code)
