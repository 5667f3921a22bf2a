"""Strategies that quote: called for what happens to their symbols, their wishes put to the gate like anybody's.

What such a strategy remembers is a frozen Struct of its own, kept as bytes in the desk's state: a snapshot holds it,
and a journal played back makes it again.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import inf
from typing import Any, assert_never

import msgspec

from engine import ledger
from engine.desk.desk import Desk
from engine.exits import ExitDesk
from engine.model.account import Position
from engine.model.instrument import Instrument
from engine.model.market import MINUTE_MS, Bars, Timeframe
from engine.model.messages import CandleClosed, FundingSettled, OrderFilled, Quote, Timer
from engine.model.money import ZERO
from engine.model.orders import OrderRequest, OrderState, Side
from engine.model.quoting import Executed, Reserve, Resting, Watched, Wish, Withdraw
from engine.plan import StrategyPlan
from engine.ports import Quoting
from engine.scoring.evaluate import Evaluator
from engine.state import DeskState, Grant, Holding, Kept, LiveOrder, StrategyRecord

QUIET_MS = 15 * MINUTE_MS
"""After a refused entry, and when what it had begun is over, a strategy asks for nothing new for so long."""
PAID = 6
"""Fundings remembered of a symbol."""
PROTECTION = frozenset({"stop", "exit"})
"""Legs that the desk itself looks after."""


class GroupView:
    """Port View: one group of symbols of one strategy. Reads the desk's state as it is now."""

    def __init__(
        self, plan: StrategyPlan, code: Quoting, symbols: tuple[str, ...], desk: Desk, evaluator: Evaluator
    ) -> None:
        self.plan, self.code, self.symbols = plan, code, symbols
        self.strategy, self.timeframe = plan.id, plan.timeframe
        self.key = key_of(plan.id, symbols)
        self.at = 0
        self.event: Watched = Timer(0, "")
        self._desk, self._evaluator = desk, evaluator
        self.memory: Any = None
        self.said: str | None = None
        """The reason given in the call in hand."""
        kept = desk.state.kept.get(self.key)
        if kept is not None and kept.memory and kept.code == plan.strategy.name:
            self.memory = msgspec.msgpack.decode(kept.memory, type=code.memory_type)

    @property
    def entering(self) -> bool:
        """Whether the strategy is on and the desk takes new risk."""
        state = self._desk.state
        record = state.strategies.get(self.strategy)
        calm = not any(breaker.tripped for breaker in state.breakers.values())
        return state.trading == "ACTIVE" and (record is None or record.on) and calm

    @property
    def equity(self) -> Decimal:
        """Of the account."""
        return ledger.equity(self._desk.state)

    def fee(self, symbol: str) -> Decimal:
        """Taker fee, fraction."""
        return self._desk.plan.costs.of(self.instrument(symbol)).fee

    def maker_fee(self, symbol: str) -> Decimal:
        """Fee of a resting order, fraction."""
        return self._desk.plan.costs.of(self.instrument(symbol)).maker

    def instrument(self, symbol: str) -> Instrument:
        """Its rules."""
        return self._desk.instruments[symbol]

    def bars(self, symbol: str) -> Bars | None:
        """Closed bars of the strategy's timeframe, as many as it needs to be warm; None without any."""
        return self._evaluator.bars(self.plan, symbol)

    def mark(self, symbol: str) -> float | None:
        """The last price; None before the first."""
        return self._desk.state.marks.get(symbol)

    def age(self, symbol: str) -> int | None:
        """How old the last price is, ms; None before the first."""
        at = self._desk.state.marked_at.get(symbol)
        return None if at is None else self.at - at

    def quote(self, symbol: str) -> Quote | None:
        """The newest best bid and ask; None where nobody watches the book."""
        return self._desk.state.quotes.get(symbol)

    def paid(self, symbol: str) -> tuple[FundingSettled, ...]:
        """The newest fundings, the last one last."""
        return tuple(self._desk.state.paid.get(symbol, ()))

    def position(self, symbol: str) -> Position | None:
        """The strategy's own position."""
        holding = self.holding(symbol)
        return None if holding is None else holding.frozen()

    def leaving(self, symbol: str) -> bool:
        """Whether an exit of the strategy's own position is under way."""
        holding = self.holding(symbol)
        return holding is not None and holding.exit_order is not None

    def holding(self, symbol: str) -> Holding | None:
        """The desk's own record of the position."""
        holding = self._desk.state.holdings.get(symbol)
        return holding if holding is not None and holding.strategy == self.strategy else None

    def orders(self, symbol: str) -> tuple[Resting, ...]:
        """Its own live orders but for the protection, in the order they were made."""
        state = self._desk.state
        grant = state.grants.get(symbol)
        if grant is not None and grant.strategy != self.strategy:
            return ()
        mine = family(self.strategy)
        return tuple(
            Resting(live.order, live.filled, live.state is OrderState.CANCELING)
            for live in state.orders.values()
            if live.order.symbol == symbol
            and live.order.leg not in PROTECTION
            and live.order.trigger is None
            and (
                live.order.strategy == self.strategy
                or ((grant is not None or live.order.leg == "cross") and family(live.order.strategy) == mine)
            )
        )

    def granted(self, symbol: str, side: Side | None = None) -> Decimal:
        """What the gate has granted in base units, on a side where it has granted both; 0 without a grant."""
        grant = self._desk.state.grants.get(symbol)
        return grant.most(side) if grant is not None and grant.strategy == self.strategy else ZERO

    def abstain(self, reason: str) -> None:
        """Say why nothing is begun: a stable code."""
        self.said = reason


class QuoteDesk:
    """Calls the quoting strategies and carries out what they wish."""

    def __init__(self, desk: Desk, exits: ExitDesk) -> None:
        self._desk, self._exits = desk, exits
        self._views: dict[str, list[GroupView]] = {}
        self.views: list[GroupView] = []
        """Every group of every quoting strategy."""
        self.active = False
        """Whether there is anybody to call."""
        self._untidy = False
        """Whether orders may rest whose strategy is gone."""

    def line_up(self, plans: Sequence[StrategyPlan], evaluator: Evaluator, bases: Mapping[str, Timeframe]) -> None:
        """The strategies have changed."""
        self._views, self.views, desk = {}, [], self._desk
        for plan in plans:
            code = plan.strategy
            if not isinstance(code, Quoting):
                continue
            there = {symbol: desk.instruments[symbol] for symbol in plan.symbols if symbol in bases}
            groups = code.groups(there)
            for symbols in groups:
                view = GroupView(plan, code, symbols, desk, evaluator)
                self.views.append(view)
                for symbol in symbols:
                    self._views.setdefault(symbol, []).append(view)
            if not groups:
                self._say(plan, plan.symbols, code.needs())
        self.active, self._untidy = bool(self.views), bool(desk.state.kept)
        known = {view.key for view in self.views}
        for key in [key for key in desk.state.kept if key not in known]:
            del desk.state.kept[key]
        self._release()

    def tidy(self, at: int) -> None:
        """Cancel resting orders that nobody remembers: of a version that is gone, or whose strategy runs no more."""
        if not self._untidy:
            return
        self._untidy = False
        remembered = {(family(v.strategy), symbol) for v in self.views if v.memory is not None for symbol in v.symbols}
        for order in [live.order for live in self._desk.state.orders.values()]:
            if order.type == "limit" and (family(order.strategy), order.symbol) not in remembered:
                self._desk.cancel(order.id, at, "its strategy is gone")

    def watches(self, symbol: str) -> bool:
        """Whether a quote of this symbol can change anything here."""
        return symbol in self._views

    def on_candle(self, candle: CandleClosed, bars: Sequence[CandleClosed]) -> None:
        """The finest candle of a symbol has closed, and the longer bars with it."""
        for view in self._views.get(candle.symbol, ()):
            own = next((bar for bar in bars if bar.timeframe == view.timeframe), candle)
            self._call(view, own, candle.at)

    def marked(self, quote: Quote) -> bool:
        """Take a new top of a book, if somebody watches it: its middle is the price of now for whoever enters on it."""
        state, symbol = self._desk.state, quote.symbol
        if symbol not in self._views or not 0.0 < quote.bid <= quote.ask < inf:
            return False
        state.quotes[symbol] = quote
        state.marks[symbol], state.marked_at[symbol] = (quote.bid + quote.ask) / 2.0, quote.at
        return True

    def on_quote(self, quote: Quote) -> None:
        """Tell those who watch the book of a quote that was taken."""
        for view in self._views.get(quote.symbol, ()):
            self._call(view, quote, quote.at)

    def known(self, quote: Quote) -> None:
        """The top of a book as a candle of its symbol was given: remembered where no newer one is."""
        quotes = self._desk.state.quotes
        before = quotes.get(quote.symbol)
        if before is None or before.at < quote.at:
            quotes[quote.symbol] = quote

    def on_funding(self, event: FundingSettled) -> None:
        """A funding, booked already."""
        views = self._views.get(event.symbol)
        if views is None:
            return
        paid = self._desk.state.paid.setdefault(event.symbol, [])
        if paid and event.at <= paid[-1].at:
            return
        paid.append(event)
        del paid[:-PAID]
        for view in views:
            self._call(view, event, event.at)

    def on_timer(self, timer: Timer) -> None:
        """A market minute has passed."""
        self.tidy(timer.at)
        for view in self.views:
            self._call(view, timer, timer.at)

    def on_fill(self, fill: OrderFilled, live: LiveOrder | None, owner: str) -> None:
        """A fill, booked already; `live` is its order and `owner` who held the position or ordered it."""
        for view in self._views.get(fill.symbol, ()):
            if view.strategy == owner:
                done = live is None or live.filled >= live.order.qty
                self._call(view, Executed(fill, None if live is None else live.order, done), fill.at)

    def _call(self, view: GroupView, event: Watched, at: int) -> None:
        view.event, view.at, before = event, at, view.memory
        if self._carry_out(view, view.code.on_event(view, view.plan.params)):
            self._carry_out(view, view.code.on_event(view, view.plan.params))
            if view.memory is None:
                self._release()
        if view.memory is not before:
            self._keep(view)
        if view.said is not None:
            kept = self._kept(view)
            if kept.reason != view.said:
                kept.reason = view.said
                self._say(view.plan, view.symbols, view.said)
            view.said = None

    def _carry_out(self, view: GroupView, wishes: Sequence[Wish]) -> bool:
        """Do what is wished; True when the strategy is to be called again, with its grant."""
        if not wishes:
            return False
        kept = self._desk.state.kept.get(view.key)
        quiet = kept is not None and view.at < kept.quiet_until
        again = refused = False
        entered: list[str] = []
        for wish in wishes:
            match wish:
                case Withdraw():
                    self._desk.cancel(wish.order_id, view.at, wish.reason)
                case Reserve() if not quiet and not refused:
                    refused = not self._reserve(wish)
                    again = not refused
                case OrderRequest(leg="entry") if not quiet and not refused:
                    refused = not self._enter(view, wish, entered)
                case OrderRequest(leg="stop" | "target" | "exit" | "cross"):
                    self._ask(view, wish)
                case Reserve() | OrderRequest():
                    pass
                case _:
                    assert_never(wish)
        if refused:
            self._kept(view).quiet_until = view.at + QUIET_MS
            self._release()
        return again

    def _ask(self, view: GroupView, request: OrderRequest) -> None:
        if request.leg != "exit":
            self._desk.ask(request)
        elif (holding := view.holding(request.symbol)) is not None:
            self._exits.leave(holding, request.at, request.reason)

    def _enter(self, view: GroupView, request: OrderRequest, entered: list[str]) -> bool:
        """Ask for an entry; of several legs all are entered as asked for, or none."""
        order = self._desk.ask(request)
        if order is not None:
            entered.append(order.id)
        if len(view.symbols) > 1 and (order is None or order.qty != request.qty):
            for order_id in entered:
                self._desk.cancel(order_id, view.at, "another leg was refused")
            return False
        if order is not None and request.symbol not in self._desk.state.grants:
            self._began(request)
        return order is not None

    def _reserve(self, wish: Reserve) -> bool:
        state, request = self._desk.state, wish.request
        if request.symbol in state.grants:
            return False
        order = self._desk.judge(request)
        other = None if order is None or wish.other is None else self._desk.judge(wish.other)
        if order is None or (other is None and wish.other is not None):
            return False
        loss, sold = order.reserved_risk / order.qty, None if other is None else other.qty
        state.grants[request.symbol] = Grant(request.strategy, order.qty, wish.hedged, loss, sold)
        self._began(request, other is not None)
        return True

    def _began(self, request: OrderRequest, either: bool = False) -> None:
        record = self._desk.state.strategies.setdefault(request.strategy, StrategyRecord())
        side = "Long or Short" if either else "Long" if request.side == "buy" else "Short"
        record.last_signal = f"{side} {request.symbol}"
        record.signals += 1

    def _keep(self, view: GroupView) -> None:
        kept = self._kept(view)
        kept.memory = b"" if view.memory is None else msgspec.msgpack.encode(view.memory)
        kept.reason = ""
        if view.memory is None:
            kept.quiet_until = view.at + QUIET_MS
            self._release()

    def _kept(self, view: GroupView) -> Kept:
        return self._desk.state.kept.setdefault(view.key, Kept(view.plan.strategy.name))

    def _release(self) -> None:
        """A grant ends with the memory of whoever had it."""
        state = self._desk.state
        used = {(view.strategy, symbol) for view in self.views if view.memory is not None for symbol in view.symbols}
        for symbol in [symbol for symbol, grant in state.grants.items() if (grant.strategy, symbol) not in used]:
            del state.grants[symbol]

    def _say(self, plan: StrategyPlan, symbols: Sequence[str], reason: str) -> None:
        record = self._desk.state.strategies.setdefault(plan.id, StrategyRecord())
        record.last_signal = f"Neutral {', '.join(symbols)}: {reason}"


def key_of(strategy: str, symbols: Sequence[str]) -> str:
    """The name of a group's memory."""
    return f"{strategy} {' '.join(symbols)}"


def family(strategy: str) -> str:
    """The id without the mark of a retired version (`grid~2` is of `grid`)."""
    return strategy.partition("~")[0]


def pass_on(state: DeskState, before: str, after: str, symbols: Sequence[str]) -> None:
    """What a version remembers of these symbols becomes another's, as its positions there do; the rest is forgotten."""
    for key in [key for key in state.kept if key.startswith(f"{before} ")]:
        kept, group = state.kept.pop(key), key.split(" ")[1:]
        if any(symbol in symbols for symbol in group):
            state.kept[key_of(after, group)] = kept
    for symbol in [symbol for symbol, grant in state.grants.items() if grant.strategy == before and symbol in symbols]:
        state.grants[symbol] = msgspec.structs.replace(state.grants[symbol], strategy=after)
