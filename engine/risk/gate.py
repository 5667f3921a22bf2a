"""The gate: every order of every origin passes here, and only here does a request become an order."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from engine.candles import Series
from engine.model.coid import OrderIds
from engine.model.crossing import crosses_of, homes_of
from engine.model.errors import Invariant
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.money import ZERO
from engine.model.orders import ApprovedOrder, Denial, Leg, OrderRequest, OrderType
from engine.model.own import Own, tightened
from engine.model.settlement import inverse_of
from engine.plan import Costs
from engine.risk.book import Book
from engine.risk.case import RiskView, Verdict
from engine.risk.decision import Decision
from engine.risk.grant import granted
from engine.risk.inverse_scales import InverseScales
from engine.risk.measure import Measure, measured
from engine.risk.past import Past
from engine.risk.position_size import WHOLE
from engine.risk.ready import signal_of
from engine.risk.regime import Asked, Regime
from engine.risk.scales import Scales
from engine.risk.shaken import unrest
from engine.state import DeskState, Holding

NOTHING: Final = Book(ZERO)
"""The book where no rule looks at one: a request only reduces, or another position is in the way."""


class Gate:
    """Judges requests against the desk's state and numbers the orders it approves."""

    def __init__(
        self,
        instruments: dict[str, Instrument],
        limits: RiskLimits,
        costs: Costs,
        desk: int,
        explains: bool = True,
        waits: bool = True,
    ) -> None:
        self._instruments = instruments
        self._costs, self._against = costs, costs.against
        self._apart = {symbol: own for symbol, one in instruments.items() if (own := costs.of(one)) is not costs}
        """Markets with fees of their own."""
        self._ids = OrderIds(desk)
        self.explains = explains
        """Whether a record is written: then every rule is asked, and notes all its numbers."""
        self.inverse = inverse_of(instruments)
        """Contracts of an account in coin; empty where it is in quote currency."""
        self.crosses = crosses_of(instruments)
        """Markets that are paid in another currency than the account's, with those behind them."""
        self.homes = homes_of(self.crosses)
        self._scales = InverseScales(instruments, self.inverse) if self.inverse else Scales(instruments)
        self.past = Past(waits)
        """Past days, as far as they are known."""
        self.floor = ZERO
        """Equity above this is above every line of the breakers; they keep it up to date."""
        self.aloof: Callable[[], bool] = lambda: False
        """Whether they know that equity is above it without weighing the book."""
        self.series: Mapping[str, Series] = {}
        """Candles of each symbol, as far as they have come."""
        self._own: dict[str, Own] = {}
        self.limits = limits

    @property
    def limits(self) -> RiskLimits:
        """The limits in force; setting them puts together the rules that they ask for."""
        return self._limits

    @limits.setter
    def limits(self, limits: RiskLimits) -> None:
        self._limits = limits
        self._vouched = float(limits.bad_price / 2) * (1 - 1e-9)
        self.past.ask(limits)
        self._regime = Regime(limits)
        self._regimes = {name: Regime(tightened(limits, own)) for name, own in self._own.items()}
        every = (limits, *(regime.limits for regime in self._regimes.values()))
        self.paced = any(each.cooldown_bars or each.max_trades_per_day is not None for each in every)
        """Whether entries and exits of some strategy have to be remembered."""
        self.ranged = any(each.sizing_mode == "atr" for each in every)
        """Whether entries of some strategy are sized by their average range."""
        self.watchful = any(each.performance_pause for each in every)
        """Whether some strategy is to be paused for its losses."""

    def line_up(self, own: dict[str, Own]) -> None:
        """Strategies with risk settings of their own, by id."""
        self._own = own
        self.limits = self._limits

    def limits_of(self, strategy: str) -> RiskLimits:
        """The limits that a strategy's entries are judged by."""
        return self._regimes.get(strategy, self._regime).limits

    def unrest(self, symbol: str, state: DeskState) -> int:
        """Until when a symbol is left alone as its minutes are now (R6.5); 0: it is calm."""
        self.past.look(state)
        return unrest(self.series[symbol], self.past.shock(symbol), self._limits)[0]

    def book(self, state: DeskState) -> Book:
        """Everything held and under way, weighed as an entry would find it."""
        return self._scales.book(state)

    def measure(self, state: DeskState) -> Measure:
        """What the book amounts to now."""
        self.past.look(state)
        return measured(self._scales.book(state), self.past)

    def decide(self, request: OrderRequest, state: DeskState) -> Decision:
        """Approve or refuse; an approval is numbered at once, which reserves its risk with the same step."""
        reduces = request.leg != "entry"
        if reduces:
            book, regime = NOTHING, self._regime
            asked = regime.exits
        else:
            regime = self._regimes.get(request.strategy, self._regime) if self._regimes else self._regime
            if request.symbol in state.holdings and self._untroubled(state) and not state.grants and self.aloof():
                book, asked = NOTHING, regime.held
            else:
                book = self._scales.book(state)
                asked = self._concerned(regime, request, state, book)
            self.past.look(state)
        view = RiskView(
            state,
            self._instruments.get(request.symbol),
            regime.limits,
            self._apart.get(request.symbol, self._costs) if self._apart else self._costs,
            book.equity,
            self._against,
            book,
            self.past,
            self.series,
            self.explains,
            self._vouched,
        )
        if reduces and self.crosses:
            view.cross = self.crosses.get(request.symbol)
        if regime.clearance is not None and (asked is regime.lone or asked is regime.calm):
            clear = regime.clearance.size(request, view)
            if clear is not None:
                order = self._order(request, state, clear.qty, clear.loss_per_unit, clear.binding)
                return Decision(order, None, asked.rules, [])
        verdicts: list[Verdict] = []
        note = verdicts.append
        rules = asked.rules
        for check in asked.checks:
            verdict = check(request, view)
            note(verdict)
            if verdict.denial is not None:
                return Decision(None, verdict.denial, rules, verdicts, view.halt)
        qty = self._reduction(request, view) if reduces else view.qty
        if qty <= ZERO:
            return Decision(None, Denial("below_min_qty", f"{request.qty} rounds to nothing"), rules, verdicts)
        order = self._order(request, state, qty, view.loss_per_unit, view.binding)
        return Decision(order, None, rules, verdicts)

    def _concerned(self, regime: Regime, request: OrderRequest, state: DeskState, book: Book) -> Asked:
        """The rules of an entry; where no record is written those that could refuse or cut it now.

        A signal that comes twice is looked for by the record's keepers only: a backtest's strategies say all once.
        """
        if state.grants and granted(request, state):
            return regime.parts
        if not self._untroubled(state) or book.equity <= self.floor:
            return regime.entries
        return regime.calm if book.weights or state.grants else regime.lone

    def _untroubled(self, state: DeskState) -> bool:
        """Whether no record is written and, but for equity, nothing is wrong with the desk."""
        return not (self.explains or state.links or state.unheard is not None or any_tripped(state))

    def closing(
        self,
        holding: Holding,
        leg: Leg,
        kind: OrderType,
        trigger: Decimal | None,
        at: int,
        state: DeskState,
        reason: str,
        part: Decimal | None = None,
    ) -> ApprovedOrder:
        """Approve a protective order for a position or a part of it, or the exit of a whole one at market.

        It can only reduce, so no rule refuses it; but a desk that is halted asks its rules before it leaves.
        """
        if leg == "exit" and state.trading == "HALTED":
            raise Invariant("a halted desk asks its rules before it leaves")
        symbol, held = holding.symbol, holding.qty
        long = holding.qty_f > 0.0
        qty = held if long else -held
        if symbol in self.homes:
            qty = self._instruments[symbol].amount(qty) or qty
        if not held or (part is not None and not ZERO < part <= qty) or state.holdings.get(symbol) is not holding:
            raise Invariant("only an open position is closed, and no more than it")
        number = state.intents = state.intents + 1
        return ApprovedOrder(
            self._ids.make(number, leg),
            at,
            symbol,
            "sell" if long else "buy",
            leg,
            kind,
            qty if part is None else part,
            True,
            holding.strategy,
            holding.trade,
            reason,
            None,
            trigger,
        )

    def _reduction(self, request: OrderRequest, view: RiskView) -> Decimal:
        if request.qty is None or view.instrument is None:
            raise Invariant("a reducing request always names its quantity")
        if view.cross is not None or request.symbol in self.homes:
            return view.instrument.amount(request.qty) or request.qty
        held = abs(view.state.holdings[request.symbol].qty)
        return held if request.qty == held else view.instrument.amount(request.qty)

    def _order(
        self, request: OrderRequest, state: DeskState, qty: Decimal, loss_per_unit: Decimal, binding: str
    ) -> ApprovedOrder:
        number = state.intents = state.intents + 1
        reduces = request.leg != "entry"
        if self.explains and not reduces and request.valid_until is not None:
            state.entered[signal_of(request)] = request.valid_until
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
            qty * loss_per_unit,
            "approved" if binding in WHOLE else "approved_scaled",
            binding,
            request.targets,
            request.lead,
        )


def any_tripped(state: DeskState) -> bool:
    """Whether a breaker is tripped."""
    return bool(state.breakers) and any(breaker.tripped for breaker in state.breakers.values())
