"""What a rule of the gate looks at, and what it answers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from engine.candles import Series
from engine.model.crossing import Cross
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.money import ONE, ZERO
from engine.model.orders import Denial, OrderRequest
from engine.plan import Costs
from engine.risk.book import Book
from engine.risk.past import Past
from engine.risk.room import Room
from engine.state import DeskState

Number = Decimal | float | int | None


class RiskView(msgspec.Struct, gc=False):
    """The desk as it stands when one request is judged. Rules fill in `qty` to `halt` for those after them."""

    state: DeskState
    instrument: Instrument | None
    limits: RiskLimits
    costs: Costs
    equity: Decimal
    against: Decimal
    """Half the spread plus slippage, as a fraction of the price."""
    book: Book
    past: Past
    series: Mapping[str, Series]
    explains: bool
    """Whether numbers are wanted that the answer does not need."""
    vouched: float = 0.0
    """A minute's return up to which a price needs no second look."""
    qty: Decimal = ZERO
    unit: Decimal = ZERO
    """Notional of one unit of it at the entry."""
    loss_per_unit: Decimal = ZERO
    binding: str = "risk"
    rooms: tuple[Room, ...] = ()
    """What the limits of step 7 leave that are tighter than the quantity."""
    halt: int = 0
    """Until when the symbol is left alone, if that is why it was refused."""
    cross: Cross | None = None
    """The markets behind a cross market."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """A rule's answer: what it measured, what it allows, and a refusal if there is one."""

    value: Number = None
    limit: Number = None
    denial: Denial | None = None


PASS = Verdict()


class Entries:
    """What most rules have in common: they judge entries, and always."""

    applies_to: Literal["entries", "exits", "both"] = "entries"
    latched = False

    def on(self, limits: RiskLimits) -> bool:
        """Whether it is in force."""
        return True

    def alone(self, limits: RiskLimits) -> bool:
        """Whether it concerns an entry of a desk that holds nothing else."""
        return True


class Latched(Entries):
    """What rules have in common that look for trouble of the desk's, not of the order's."""

    latched = True


class Every(Entries):
    """The same for rules that judge whatever is asked."""

    applies_to: Literal["entries", "exits", "both"] = "both"


class Rule(Protocol):
    """One rule. A newcomer adds a file and one line in `regime.py`, on purpose: order matters."""

    name: str
    applies_to: Literal["entries", "exits", "both"]
    """Which requests it judges."""

    latched: bool
    """Whether it passes every new signal while no breaker is tripped, no link is down, and equity is above the lines
    of the breakers."""

    def on(self, limits: RiskLimits) -> bool:
        """Whether these limits put it in force."""

    def alone(self, limits: RiskLimits) -> bool:
        """Whether it can cut or refuse an entry of a desk that holds nothing else, once that is sized."""

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Judge the request; may shrink `view.qty` where risk.md allows scaling down."""


def at_stake(request: OrderRequest, view: RiskView) -> Decimal:
    """What one unit loses between entry and stop; without a stop its whole notional (R5.1)."""
    stop, instrument = request.stop, view.instrument
    if stop is None:
        return view.unit
    if instrument is None or instrument.inverse is None:
        return abs(request.entry - stop)
    return abs(instrument.inverse.profit(ONE, request.entry, stop))


def refuse(code: str, text: str, value: Number = None, limit: Number = None) -> Verdict:
    """A refusal with its stable code and the sentence a person reads."""
    return Verdict(value, limit, Denial(code, text))
