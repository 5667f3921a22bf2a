"""Views for people, made from the core's state at one instant. Pure; all of one picture agree with one another."""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from engine import ledger
from engine.core import Core
from engine.desk.lineup import as_member
from engine.model.account import ClosedTrade
from engine.model.days import day_of
from engine.model.facts import EquityMarked, MarketState, TradingState
from engine.model.inverse import lost, profit, worth
from engine.model.limits import SETTINGS, RiskLimits, shown
from engine.model.market import Bars, Timeframe
from engine.model.member import Member
from engine.model.messages import CandleClosed
from engine.model.money import ZERO, exact
from engine.model.views import (
    AnalysisView,
    BreakerView,
    DayRow,
    OrderView,
    PnlView,
    PositionView,
    RiskView,
    SettingView,
    ShadowView,
    SignalView,
    StatusView,
    StrategyView,
    TargetView,
)
from engine.pictures.usage import usage
from engine.plan import StrategyPlan
from engine.risk.gross import gross_notional
from engine.risk.ladder import EXITS_ONLY
from engine.risk.max_drawdown import drawdown
from engine.scoring.evaluate import WindowEvaluator
from engine.scoring.windows import Window
from engine.signals import record, reward
from engine.state import DeskState, Holding, Shadowed, StrategyRecord
from engine.stats import profit_factor

BREAKERS = ("daily_loss", "max_drawdown", "reject_rate", "blind", "weekly_loss", "drawdown_ladder")
"""Those of the whole account, in the order in which the gate asks them."""


def position(holding: Holding, core: Core, equity: Decimal) -> PositionView:
    """One holding at its mark."""
    state = core.state
    mark = ledger.mark(state, holding)
    size, s = abs(holding.qty), 1 if holding.qty > 0 else -1
    inverse = holding.inverse
    unrealised, notional = profit(inverse, holding.qty, holding.avg, mark), size * worth(inverse, mark)
    return PositionView(
        symbol=holding.symbol,
        base=core.desk.instruments[holding.symbol].base,
        direction=holding.direction,
        qty=size,
        avg=holding.avg,
        mark=mark,
        notional=notional,
        leverage=notional / equity if equity > 0 else ZERO,
        unrealised=unrealised,
        pnl=unrealised + holding.realised - holding.fees + holding.funding,
        pnl_percent=s * (mark / holding.avg - 1),
        stop=holding.stop,
        target=holding.target,
        risk=None if holding.stop is None else lost(inverse, holding.qty, mark, holding.stop),
        fees=holding.fees,
        funding=holding.funding,
        strategy=holding.strategy,
        trade=holding.trade,
        opened_at=holding.opened_at,
        targets=tuple(TargetView(target.qty, target.price) for target in holding.targets),
        hit=holding.hit,
        version=version(core, holding.strategy),
        inverse=inverse,
    )


def version(core: Core, strategy: str) -> str:
    """Of a version that is gone but for its positions: what it has that the one in its place has not."""
    before = core.state.retired.get(strategy)
    if before is None:
        return ""
    family = strategy.partition("~")[0]
    if family not in core.lineup.ids:
        return f"{before.name}, which is off the desk"
    now = core.lineup.member(family)
    if (now.name, now.timeframe) != (before.name, before.timeframe):
        return f"{before.name} on {before.timeframe}"
    if now.document != before.document:
        return "the file as it was"
    plans = {plan.id: as_member(plan).params for plan in core.lineup.plans}
    was, is_now = plans[strategy], plans[family]
    changed = [f"{name}={text}" for name, text in was.items() if is_now.get(name) != text]
    changed += [f"no {name}" for name in is_now if name not in was]
    return ", ".join(changed) or "the same parameters"


def status(
    core: Core, *, mode: str, venue: str, feed_age_ms: int | None, uptime_ms: int, ready: bool = True
) -> StatusView:
    """The status screen."""
    state, limits = core.state, core.desk.gate.limits
    account = ledger.account(state)
    orders = tuple(
        OrderView(o.order.id, o.order.symbol, o.order.side, o.order.leg, o.order.type, o.order.qty, o.filled,
                  o.order.price or o.order.trigger, o.state)
        for o in state.orders.values()
    )  # fmt: skip
    return StatusView(
        at=state.now,
        mode=mode,
        venue=venue,
        state=effective(state),
        state_reason=reason(state),
        ready=ready,
        account=account,
        day_pnl=account.equity - state.day_base,
        day_base=state.day_base,
        exposure=gross_notional(state, core.desk.inverse),
        exposure_limit=limits.max_leverage * account.equity,
        drawdown=drawdown(state.hwm, account.equity),
        drawdown_limit=limits.emergency_stop_loss,
        positions=tuple(position(h, core, account.equity) for h in state.holdings.values()),
        orders=orders,
        pending_entries=sum(not o.order.reduce_only for o in state.orders.values()),
        feed_age_ms=feed_age_ms,
        links=tuple(sorted(state.links.items())),
        candles_refused=sum(sum(codes.values()) for codes in state.refused.values()),
        denials=state.denials,
        uptime_ms=uptime_ms,
    )


def tripped(state: DeskState) -> list[str]:
    """Names of the breakers that let nobody enter."""
    return [
        name
        for name in BREAKERS
        if name in state.breakers
        and state.breakers[name].tripped
        and (name != "drawdown_ladder" or state.rung >= EXITS_ONLY)
    ]


def effective(state: DeskState) -> TradingState:
    """The trading state in force: what people set, tightened by breakers."""
    return "REDUCING" if state.trading == "ACTIVE" and tripped(state) else state.trading


def reason(state: DeskState) -> str:
    """Why the desk is not simply ACTIVE."""
    if state.trading != "ACTIVE":
        return state.trading_reason
    return ", ".join(tripped(state))


def risk(core: Core, environment: RiskLimits) -> RiskView:
    """The risk screen: limits with their use, breakers, settings."""
    state, limits = core.state, core.desk.gate.limits
    breakers = []
    for name in dict.fromkeys((*BREAKERS, *sorted(state.breakers))):
        found = state.breakers.get(name)
        on = found is not None and found.tripped
        breakers.append(BreakerView(name, on, found.since if found else None, found.text if found else ""))
    now, configured = shown(limits), shown(environment)
    settings = tuple(
        SettingView(name, now[name], configured[name], SETTINGS[name].takes, name in state.settings)
        for name in SETTINGS
    )
    return RiskView(state.now, effective(state), usage(core), tuple(breakers), settings, tuple(_pauses(state)))


def _pauses(state: DeskState) -> Iterator[BreakerView]:
    """What is stopped though no breaker stops it: trading by people and emergencies, strategies by their losses."""
    if state.trading != "ACTIVE":
        way = "/resume allows entries again" if state.trading == "REDUCING" else "/resume, once everything is flat"
        yield BreakerView(state.trading, True, None, f"{state.trading_reason}; {way}")
    for symbol in dict.fromkeys(live.order.symbol for live in state.orders.values() if live.unknown):
        way = "its entries wait until the venue has said so"
        yield BreakerView(symbol, True, None, f"what became of an order is not known; {way}")
    for name, kept in state.strategies.items():
        if kept.paused:
            yield BreakerView(name, True, None, f"off, it has lost steadily ({kept.paused}); /strategy {name} on")


def strategies(core: Core) -> list[StrategyView]:
    """Every strategy of the desk with its switch and its evidence."""
    return [_strategy(core, plan) for plan in core.lineup.plans]


def _strategy(core: Core, plan: StrategyPlan) -> StrategyView:
    state = core.state
    record = state.strategies.get(plan.id, StrategyRecord())
    rows = [core.evaluator.latest(plan, symbol) for symbol in plan.symbols]
    member = state.members.get(plan.id) or state.retired.get(plan.id)
    return StrategyView(
        plan.id,
        plan.strategy.name,
        plan.timeframe,
        record.on,
        tuple(as_member(plan).params.items()),
        record.trades,
        record.wins,
        record.pnl,
        record.last_signal,
        all(row is None or row.reason == "warming_up" for row in rows),
        symbols=plan.symbols,
        leaving=plan.id in state.retired,
        rules=member is not None and bool(member.document),
        shadow=None if plan.id not in state.shadows else _shadow(state.shadows[plan.id], plan, record),
        paused=record.paused,
        held=tuple(holding.symbol for holding in state.holdings.values() if holding.strategy == plan.id),
    )


def _shadow(kept: Shadowed, plan: StrategyPlan, record: StrategyRecord) -> ShadowView:
    """A new version beside the one that runs, both since the shadow began."""
    new, before = kept.paper.strategies.get(kept.member.id, StrategyRecord()), kept.before
    now = as_member(plan).params
    changed = ", ".join(f"{name}={value}" for name, value in kept.member.params.items() if now.get(name) != value)
    return ShadowView(
        version=changed if changed and kept.member.name == plan.strategy.name else kept.member.id,
        bars=min(kept.scored, kept.wanted),
        wanted=kept.wanted,
        signals=new.signals,
        trades=new.trades,
        wins=new.wins,
        pnl=new.pnl,
        open_pnl=ledger.unrealised(kept.paper),
        old_signals=record.signals - before.signals,
        old_trades=record.trades - before.trades,
        old_wins=record.wins - before.wins,
        old_pnl=record.pnl - before.pnl,
    )


def on_shelf(core: Core, running: Sequence[StrategyView], members: Sequence[Member]) -> list[StrategyView]:
    """The strategies of the desk, marked where their file has changed, and after them what could be started."""
    shelved = {member.id: member for member in members}
    found = []
    for view in running:
        member, own = shelved.pop(view.id, None), core.state.members.get(view.id)
        newer = member is not None and own is not None and bool(own.document) and own.document != member.document
        found.append(msgspec.structs.replace(view, newer=newer))
    return found + [_available(member, core.lineup.bases) for member in shelved.values()]


def _available(member: Member, bases: Container[str]) -> StrategyView:
    return StrategyView(
        member.id,
        member.name,
        member.timeframe,
        False,
        tuple(member.params.items()),
        0,
        0,
        ZERO,
        "",
        False,
        symbols=tuple(symbol for symbol in member.symbols if symbol in bases),
        absent=tuple(symbol for symbol in member.symbols if symbol not in bases),
        listed=False,
        rules=bool(member.document),
    )


def analysis(core: Core, symbol: str, strategy: str | None, state: MarketState) -> AnalysisView:
    """What every strategy that is on, or the named one, says of a symbol's newest bar, the strongest signal first."""
    said = []
    for plan in core.lineup.plans:
        on = core.state.strategies.get(plan.id, StrategyRecord()).on
        if symbol in plan.symbols and (on if strategy is None else plan.id == strategy):
            said.append(_said(core, plan, symbol, on, state))
    price, holding = core.state.marks.get(symbol), core.state.holdings.get(symbol)
    return AnalysisView(
        at=core.state.now,
        symbol=symbol,
        price=None if price is None else exact(price),
        state=state,
        signals=tuple(sorted(said, key=lambda one: 0.0 if one.signal is None else -one.signal.confidence)),
        position=None if holding is None else position(holding, core, ledger.account(core.state).equity),
    )


def _said(core: Core, plan: StrategyPlan, symbol: str, on: bool, state: MarketState) -> SignalView:
    bars, row = candles(core, symbol, plan.timeframe, 1), core.evaluator.latest(plan, symbol)
    if row is None or not len(bars):
        return SignalView(plan.id, plan.timeframe, on, None)
    prices = (bars.open.item(-1), bars.high.item(-1), bars.low.item(-1), bars.close.item(-1))
    newest = CandleClosed(0, symbol, plan.timeframe, bars.ts.item(-1), *prices, bars.volume.item(-1))
    signal = record(plan, row, newest, core.desk.instruments[symbol], core.plan.bracket)
    signal = msgspec.structs.replace(signal, market_state=state)
    return SignalView(plan.id, plan.timeframe, on, signal, row.confidence, reward(signal) or None)


def candles(core: Core, symbol: str, timeframe: Timeframe, count: int | None) -> Bars:
    """A copy of the newest closed bars of a series, back to the last missing one; none where none are held."""
    window = core.evaluator.windows().get((symbol, timeframe)) if isinstance(core.evaluator, WindowEvaluator) else None
    bars = (window or Window(timeframe, 1)).unbroken(0)
    if bars is None:
        bars = Window(timeframe, 1).every(0)
    first = 0 if count is None else max(0, len(bars) - count)
    return Bars(*(getattr(bars, column)[first:].copy() for column in Bars.__struct_fields__))


def pnl(core: Core, period: str, since: int, trades: Sequence[ClosedTrade], marks: Sequence[EquityMarked]) -> PnlView:
    """Results since an instant, from closed trades and hourly account marks at or after it."""
    state = core.state
    account = ledger.account(state)
    zone = ZoneInfo(core.plan.zone)
    gains = [trade.pnl for trade in trades]
    days: dict[str, list[Decimal]] = defaultdict(list)
    symbols: dict[str, list[Decimal]] = defaultdict(list)
    for trade in trades:
        days[day_of(trade.exit_at, zone)].append(trade.pnl)
        symbols[trade.symbol].append(trade.pnl)
    # What was paid in or out since a mark is taken as there then: it is no result.
    curve = tuple((mark.at, mark.account.equity + account.start - mark.account.start) for mark in marks)
    if since <= state.began:
        since, curve = state.began, ((state.began, account.start), *curve)
    return PnlView(
        at=state.now,
        period=period,
        since=since,
        equity_start=curve[0][1] if curve else account.start,
        equity_end=account.equity,
        realised=sum(gains, ZERO),
        unrealised=sum((position(h, core, account.equity).pnl for h in state.holdings.values()), ZERO),
        fees=sum((trade.fee for trade in trades), ZERO),
        funding=sum((trade.funding for trade in trades), ZERO),
        trades=len(gains),
        wins=sum(gain > 0 for gain in gains),
        profit_factor=profit_factor([float(gain) for gain in gains]),
        expectancy=sum(gains, ZERO) / len(gains) if gains else None,
        best=max(trades, key=lambda t: t.pnl, default=None),
        worst=min(trades, key=lambda t: t.pnl, default=None),
        days=tuple(DayRow(day, sum(values, ZERO), len(values)) for day, values in sorted(days.items())),
        by_symbol=tuple((s, sum(v, ZERO), len(v)) for s, v in sorted(symbols.items())),
        equity_curve=(*curve, (state.now, account.equity)),
        closed=tuple(trades),
    )
