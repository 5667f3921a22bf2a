"""A world for tests: a desk over candles written by hand, with a strategy that says what a table says.

`Desk({1: long(stop=99)})` trades one symbol on 1m bars; bar i opens i minutes after START. With `venue=False`
nobody fills orders but the test itself: `desk.feed(desk.filled(order, "0.5"))`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
import numpy as np

from engine import ledger
from engine.core import Core
from engine.model.commands import Action
from engine.model.facts import Denied, Fact, TradeClosed
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits, with_settings
from engine.model.market import SPAN_MS, Aim, BarsByTimeframe, Exits, Scores, Timeframe
from engine.model.messages import Cancel, CandleClosed, Command, Effect, Event, OrderFilled, Quote, Report, Submit
from engine.model.orders import ApprovedOrder, Side
from engine.plan import Bracket, Costs, Plan, StrategyPlan
from engine.ports import Params, Resolver, Source
from engine.scoring.evaluate import Evaluator, WindowEvaluator
from engine.simbroker import SimBroker
from engine.simulation.drive import Driver
from engine.simulation.script import Script
from engine.simulation.scripted import ScriptedBroker
from engine.simulation.venue import SimState
from engine.state import Holding
from tests.scripted import START

D = Decimal
FREE = Costs(fee=Decimal(0))
"""A venue that takes nothing, for round numbers."""
WIDE = {
    "MAX_POSITION_SIZE_PERCENT": "100",
    "MAX_DAILY_LOSS_PERCENT": "50",
    "EMERGENCY_STOP_LOSS_PERCENT": "90",
    "MAX_LEVERAGE": "2",
    "MAX_WEEKLY_LOSS_PERCENT": "90",
    "MAX_HEAT_PERCENT": "50",
    "MAX_STRESS_HEAT_PERCENT": "50",
    "MAX_CORRELATED_EXPOSURE": "50",
    "CONSECUTIVE_LOSSES": "none",
    "VOLATILITY_HALT_K": "100",
    "VOLATILITY_HALT_M": "none",
    "BAD_PRICE_PERCENT": "50",
}
"""Limits that stay out of the way; risk per trade remains 2 %."""


class Say(msgspec.Struct, frozen=True):
    """What a scripted strategy says of one bar."""

    score: float = 0.0
    stop: float = np.nan
    target: float = np.nan
    exit_long: bool = False
    exit_short: bool = False
    aims: tuple[tuple[float, float], ...] = ()
    """Share and price of each target, where there are several."""
    trail: float = np.nan
    """How far behind the best close the stop follows."""


def long(stop: float = np.nan, target: float = np.nan, score: float = 60.0) -> Say:
    """A long signal, which also asks shorts to leave."""
    return Say(score, stop, target, exit_short=True)


def short(stop: float = np.nan, target: float = np.nan, score: float = 60.0) -> Say:
    """A short signal, which also asks longs to leave."""
    return Say(-score, stop, target, exit_long=True)


LEAVE = Say(exit_long=True, exit_short=True)


class Scripted:
    """A strategy by table: bar number -> what it says."""

    name = "scripted"
    timeframes: tuple[Timeframe, ...] = ("1m",)
    params_type: type[Params] = msgspec.defstruct("Nothing", [])

    def __init__(self, table: Mapping[int, Say], exits: Exits | None = None) -> None:
        self.table = table
        self._exits = exits or Exits()

    def check(self, params: Any) -> str | None:
        return None

    def warmup(self, params: Any) -> int:
        return 1

    def first_bar(self, params: Any) -> int:
        return 0

    def reads(self, params: Any) -> Mapping[Timeframe, int]:
        return {}

    def exits(self, params: Any) -> Exits:
        return self._exits

    def evaluate(self, bars: BarsByTimeframe, params: Any) -> Scores:
        timeframe, columns = next(iter(bars.items()))
        says = [self.table.get((int(ts) - START) // SPAN_MS[timeframe], Say()) for ts in columns.ts]
        score = np.array([say.score for say in says])
        most = max((len(say.aims) for say in says), default=0)
        aims = [[(*say.aims, *[(0.0, np.nan)] * most)[place] for say in says] for place in range(most)]
        return Scores(
            score,
            np.abs(score),
            np.array([say.stop for say in says]),
            np.array([say.target for say in says]),
            np.zeros(len(says), np.int8),
            ("scripted",),
            np.array([say.exit_long for say in says]),
            np.array([say.exit_short for say in says]),
            setup="scripted",
            trail=np.array([say.trail for say in says]) if self._exits.trail_scored else None,
            aims=tuple(Aim(max(share for share, _ in each), np.array([price for _, price in each])) for each in aims),
        )


class Desk:
    """Core, simulated venue and driver in one line. `says`: one table, or one for each symbol (its strategy's id)."""

    def __init__(
        self,
        says: Mapping[int, Say] | Mapping[str, Mapping[int, Say]] | None = None,
        *,
        settings: Mapping[str, str] = WIDE,
        costs: Costs = FREE,
        exits: Exits | None = None,
        timeframe: Timeframe = "1m",
        instruments: Sequence[Instrument] = (),
        bracket: Bracket | None = None,
        strategies: Sequence[StrategyPlan] = (),
        cash: str = "10000",
        zone: str = "UTC",
        venue: bool = True,
        resolver: Resolver | None = None,
        script: Script | None = None,
    ) -> None:
        tables: dict[str, Any] = {"BTC": says or {}}
        if says and all(isinstance(key, str) for key in says):
            tables = dict(says)  # type: ignore[arg-type]
        known = {i.symbol: i for i in instruments}
        self.instruments = {s: known.get(s, Instrument(s, s, "USDT")) for s in [*tables, *known]}
        self.symbol = next(iter(tables))
        plans = tuple(strategies) or tuple(
            StrategyPlan("scripted" if s == "BTC" else s, Scripted(t, exits), None, timeframe, (s,))
            for s, t in tables.items()
        )
        self.plan = Plan(plans, with_settings(RiskLimits(), settings), costs, D(cash), bracket or Bracket(), zone)
        self.venue = venue
        self.resolver = resolver
        self.script = script
        self.effects: list[Effect] = []
        self.turns: list[tuple[Event, list[Effect]]] = []
        self.bars = dict.fromkeys(self.instruments, 0)
        self.start_over(WindowEvaluator(plans))

    def start_over(self, evaluator: Evaluator) -> None:
        """A fresh core and venue for the same plan."""
        bases: dict[str, Timeframe] = dict.fromkeys(self.instruments, "1m")
        self.core = Core(self.plan, self.instruments, bases, evaluator, resolver=self.resolver)
        self.trade_at(None)

    def trade_at(self, remembered: SimState | None) -> None:
        """A simulated venue that remembers so much."""
        venue = SimBroker if self.script is None else partial(ScriptedBroker, self.script)
        self.broker = venue(self.instruments, self.plan.costs, self.plan.limits.max_leverage, remembered)
        self.driver = Driver(self.core, self.broker, self._note)

    def _note(self, event: Event, effects: list[Effect]) -> None:
        self.turns.append((event, effects))
        self.effects += effects

    @property
    def now(self) -> int:
        """Close of the newest bar of the first symbol."""
        return START + 60_000 * self.bars[self.symbol]

    def feed(self, *events: Event) -> list[Effect]:
        """Events from outside; gives what came of them."""
        before = len(self.effects)
        for event in events:
            if self.venue:
                self.driver.take(event)
            else:
                self._note(event, self.core.handle(event))
        return self.effects[before:]

    def play(self, source: Source) -> None:
        """A whole recorded market."""
        self.feed(*source.events())

    def bar(
        self,
        close: float,
        *,
        open: float | None = None,  # noqa: A002
        high: float | None = None,
        low: float | None = None,
        volume: float = 1000.0,
        symbol: str = "",
        late: int = 0,
        backfilled: bool = False,
        quote: Quote | None = None,
    ) -> list[Effect]:
        """The next bar of a symbol; what is not given is the close, or what contains open and close."""
        symbol = symbol or self.symbol
        opened = START + 60_000 * self.bars[symbol]
        self.bars[symbol] += 1
        first = close if open is None else open
        top = max(first, close) if high is None else high
        bottom = min(first, close) if low is None else low
        return self.feed(
            CandleClosed(
                opened + 60_000 + late,
                symbol,
                "1m",
                opened,
                first,
                top,
                bottom,
                close,
                volume,
                backfilled=backfilled,
                quote=quote,
            )
        )

    def walk(self, *closes: float) -> None:
        """Bars that open and close at one price each."""
        for close in closes:
            self.bar(close)

    def command(self, action: Action, at: int | None = None) -> list[Effect]:
        """A person's command, a moment after the newest bar."""
        return self.feed(Command(self.now + 1 if at is None else at, 7, f"i{len(self.turns)}", action))

    def filled(
        self,
        order: ApprovedOrder,
        qty: str,
        price: str = "100",
        trade_id: str = "t1",
        fee: str = "0",
        side: Side | None = None,
    ) -> OrderFilled:
        """A fill as a venue would report it."""
        return OrderFilled(self.now, order.id, trade_id, order.symbol, side or order.side, D(qty), D(price), D(fee))

    def told[F: Fact](self, kind: type[F]) -> list[F]:
        """Reported facts of one kind, in order."""
        return [e.fact for e in self.effects if isinstance(e, Report) and isinstance(e.fact, kind)]

    @property
    def submitted(self) -> list[ApprovedOrder]:
        """Every order handed to the venue."""
        return [e.order for e in self.effects if isinstance(e, Submit)]

    def order(self, leg: str, nth: int = -1) -> ApprovedOrder:
        """A submitted order by what it is for; the newest unless said otherwise."""
        return [order for order in self.submitted if order.leg == leg][nth]

    @property
    def canceled(self) -> list[str]:
        """Ids of orders the desk asked to cancel."""
        return [e.order_id for e in self.effects if isinstance(e, Cancel)]

    @property
    def denied(self) -> list[str]:
        """Reason codes of refusals, in order."""
        return [fact.code for fact in self.told(Denied)]

    @property
    def trades(self) -> list[tuple[str, str, str, str]]:
        """Finished trades: entry price, exit price, amount, reason."""
        return [
            (f"{t.entry_price.normalize():f}", f"{t.exit_price.normalize():f}", f"{t.amount.normalize():f}", t.reason)
            for t in (fact.trade for fact in self.told(TradeClosed))
        ]

    def position(self, symbol: str = "") -> Holding | None:
        """The open position, if there is one."""
        return self.core.state.holdings.get(symbol or self.symbol)

    @property
    def qty(self) -> Decimal:
        """Signed quantity of the first symbol."""
        holding = self.position()
        return holding.qty if holding else D(0)

    @property
    def trading(self) -> str:
        """The trading state now."""
        return self.core.state.trading

    @property
    def equity(self) -> Decimal:
        """Equity now."""
        return ledger.account(self.core.state).equity
