"""The gate: every order of every origin passes here, and only here does a request become an order.

A newcomer adds a rule with one line in `RULES`, on purpose: the first refusal decides, so order matters
(risk.md section 8).
"""

from decimal import Decimal

import msgspec

from engine.model.coid import OrderIds, trade_code
from engine.model.errors import Invariant
from engine.model.facts import RuleResult
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.money import ZERO
from engine.model.orders import ApprovedOrder, Denial, OrderRequest
from engine.plan import Costs
from engine.risk.case import RiskView, Rule
from engine.risk.daily_loss import DailyLoss
from engine.risk.fresh_data import FreshData
from engine.risk.gross import GrossExposure
from engine.risk.margin_rule import Margin
from engine.risk.max_drawdown import MaxDrawdown
from engine.risk.max_positions import MaxPositions
from engine.risk.position_size import PositionSize
from engine.risk.symbol import SymbolRule
from engine.risk.trading_state import TradingStateRule
from engine.state import DeskState

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


class Decision(msgspec.Struct, frozen=True):
    """What the gate says of one request: an order or a denial, and every rule's part in it."""

    order: ApprovedOrder | None
    denial: Denial | None
    rules: tuple[RuleResult, ...]


class Gate:
    """Judges requests against the desk's state and numbers the orders it approves."""

    def __init__(self, instruments: dict[str, Instrument], limits: RiskLimits, costs: Costs, desk: int) -> None:
        self._instruments = instruments
        self.limits = limits
        self._costs = costs
        self._ids = OrderIds(desk)

    def decide(self, request: OrderRequest, state: DeskState) -> Decision:
        """Approve or refuse; an approval is numbered at once, which reserves its risk with the same step."""
        reduce_only = request.reduce_only
        equity = ZERO if reduce_only else state.account().equity
        view = RiskView(state, self._instruments.get(request.symbol), self.limits, self._costs, equity)
        results: list[RuleResult] = []
        for rule in _EXIT_RULES if reduce_only else _ENTRY_RULES:
            verdict = rule.check(request, view)
            denial = verdict.denial
            results.append(RuleResult(rule.name, verdict.value, verdict.limit, denial is None))
            if denial is not None:
                return Decision(None, denial, tuple(results))
        qty = self._reduction(request, view) if reduce_only else view.qty
        if qty <= 0:
            return Decision(None, Denial("below_min_qty", f"{request.qty} rounds to nothing"), tuple(results))
        return Decision(self._order(request, view, qty, state), None, tuple(results))

    def _reduction(self, request: OrderRequest, view: RiskView) -> Decimal:
        if request.qty is None or view.instrument is None:
            raise Invariant("a reducing request always names its quantity")
        held = abs(view.state.holdings[request.symbol].qty)
        return held if request.qty == held else view.instrument.amount(request.qty)

    def _order(self, request: OrderRequest, view: RiskView, qty: Decimal, state: DeskState) -> ApprovedOrder:
        state.intents += 1
        number = state.intents
        return ApprovedOrder(
            self._ids.make(number, request.leg),
            request.at,
            request.symbol,
            request.side,
            request.leg,
            request.type,
            qty,
            request.reduce_only,
            request.strategy,
            request.trade or trade_code(number),
            request.reason,
            request.price,
            request.trigger,
            request.stop,
            request.target,
            qty * view.loss_per_unit,
            "approved" if view.binding == "risk" else "approved_scaled",
            view.binding,
        )
