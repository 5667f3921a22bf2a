"""What a rule of the gate looks at, and what it answers."""

from decimal import Decimal
from typing import Literal, Protocol

import msgspec

from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.money import ZERO
from engine.model.orders import Denial, OrderRequest
from engine.plan import Costs
from engine.state import DeskState


class RiskView(msgspec.Struct, gc=False):
    """The desk as it stands when one request is judged. Sizing fills in the last three for the rules after it."""

    state: DeskState
    instrument: Instrument | None
    limits: RiskLimits
    costs: Costs
    equity: Decimal
    against: Decimal
    """Half the spread plus slippage, as a fraction of the price."""
    qty: Decimal = ZERO
    loss_per_unit: Decimal = ZERO
    binding: str = "risk"


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """A rule's answer: what it measured, what it allows, and a refusal if there is one."""

    value: Decimal | int | None = None
    limit: Decimal | int | None = None
    denial: Denial | None = None


PASS = Verdict()


class Rule(Protocol):
    """One rule. A newcomer adds a file and one line in `gate.py`, on purpose: order matters."""

    name: str

    @property
    def applies_to(self) -> Literal["entries", "exits", "both"]:
        """Which requests it judges."""

    def check(self, request: OrderRequest, view: RiskView) -> Verdict:
        """Judge the request; may shrink `view.qty` where risk.md allows scaling down."""


def refuse(code: str, text: str, value: Decimal | int | None = None, limit: Decimal | int | None = None) -> Verdict:
    """A refusal with its stable code and the sentence a person reads."""
    return Verdict(value, limit, Denial(code, text))
