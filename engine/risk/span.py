"""How far an entry of one contract may go and is still clear of its margin (risk.md R2.9, R2.10)."""

from decimal import Decimal

import msgspec

from engine.model.instrument import Instrument


class Span(msgspec.Struct, frozen=True, gc=False):
    """What an entry may come to, and what it costs, divided out once."""

    instrument: Instrument
    notional: Decimal
    """Over equity; 0 where the contract has no short way."""
    stop: Decimal
    """Distance of the stop over the entry price."""
    paid: Decimal
    """What an entry costs, over its price."""
    left: Decimal
    """The same of a stop."""
    least: Decimal
    """Its smallest quantity."""
