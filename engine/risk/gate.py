"""The gate: every order of every origin passes here, and only here does a request become an order.

A newcomer adds a rule with one line in `RULES`, on purpose: the first refusal decides, so order matters
(risk.md section 8).
"""

from decimal import Decimal

import msgspec

from engine.model.coid import OrderIds
from engine.model.errors import Invariant
from engine.model.facts import RuleResult
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.money import ZERO
from engine.model.orders import ApprovedOrder, Denial, Leg, OrderRequest, OrderType
from engine.plan import Costs
from engine.risk.case import RiskView, Rule, Verdict
from engine.risk.daily_loss import DailyLoss
from engine.risk.fresh_data import FreshData
from engine.risk.gross import GrossExposure
from engine.risk.margin_rule import Margin
from engine.risk.max_drawdown import MaxDrawdown
from engine.risk.max_positions import MaxPositions
from engine.risk.position_size import PositionSize
from engine.risk.symbol import SymbolRule
from engine.risk.trading_state import TradingStateRule
from engine.state import DeskState, Holding

RULES: tuple[Rule, ...] = (
    TradingStateRule(),
    FreshData(),
    DailyLoss(),
    MaxDrawdown(),
    SymbolRule(),
    PositionSize(),
    MaxPositions(),
    GrossExposure(),
    Margin(),
)
_ENTRY_RULES = tuple(rule for rule in RULES if rule.applies_to != "exits")
_EXIT_RULES = tuple(rule for rule in RULES if rule.applies_to != "entries")
_ENTRY_CHECKS = tuple(rule.check for rule in _ENTRY_RULES)
_EXIT_CHECKS = tuple(rule.check for rule in _EXIT_RULES)


class Decision(msgspec.Struct, frozen=True, gc=False):
    """What the gate says of one request: an order or a denial, and every rule's part in it."""

    order: ApprovedOrder | None
    denial: Denial | None
    judged: tuple[Rule, ...]
    """The rules that apply, in order; those after a refusal were not asked."""
    verdicts: list[Verdict]

    def rules(self) -> tuple[RuleResult, ...]:
        """What each rule that was asked saw and said."""
        return tuple(
            RuleResult(rule.name, recorded(verdict.value), recorded(verdict.limit), verdict.denial is None)
            for rule, verdict in zip(self.judged, self.verdicts, strict=False)
        )


def recorded(value: Decimal | int | None) -> Decimal | None:
    """A number as the decision record keeps it."""
    return Decimal(value) if isinstance(value, int) else value


class Gate:
    """Judges requests against the desk's state and numbers the orders it approves."""

    def __init__(self, instruments: dict[str, Instrument], limits: RiskLimits, costs: Costs, desk: int) -> None:
        self._instruments = instruments
        self.limits = limits
        self._costs, self._against = costs, costs.against
        self._ids = OrderIds(desk)

    def decide(self, request: OrderRequest, state: DeskState) -> Decision:
        """Approve or refuse; an approval is numbered at once, which reserves its risk with the same step."""
        reduces = request.leg != "entry"
        rules, checks = (_EXIT_RULES, _EXIT_CHECKS) if reduces else (_ENTRY_RULES, _ENTRY_CHECKS)
        equity = ZERO if reduces else state.equity()
        instrument = self._instruments.get(request.symbol)
        view = RiskView(state, instrument, self.limits, self._costs, equity, self._against)
        verdicts: list[Verdict] = []
        for check in checks:
            verdict = check(request, view)
            verdicts.append(verdict)
            if verdict.denial is not None:
                return Decision(None, verdict.denial, rules, verdicts)
        qty = self._reduction(request, view) if reduces else view.qty
        if qty <= ZERO:
            return Decision(None, Denial("below_min_qty", f"{request.qty} rounds to nothing"), rules, verdicts)
        return Decision(self._order(request, view, qty, reduces), None, rules, verdicts)

    def protective(
        self, holding: Holding, leg: Leg, kind: OrderType, trigger: Decimal, at: int, state: DeskState
    ) -> ApprovedOrder:
        """Approve a protective order for the whole of a position. It can only reduce, so no rule refuses it, ever."""
        qty, symbol = holding.qty, holding.symbol
        if not qty or state.holdings.get(symbol) is not holding:
            raise Invariant("only an open position is protected")
        number = state.intents = state.intents + 1
        return ApprovedOrder(
            self._ids.make(number, leg),
            at,
            symbol,
            holding.closing_side,
            leg,
            kind,
            abs(qty),
            True,
            holding.strategy,
            holding.trade,
            leg,
            None,
            trigger,
        )

    def _reduction(self, request: OrderRequest, view: RiskView) -> Decimal:
        if request.qty is None or view.instrument is None:
            raise Invariant("a reducing request always names its quantity")
        held = abs(view.state.holdings[request.symbol].qty)
        return held if request.qty == held else view.instrument.amount(request.qty)

    def _order(self, request: OrderRequest, view: RiskView, qty: Decimal, reduces: bool) -> ApprovedOrder:
        number = view.state.intents = view.state.intents + 1
        return ApprovedOrder(
            self._ids.make(number, request.leg),
            request.at,
            request.symbol,
            request.side,
            request.leg,
            request.type,
            qty,
            reduces,
            request.strategy,
            request.trade or self._ids.trade(number),
            request.reason,
            request.price,
            request.trigger,
            request.stop,
            request.target,
            qty * view.loss_per_unit,
            "approved" if view.binding == "risk" else "approved_scaled",
            view.binding,
        )
