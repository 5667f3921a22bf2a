"""The core: one event in, its effects out. Synchronous and pure: no clock, no I/O, no randomness."""

from math import inf
from typing import assert_never
from zoneinfo import ZoneInfo

from engine import ledger
from engine.candles import KnownSeries, Series
from engine.desk.background import Background
from engine.desk.brackets import rebracketed, restored
from engine.desk.calendar import Calendar
from engine.desk.commanding import CommandDesk
from engine.desk.desk import Desk
from engine.desk.entries import EntryDesk
from engine.desk.exchanges import ExchangeDesk
from engine.desk.fills import FillDesk, liquidated
from engine.desk.lineup import Lineup, stocked
from engine.desk.quoting import QuoteDesk
from engine.exits import ExitDesk
from engine.ledger import fund, transfer
from engine.model.facts import CandleRefused, FundingBooked, LinkMoved, MoneyMoved
from engine.model.instrument import Instrument
from engine.model.market import SPAN_MS, Timeframe
from engine.model.messages import (
    BracketsChanged,
    CandleClosed,
    Command,
    Effect,
    Event,
    FundingSettled,
    LinkDown,
    LinkUp,
    OrderAccepted,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OutcomeUnknown,
    Quote,
    Timer,
    Transferred,
    VenueSnapshot,
)
from engine.plan import Plan, StrategyPlan
from engine.ports import Quoting, Resolver
from engine.risk.breakers import Breakers
from engine.risk.inverse_breakers import InverseBreakers
from engine.risk.pauses import Pauses
from engine.scoring.backdrop import Backdrop, Teller
from engine.scoring.evaluate import Evaluator, WindowEvaluator, others
from engine.signals import record
from engine.state import DeskState, Holding, fresh


class Core:
    """The desk's mind. `handle` is the only way in; the same events always give the same effects."""

    def __init__(
        self,
        plan: Plan,
        instruments: dict[str, Instrument],
        bases: dict[str, Timeframe],
        evaluator: Evaluator,
        state: DeskState | None = None,
        journaled: bool = True,
        resolver: Resolver | None = None,
        teller: Teller | None = None,
    ) -> None:
        self.plan = plan
        self.evaluator = evaluator
        self.state = state or fresh(plan.cash)
        restored(instruments, self.state)
        self.desk = Desk(plan, instruments, self.state, journaled)
        self.entries = EntryDesk(self.desk, evaluator, Backdrop(evaluator, teller))
        self.entries.backdrop.hold([symbol for symbol, base in bases.items() if base == "1m"])
        self.exits = ExitDesk(self.desk)
        self.breakers = InverseBreakers(self.desk) if self.desk.inverse else Breakers(self.desk)
        self.pauses = Pauses(self.desk)
        self.desk.refused = self.pauses.refused
        self.lineup = Lineup(plan, self.state, bases, resolver)
        self.commands = CommandDesk(self.desk, self.exits, (self.breakers, self.pauses), self.lineup, plan.limits)
        self.quotes = QuoteDesk(self.desk, self.exits)
        self._fills = (ExchangeDesk if self.desk.gate.crosses else FillDesk)(self.desk, self.exits)
        zone = ZoneInfo(plan.zone)
        self.calendar = Calendar(self.desk, self.breakers, self.pauses, zone)
        wanted = self._line_up()
        if self.lineup.changeable:
            wanted = {symbol: set(stocked(base)) for symbol, base in bases.items()}
        self.series = {s: Series(s, base, frozenset(wanted.get(s, ()))) for s, base in bases.items()}
        self.desk.gate.series = self.series
        self.background = Background(self.state, self.series, evaluator, zone)
        self._trade()

    def _line_up(self) -> dict[str, set[Timeframe]]:
        """Take up the strategies as they are now; gives the timeframes they read of each symbol."""
        lineup, evaluator = self.lineup, self.evaluator
        if lineup.changed:
            lineup.refresh()
        self.exits.line_up(lineup.plans)
        self.desk.line_up(lineup.plans)
        wanted: dict[str, set[Timeframe]] = {}
        self._plans: dict[tuple[str, Timeframe], list[StrategyPlan]] = {}
        self.watches = bool(self.exits.watchful)
        """Whether some strategy's exit rules look at every bar."""
        self._watched = {p.id: p.timeframe for p in lineup.plans if p.id in self.exits.watchful}
        for strategy in lineup.plans:
            for symbol in strategy.symbols:
                timeframes = {t for t in others(strategy) if SPAN_MS[t] >= SPAN_MS[lineup.bases[symbol]]}
                wanted.setdefault(symbol, set()).update(timeframes, (strategy.timeframe,))
                if not isinstance(strategy.strategy, Quoting):
                    self._plans.setdefault((symbol, strategy.timeframe), []).append(strategy)
        self.entries.traded = len({symbol for symbol, _ in self._plans})
        if lineup.changeable and isinstance(evaluator, WindowEvaluator):
            lineup.stock(evaluator, (*lineup.plans, *lineup.shadowed.values()))
        self.quotes.line_up(lineup.plans, evaluator, lineup.bases)
        return wanted

    def _trade(self) -> None:
        """Note which symbols are traded: a desk holds bars of the others too, for strategies still to come."""
        traded = {symbol for symbol, _ in self._plans}
        for series in self.series.values():
            series.traded = series.symbol in traded

    def handle(self, event: Event) -> list[Effect]:
        """Take one event; returns everything that comes of it, in order."""
        desk, state, at = self.desk, self.state, event.at
        out = desk.out = []
        if at > state.now and type(event) is not Quote:
            state.now = at
            if at >= state.wakes or state.candidates:
                self._clock(event)
        if type(event) is CandleClosed:
            self._on_candle(event)
        elif type(event) is OrderFilled:
            if self.quotes.active:
                self._on_quoted_fill(event)
            else:
                self._on_fill(event)
        else:
            self._seldom(event)
        if desk.canceled:
            self._fills.gone(at)
        return out

    def _seldom(self, event: Event) -> None:
        match event:
            case CandleClosed():
                self._on_candle(event)
            case Timer():
                self._on_timer(event)
            case OrderFilled():
                self._on_fill(event)
            case OrderAccepted() | OrderCanceled() | OrderRejected() | OrderExpired() | OutcomeUnknown():
                self._fills.on_fact(event)
                if isinstance(event, OrderRejected):
                    self.pauses.rejected(event.at)
            case Quote():
                # The venue fills on quotes. Time and marks go on without those that no strategy watches: a replay
                # needs none of them.
                if self.quotes.marked(event):
                    self._watch(event.symbol, event.at)
                    self.quotes.on_quote(event)
            case BracketsChanged():
                rebracketed(self.desk, self.exits, event)
            case Transferred():
                self._on_transfer(event)
            case FundingSettled():
                self._on_funding(event)
                self.quotes.on_funding(event)
            case Command():
                self.commands.on_command(event)
                self._change()
            case LinkDown():
                self._on_link(event, False)
            case LinkUp():
                self._on_link(event, True)
            case VenueSnapshot():
                pass
            case _:
                assert_never(event)

    def _change(self) -> None:
        """Go on with other strategies, if an event has changed them."""
        if self.lineup.changed:
            self._line_up()
            self._trade()
            self.quotes.tidy(self.state.now)

    def idle(self, timer: Timer) -> bool:
        """Whether nothing would come of this Timer: a backtest, which keeps no journal, passes over it."""
        state = self.state
        return timer.at < state.wakes and not state.candidates and not state.flattening and not self.quotes.active

    def usable(self, event: Event) -> bool:
        """Whether the desk will take this market event; the venue must not trade on one that is refused."""
        if not isinstance(event, CandleClosed):
            return True
        series = self.series.get(event.symbol)
        return series is not None and series.refusal(event) is None

    def band(self, symbol: str) -> tuple[float, float]:
        """A bar above the one price and below the other brings the desk nothing to decide but what scores say."""
        holding = self.state.holdings.get(symbol)
        if holding is None:
            return self.breakers.band(symbol) if self.state.holdings else (-inf, inf)
        if self._watched.get(holding.strategy) == self.series[symbol].base:
            return inf, -inf
        return self.breakers.band(symbol)

    def passed(self, series: KnownSeries, at: int, open_at: int, close: float) -> None:
        """Nothing came of the bars of a series up to the one that opened at `open_at`, but that a position aged."""
        state, symbol = self.state, series.symbol
        series.skip(open_at)
        state.marks[symbol], state.marked_at[symbol] = close, at

    def aged(self, series: KnownSeries, open_at: int) -> None:
        """A position has become older by the bars of its series up to this one, where exit rules count them."""
        holding = self.state.holdings.get(series.symbol)
        if holding is not None and (timeframe := self._watched.get(holding.strategy)) is not None:
            holding.bars_held += series.completed(timeframe, open_at)

    def strike(self, at: int) -> list[Effect]:
        """An hour begins with bars that have passed already."""
        out: list[Effect] = []
        self.desk.out = out
        self.calendar.wake(at)
        return out

    def _clock(self, event: Event) -> None:
        state, at = self.state, event.at
        if state.candidates and self.entries.overdue(at):
            self.entries.enter(at)
        if at >= state.wakes and not isinstance(event, CandleClosed | Quote):
            self.calendar.wake(at)

    def _on_candle(self, candle: CandleClosed) -> None:
        state, symbol, at, close = self.state, candle.symbol, candle.at, candle.close
        series = self.series.get(symbol)
        code = "unknown_symbol" if series is None else series.refuse(candle)
        if series is None or code is not None:
            counts = state.refused.setdefault(symbol, {})
            counts[str(code)] = counts.get(str(code), 0) + 1
            self.desk.tell(CandleRefused(candle.at, symbol, candle.timeframe, str(code), counts[str(code)]))
            return
        if not candle.backfilled:
            state.marks[symbol], state.marked_at[symbol] = close, at
        elif series.closed_at > state.marked_at.get(symbol, -1):
            state.marks[symbol], state.marked_at[symbol] = candle.close, series.closed_at
        if candle.quote is not None:
            self.quotes.known(candle.quote)
        if at >= state.wakes:
            self.calendar.wake(at)
        self._watch(symbol, at)
        if series.silent:
            pass
        elif series.gathers or self.quotes.active:
            self._gathered(candle, series)
        elif series.scored:
            self.evaluator.push(candle)
            if not candle.backfilled:
                self._closed(candle)
        if series.traded:
            self.entries.closed(series.closed_at, at)

    def _watch(self, symbol: str, at: int) -> None:
        """A symbol has a new mark: equity may have come to a line of the breakers."""
        state = self.state
        if state.holdings and not self.breakers.calm(symbol, state.marks[symbol]) and self.breakers.watch(at):
            self.commands.flatten("emergency", at)

    def _gathered(self, candle: CandleClosed, series: Series) -> None:
        """A candle of which longer bars are made too: all that close together are known before any is acted on."""
        bars = [candle, *series.longer(candle)] if series.scored else series.longer(candle)
        for bar in bars:
            self.evaluator.push(bar)
        if not candle.backfilled:
            for bar in bars:
                self._closed(bar)
            if self.quotes.active:
                self.quotes.on_candle(candle, bars)

    def _closed(self, bar: CandleClosed) -> None:
        plans = self._plans.get((bar.symbol, bar.timeframe))
        if plans is None:
            return
        symbol = bar.symbol
        holding, deaf = self.state.holdings.get(symbol), self.series[symbol].deaf
        for plan in plans:
            own = holding is not None and holding.strategy == plan.id
            if deaf and not own:
                continue
            row = self.evaluator.row(plan, symbol, bar.open_at)
            if holding is not None and own:
                holding.bars_held += 1
                if row is not None or plan.id in self.exits.watchful:
                    self.exits.on_bar(holding, plan, bar, row)
            if row is not None and row.score != 0:
                self.entries.signalled(
                    plan, bar, row, record(plan, row, bar, self.desk.instruments[symbol], self.plan.bracket)
                )

    def _on_quoted_fill(self, fill: OrderFilled) -> None:
        """A fill that is told to the strategy whose order or position it is."""
        state = self.state
        known = f"{fill.symbol} {fill.trade_id}" in state.trade_ids
        live, holding = self.desk.order(fill.order_id), state.holdings.get(fill.symbol)
        self._on_fill(fill)
        if known:
            return
        holding = holding or state.holdings.get(fill.symbol)
        owner = holding.strategy if holding is not None else "" if live is None else live.order.strategy
        if owner:
            self.quotes.on_fill(fill, live, owner)

    def _on_fill(self, fill: OrderFilled) -> None:
        if fill.maker:  # price has come to an order that rested: the close before is no price of now any more
            self.state.marks[fill.symbol] = float(fill.price)
        flat = self._fills.on_fill(fill)
        if flat is not None:
            self.pauses.closed(flat, fill.at)
        if self.breakers.watch(fill.at):
            self.commands.flatten("emergency", fill.at)
        if flat is not None:
            self._flat(flat, fill)

    def _flat(self, holding: Holding, fact: OrderFilled) -> None:
        if holding.strategy in self.state.retired:
            self.commands.strategies.gone(holding.strategy)
            self._change()
        if liquidated(fact):
            self.commands.flatten("liquidation", fact.at)
            return
        self.entries.reverse(holding, fact.at)

    def _on_timer(self, timer: Timer) -> None:
        if self.state.flattening:
            self.commands.go_on_flattening(timer.at)
        self.calendar.minute(timer.at)
        if self.state.shadows:
            self.commands.strategies.over(timer.at)
        self.quotes.on_timer(timer)

    def _on_funding(self, event: FundingSettled) -> None:
        state = self.state
        holding = state.holdings.get(event.symbol)
        if event.at <= state.funded.get(event.symbol, -1):
            return
        state.funded[event.symbol] = event.at
        if holding is None:
            return
        mark = event.mark if event.mark is not None else ledger.mark(state, holding)
        cash = fund(state, holding, event.rate, mark)
        self.desk.tell(FundingBooked(event.at, event.symbol, cash, event.rate))
        if self.breakers.watch(event.at):
            self.commands.flatten("emergency", event.at)

    def _on_transfer(self, event: Transferred) -> None:
        if not transfer(self.state, event.transfer_id, event.amount):
            return
        self.breakers.paid_in(event.amount)
        self.desk.tell(MoneyMoved(event.at, event.amount, ledger.account(self.state)))
        if self.breakers.watch(event.at):
            self.commands.flatten("emergency", event.at)

    def _on_link(self, event: LinkDown | LinkUp, up: bool) -> None:
        if self.state.links.get(event.link, True) == up:
            self.state.links[event.link] = up
            return
        self.state.links[event.link] = up
        self.pauses.heard(event.link, event.at, up)
        self.desk.tell(LinkMoved(event.at, event.link, up, event.text if isinstance(event, LinkDown) else ""))
