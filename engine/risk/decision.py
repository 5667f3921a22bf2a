"""What the gate says of one request."""

from decimal import Decimal

import msgspec

from engine.model.facts import RuleResult
from engine.model.money import exact
from engine.model.orders import ApprovedOrder, Denial
from engine.risk.case import Number, Rule, Verdict


class Decision(msgspec.Struct, frozen=True, gc=False):
    """An order or a denial, and every rule's part in it."""

    order: ApprovedOrder | None
    denial: Denial | None
    judged: tuple[Rule, ...]
    """The rules that apply, in order; those after a refusal were not asked."""
    verdicts: list[Verdict]
    halt: int = 0
    """Until when the symbol is left alone, if that is why it was refused."""

    def rules(self) -> tuple[RuleResult, ...]:
        """What each rule that was asked saw and said."""
        return tuple(
            RuleResult(rule.name, recorded(verdict.value), recorded(verdict.limit), verdict.denial is None)
            for rule, verdict in zip(self.judged, self.verdicts, strict=False)
        )


def recorded(value: Number) -> Decimal | None:
    """A number as the decision record keeps it."""
    if isinstance(value, float):
        return exact(value)
    return Decimal(value) if isinstance(value, int) else value
