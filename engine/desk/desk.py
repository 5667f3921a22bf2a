"""The desk's hands: the few moves from which everything the core does is made, each leaving its effect."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from engine.lifecycle import FINAL, TABLE
from engine.model.facts import Decided, Denied, Fact, OrderMoved, RuleResult, Signal, StateChanged, Trouble
from engine.model.instrument import Instrument
from engine.model.market import SPAN_MS
from engine.model.messages import Ask, Cancel, Effect, Report, Submit
from engine.model.orders import ApprovedOrder, Denial, Leg, OrderRequest, OrderState, OrderType
from engine.plan import Plan, StrategyPlan
from engine.risk.decision import Decision
from engine.risk.gate import Gate
from engine.risk.pace import entered, left
from engine.state import DeskState, Holding, LiveOrder

OPEN: Final = OrderState.OPEN
CANCELING: Final = OrderState.CANCELING
CANCELED: Final = OrderState.CANCELED
JUDGED: Final = ("entry", "cross")
"""Legs of which approvals are recorded too."""
REMEMBERED: Final = 512
"""Finished orders kept for fills that come late."""


class Desk:
    """State, gate and the effects of the event in hand.

    Without a journal (a backtest) nobody reads the small print, order moves and approvals, so it is not written. And
    the simulated venue takes what it is given, tells a fill once and never late: a turn need not wait for it to say
    so, nor keep what was for later.
    """

    def __init__(
        self, plan: Plan, instruments: dict[str, Instrument], state: DeskState, journaled: bool = True
    ) -> None:
        self.plan = plan
        self.instruments = instruments
        self.state, self.orders = state, state.orders
        self.gate = Gate(instruments, plan.limits, plan.costs, plan.desk, journaled, plan.waits)
        self.inverse = self.gate.inverse
        self.refused: Callable[[OrderRequest, Decision], None] | None = None
        """Hears of every refusal."""
        self.journaled = journaled
        self.out: list[Effect] = []
        self.canceled: list[LiveOrder] = []
        """Entries cancelled in this turn whose end no venue will tell: they bar the way of others until it is over."""

    def line_up(self, plans: Sequence[StrategyPlan]) -> None:
        """The strategies have changed."""
        self.gate.line_up({plan.id: plan.own for plan in plans if plan.own})
        self._spans = {plan.id: SPAN_MS[plan.timeframe] for plan in plans}

    def entered(self, holding: Holding, at: int) -> None:
        """A position came into being: remembered where a strategy's trades are limited."""
        if self.gate.paced:
            entered(self.state.paces, holding.strategy, holding.symbol, at)

    def left(self, holding: Holding, at: int) -> None:
        """A position is flat."""
        span = self._spans.get(holding.strategy) if self.gate.paced else None
        if span is not None:
            bars = self.gate.limits_of(holding.strategy.partition("~")[0]).cooldown_bars
            left(self.state.paces, holding.strategy, holding.symbol, at, span, bars)

    def tell(self, fact: Fact) -> None:
        """Report a fact."""
        self.out.append(Report(fact))

    def ask(self, request: OrderRequest, signal: Signal | None = None) -> ApprovedOrder | None:
        """Put a request to the gate; an approved one is submitted, a refused one is reported."""
        order = self.judge(request, signal)
        if order is not None:
            self._submit(order)
        return order

    def judge(self, request: OrderRequest, signal: Signal | None = None) -> ApprovedOrder | None:
        """Put a request to the gate and report what it says; nothing is sent."""
        decision = self.gate.decide(request, self.state)
        order, denial = decision.order, decision.denial
        if order is None:
            if denial is not None:
                self._refused(request, signal, denial, decision)
                if self.refused is not None:
                    self.refused(request, decision)
            return None
        if self.journaled and request.leg in JUDGED:
            self._approved(request, signal, order, decision.rules())
        return order

    def protect(
        self, holding: Holding, leg: Leg, kind: OrderType, trigger: Decimal, at: int, part: Decimal | None = None
    ) -> str:
        """Submit a protective order for a position, the whole of it or a part; returns its id."""
        order = self.gate.closing(holding, leg, kind, trigger, at, self.state, leg, part)
        self._submit(order)
        return order.id

    def leave(self, holding: Holding, at: int, reason: str) -> str:
        """Submit the exit of a whole position at market, of a desk that is not halted; returns its id."""
        order = self.gate.closing(holding, "exit", "market", None, at, self.state, reason)
        self._submit(order)
        return order.id

    def _submit(self, order: ApprovedOrder) -> None:
        if self.journaled:
            live = self.orders[order.id] = LiveOrder(order)
            self.move(live, OrderState.SUBMITTED, order.at, order.reason)
        else:
            self.orders[order.id] = LiveOrder(order, OPEN)
        self.out.append(Submit(order))

    def _approved(
        self, request: OrderRequest, signal: Signal | None, order: ApprovedOrder, rules: tuple[RuleResult, ...]
    ) -> None:
        at, symbol, strategy, leg = request.at, request.symbol, request.strategy, request.leg
        text = f"{order.side} {order.qty} {order.symbol}"
        self.tell(Decided(at, symbol, strategy, leg, order.verdict, text, rules, signal, order.id, order.trade))

    def _refused(self, request: OrderRequest, signal: Signal | None, denial: Denial, decision: Decision) -> None:
        self.state.denials += 1
        at, symbol, strategy, leg = request.at, request.symbol, request.strategy, request.leg
        code, text = denial.code, denial.text
        if self.journaled:
            rules = decision.rules()
            self.tell(Decided(at, symbol, strategy, leg, code, text, rules, signal, None, request.trade))
        self.tell(Denied(at, symbol, strategy, leg, code, text))

    def cancel(self, order_id: str, at: int, reason: str) -> None:
        """Ask for a live order to be cancelled; nothing happens to one that is finished or being cancelled."""
        live = self.orders.get(order_id)
        if live is None or live.state is CANCELING:
            return
        order = live.order
        if self.journaled:
            self.move(live, CANCELING, at, reason)
        elif order.reduce_only:
            live.state = CANCELED
            del self.orders[order.id]
        else:
            live.state = CANCELING
            self.canceled.append(live)
        self.out.append(Cancel(order.id, order.symbol))

    def move(self, live: LiveOrder, after: OrderState, at: int, reason: str = "") -> bool:
        """Bring an order into its next state; an illegal transition stops entries and asks the venue."""
        before, state = live.state, self.state
        if after not in TABLE[before]:
            text = f"order {live.order.id} of {live.order.symbol} went from {before} to {after}"
            self.tell(Trouble(at, "illegal_transition", text))
            if state.trading == "ACTIVE":
                state.trading, state.trading_reason = "REDUCING", "an order took an impossible turn"
                self.tell(StateChanged(at, "ACTIVE", "REDUCING", state.trading_reason))
            self.out.append(Ask("illegal_transition"))
            return False
        live.state = after
        if not self.journaled:
            if after in FINAL:
                self.orders.pop(live.order.id, None)
            return True
        self.out.append(Report(OrderMoved(at, live.order, before, after, live.filled, reason)))
        if after in FINAL:
            self.orders.pop(live.order.id, None)
            state.done[live.order.id] = live
            if len(state.done) > REMEMBERED:
                del state.done[next(iter(state.done))]
        elif before in FINAL:
            state.done.pop(live.order.id, None)
            self.orders[live.order.id] = live
        return True

    def order(self, order_id: str) -> LiveOrder | None:
        """An order of this desk, live or finished not long ago."""
        return self.orders.get(order_id) or self.state.done.get(order_id)
