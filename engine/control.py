"""What the bot and the terminal may ask of a running desk: typed commands in, frozen views out."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from engine.model.account import ClosedTrade
from engine.model.commands import Action, LineupAction, SetMode
from engine.model.errors import BadInput
from engine.model.facts import MarketState
from engine.model.history import RiskHistory, Together
from engine.model.instrument import Instrument
from engine.model.limits import RiskLimits
from engine.model.market import HOUR_MS, MINUTE_MS, Bars, Timeframe
from engine.model.member import Member
from engine.model.messages import Command
from engine.model.views import (
    AnalysisView,
    Answer,
    DecisionView,
    LogLine,
    ModeView,
    PnlView,
    RiskView,
    StatusView,
    StrategyView,
    WhyView,
)
from engine.pictures import pictures, usage
from engine.plan import StrategyPlan
from engine.ports import Archive, Shelf
from engine.runner import Runner

PERIODS = {"24h": 86_400_000, "7d": 7 * 86_400_000, "30d": 30 * 86_400_000}
"""Periods of the result screen in market ms; `all` is everything."""
SPANS = {"24h": MINUTE_MS, "7d": 10 * MINUTE_MS, "30d": HOUR_MS}
"""What one point of a chart of such a period stands for."""


class Control(Protocol):
    """The one door between people and the engine. Reads are immediate pictures of the core's state."""

    def status(self) -> StatusView:
        """Everything the status and positions screens show."""

    def risk(self) -> RiskView:
        """Limits with their use, breakers, settings."""

    async def risk_history(self, period: str) -> RiskHistory:
        """Risk over `24h`, `7d`, `30d` or `all` of market time, as it was marked."""

    def together(self) -> Together:
        """How what is held moves together."""

    def strategies(self) -> Sequence[StrategyView]:
        """Every strategy on disk, running or not."""

    def startable(self, strategy: str) -> Member:
        """What would start under this id; BadInput when there is nothing, or it cannot run here."""

    def member(self, strategy: str) -> Member:
        """What runs under this id, else what is there to be started; BadInput when there is neither."""

    def check(self, action: LineupAction) -> None:
        """BadInput when a change of strategies would be refused as things are now."""

    def mode(self) -> ModeView:
        """Mode, ceiling, and what LIVE would need."""

    async def pnl(self, period: str) -> PnlView:
        """Results of `24h`, `7d`, `30d` or `all` of market time."""

    async def trades(self, limit: int) -> Sequence[ClosedTrade]:
        """The newest closed trades, newest last."""

    async def why(self, key: str) -> WhyView | None:
        """The decision record of a trade, an order or a key of `decisions`, with what followed."""

    async def decisions(self, limit: int) -> Sequence[DecisionView]:
        """The newest decisions about entries, newest last."""

    def symbols(self) -> Sequence[str]:
        """Every symbol of this desk's market, in order."""

    def instrument(self, symbol: str) -> Instrument:
        """A symbol's rules."""

    async def analysis(self, symbol: str, strategy: str | None = None) -> AnalysisView:
        """What the running strategies, or the named one, say of the newest closed bar of a symbol."""

    def candles(self, symbol: str, timeframe: Timeframe, count: int) -> Bars:
        """The newest closed bars of a series, none of a series that nobody reads."""

    def logs(self, count: int) -> Sequence[LogLine]:
        """The newest log lines, redacted, oldest first."""

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        """Hand a command to the core; returns its answer once the step is on disk."""


class Setting(msgspec.Struct, frozen=True):
    """Facts of this run that views show."""

    mode: str
    ceiling: str
    """The highest mode BOT_MODE allows."""
    demo: bool
    venue: str
    limits: RiskLimits
    """As configured, before anything changed in chat."""
    logs: Callable[[int], Sequence[LogLine]]
    monotonic: Callable[[], float]
    market_state: Callable[[Bars], MarketState] = lambda minutes: "UNKNOWN"
    """Whether the market is in balance (strategies.md 6.1), read from closed minutes without a hole."""
    refusal: Callable[[StrategyPlan], str | None] | None = None
    """Why the checks of a strategy refuse it for LIVE (`engine.proof.verdicts`); without it nothing is checked."""


class DeskControl:
    """Control of a running desk: pictures of its core, commands through its inbox."""

    def __init__(self, runner: Runner, archive: Archive, setting: Setting, shelf: Shelf | None = None) -> None:
        self._runner = runner
        self._shelf = shelf
        self._archive = archive
        self._setting = setting
        self._began = setting.monotonic()

    def status(self) -> StatusView:
        """Everything the status and positions screens show."""
        now = self._setting.monotonic()
        fed = self._runner.fed
        return pictures.status(
            self._runner.core,
            mode=self._setting.mode,
            venue=self._setting.venue,
            feed_age_ms=None if fed is None else int((now - fed) * 1000),
            uptime_ms=int((now - self._began) * 1000),
        )

    def risk(self) -> RiskView:
        """Limits with their use, breakers, settings."""
        return pictures.risk(self._runner.core, self._setting.limits)

    async def risk_history(self, period: str) -> RiskHistory:
        """Risk over `24h`, `7d`, `30d` or `all` of market time: a thousand points or so, of `all` those of hours."""
        core, span = self._runner.core, PERIODS.get(period)
        since, every = (0, HOUR_MS) if span is None else (core.state.now - span, SPANS[period])
        return usage.history(core, period, await self._archive.marks(since, every))

    def together(self) -> Together:
        """How what is held moves together."""
        return usage.together(self._runner.core)

    def strategies(self) -> Sequence[StrategyView]:
        """Every strategy of the desk, then those that could be started."""
        core = self._runner.core
        running = [msgspec.structs.replace(view, refusal=self._refusals().get(view.id)) for view in
                   pictures.strategies(core)]  # fmt: skip
        return running if self._shelf is None else pictures.on_shelf(core, running, self._shelf.members())

    def startable(self, strategy: str) -> Member:
        """What would start under this id; BadInput when there is nothing, or it cannot run here.

        A file starts on those of its symbols that this market has; of one that has none here they stay, to be refused.
        """
        member, bases = self._shelved(strategy), self._runner.core.lineup.bases
        here = tuple(symbol for symbol in member.symbols if symbol in bases)
        return msgspec.structs.replace(member, symbols=here or member.symbols)

    def member(self, strategy: str) -> Member:
        """What runs under this id, else what is there to be started; BadInput when there is neither."""
        lineup = self._runner.core.lineup
        return lineup.member(strategy) if strategy in lineup.ids else self._shelved(strategy)

    def _shelved(self, strategy: str) -> Member:
        if self._shelf is None:
            raise BadInput("This desk's strategies cannot be changed while it runs.")
        return self._shelf.member(strategy)

    def check(self, action: LineupAction) -> None:
        """BadInput when a change of strategies would be refused as things are now."""
        self._runner.core.commands.strategies.check(action)

    def _refusals(self) -> dict[str, str | None]:
        """What the checks of each strategy of the desk say; empty where nothing is checked."""
        ask = self._setting.refusal
        return {} if ask is None else {plan.id: ask(plan) for plan in self._runner.core.lineup.plans}

    def mode(self) -> ModeView:
        """Mode, ceiling, and what LIVE would need."""
        s = self._setting
        missing = ["a live broker (this version simulates)"]
        if s.ceiling != "LIVE":
            missing.insert(0, "BOT_MODE=LIVE")
        return ModeView(s.mode, s.ceiling, s.demo, s.venue, (*missing, *self._unfit()))

    def _unfit(self) -> tuple[str, ...]:
        """What LIVE would need of the strategies that are on."""
        on = {view.id for view in pictures.strategies(self._runner.core) if view.on}
        missing = []
        for strategy, refusal in self._refusals().items():
            if strategy not in on:
                continue
            if refusal is None:
                missing.append(f"the checks of {strategy}, which are not done yet")
            elif refusal:
                missing.append(f"{strategy} without faults ({refusal})")
        return tuple(missing)

    async def pnl(self, period: str) -> PnlView:
        """Results of `24h`, `7d`, `30d` or `all` of market time."""
        core = self._runner.core
        span = PERIODS.get(period)
        since = 0 if span is None else core.state.now - span
        trades = await self._archive.trades(since)
        marks = await self._archive.marks(since)
        return pictures.pnl(core, period, since, trades, marks)

    async def trades(self, limit: int) -> Sequence[ClosedTrade]:
        """The newest closed trades, newest last."""
        return await self._archive.trades(limit=limit)

    async def why(self, key: str) -> WhyView | None:
        """The decision record of a trade or order."""
        decided = await self._archive.decision(key) or await self._archive.decision(key.upper())
        if decided is None:
            return None
        version = await self._archive.version(decided.strategy, decided.at)
        if decided.trade is None:
            return WhyView(decided, None, version=version)
        trades = await self._archive.trades(since=decided.at)
        ended = next((trade for trade in trades if trade.trade == decided.trade), None)
        return WhyView(decided, ended, tuple(await self._archive.orders(decided.trade)), version)

    async def decisions(self, limit: int) -> Sequence[DecisionView]:
        """The newest decisions about entries, newest last."""
        return await self._archive.decisions(limit)

    def symbols(self) -> Sequence[str]:
        """Every symbol of this desk's market, in order."""
        return sorted(self._runner.core.series)

    def instrument(self, symbol: str) -> Instrument:
        """A symbol's rules."""
        return self._runner.core.desk.instruments[symbol]

    async def analysis(self, symbol: str, strategy: str | None = None) -> AnalysisView:
        """What the running strategies, or the named one, say of the newest closed bar of a symbol."""
        minutes = pictures.candles(self._runner.core, symbol, "1m", None)
        state = await asyncio.to_thread(self._setting.market_state, minutes) if len(minutes) else "UNKNOWN"
        return pictures.analysis(self._runner.core, symbol, strategy, state)

    def candles(self, symbol: str, timeframe: Timeframe, count: int) -> Bars:
        """The newest closed bars of a series, none of a series that nobody reads."""
        return pictures.candles(self._runner.core, symbol, timeframe, count)

    def logs(self, count: int) -> Sequence[LogLine]:
        """The newest log lines, redacted, oldest first."""
        return self._setting.logs(count)

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        """Hand a command to the core; returns its answer once the step is on disk."""
        if isinstance(action, SetMode):
            action = msgspec.structs.replace(action, unfit=self._unfit())
        answer = self._runner.answer(intent)
        self._runner.post(Command(self._runner.core.state.now, actor, intent, action, inbox))
        return await answer
