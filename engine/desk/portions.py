"""A position that leaves in parts: how much of it at which target (strategies.md section 15)."""

from collections.abc import Sequence
from decimal import Decimal

from engine.model.instrument import Instrument
from engine.model.money import ZERO


def divided(held: Decimal, shares: Sequence[Decimal], instrument: Instrument) -> list[Decimal]:
    """What leaves at each target of `held` (base units): its share on the step, the remainder in the last part.

    The shares count by their proportion, so what is left after some targets is divided among the others. A part
    below the venue's least quantity is no order: it goes with the last one, and a last one that is too small with
    the part before it.
    """
    total, least = sum(shares, ZERO), max(instrument.min_qty, instrument.step)
    parts = [instrument.amount(held * share / total) if total else ZERO for share in shares[:-1]]
    parts = [part if part >= least else ZERO for part in parts]
    rest = held - sum(parts, ZERO)
    parts.append(rest)
    before = next((place for place in range(len(parts) - 2, -1, -1) if parts[place]), None)
    if rest < least and before is not None:
        parts[before], parts[-1] = parts[before] + rest, ZERO
    return parts
