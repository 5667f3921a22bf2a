"""Counts what a desk reports while it is driven, and makes the result of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from engine import ledger
from engine.backtest.parts import parts, sums
from engine.core import Core
from engine.model.account import Account, ClosedTrade
from engine.model.days import day_end, day_of
from engine.model.facts import BreakerMoved, Denied, StateChanged, TradeClosed
from engine.model.messages import Effect, Event, Report
from engine.model.money import ZERO, shadows
from engine.model.result import Fall, Result
from engine.stats.drawdown import Drawdown, drawdown
from engine.stats.months import months
from engine.stats.performance import Performance, performance

Equity = Sequence[tuple[int, float]]
"""Equity at times (UTC ms), oldest first."""


class Tally:
    """Counts as the desk turns."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.bars = 0
        self.exposed = 0
        """Bars with an open position."""
        self._trades: list[ClosedTrade] = []
        self._denied: Counter[str] = Counter()
        self._breakers: list[BreakerMoved] = []
        self._states: list[StateChanged] = []

    def see(self, event: Event, effects: Sequence[Effect]) -> None:
        """Note what a result needs."""
        for effect in effects:
            if type(effect) is Report:
                fact = effect.fact
                if type(fact) is TradeClosed:
                    self._trades.append(fact.trade)
                elif type(fact) is Denied:
                    self._denied[fact.code] += 1
                elif type(fact) is BreakerMoved:
                    self._breakers.append(fact)
                elif type(fact) is StateChanged:
                    self._states.append(fact)

    def refused(self, code: str, count: int) -> None:
        """Note denials that nobody reported one by one."""
        if count:
            self._denied[code] += count

    def result(self, start: int, market: dict[str, float | None], seconds: float) -> Result:
        """The finished result of a desk that began at `start`."""
        plan, state, trades = self._core.plan, self._core.state, tuple(self._trades)
        account, equity = self._closed(start)
        daily = by_date(equity, plan.zone)
        card, fall = self._card(daily), drawdown([value for _, value in equity])
        strategies, symbols, found = [p.id for p in plan.strategies], tuple(self._core.series), sums(trades)
        sides = parts(found, 2)
        return Result(
            strategy=",".join(strategies),
            symbols=symbols,
            timeframe=",".join(dict.fromkeys(p.timeframe for p in plan.strategies)),
            start=start,
            end=equity[-1][0],
            bars=self.bars,
            trades=trades,
            wins=sum(part.wins for part in sides),
            losses=sum(part.losses for part in sides),
            win_rate=card.win_rate,
            profit=account.equity - account.start,
            profit_percent=(account.equity - account.start) / account.start * 100,
            final_equity=account.equity,
            max_drawdown_percent=100 * fall.depth if fall else 0.0,
            sharpe=card.sharpe,
            sortino=card.sortino,
            calmar=card.calmar,
            cagr_percent=None if card.cagr is None else card.cagr * 100,
            profit_factor=card.profit_factor,
            expectancy=sum((part.profit for part in sides), ZERO) / card.trades if card.trades else None,
            fees=account.fees,
            funding=account.funding,
            exposure_percent=100 * (card.exposure or 0.0),
            denied=dict(self._denied),
            run_seconds=seconds,
            bars_per_second=self.bars / seconds if seconds else 0.0,
            equity=equity,
            performance=card,
            daily=daily,
            months=months([date.fromisoformat(day) for day, _ in daily], [change for _, change in daily]),
            fall=timed(fall, equity),
            by_strategy=parts(found, 0, strategies),
            by_symbol=parts(found, 1, symbols),
            by_side=sides,
            by_reason=parts(found, 3),
            breakers=tuple(self._breakers),
            states=tuple(self._states),
            market=market,
            unrealised=account.unrealised,
            open_positions=len(state.holdings),
        )

    def _closed(self, start: int) -> tuple[Account, tuple[tuple[int, float], ...]]:
        """The account at the end and the equity on the way there."""
        account = ledger.account(self._core.state)
        end = max(series.closed_at for series in self._core.series.values())
        return account, ((start, float(account.start)), *self._core.calendar.hours, (end, float(account.equity)))

    def _card(self, daily: Sequence[tuple[str, float]]) -> Performance:
        pnl = shadows([trade.pnl for trade in self._trades])
        risk = shadows([trade.initial_risk for trade in self._trades])
        return performance([change for _, change in daily], pnl, risk, self.exposed, self.bars)


def timed(fall: Drawdown | None, equity: Equity) -> Fall | None:
    """A drawdown of a curve by the curve's times; None where there was none."""
    if fall is None or not fall.depth:
        return None
    back = None if fall.recovery is None else equity[fall.recovery][0]
    return Fall(fall.depth, equity[fall.peak][0], equity[fall.trough][0], back)


def by_date(equity: Equity, zone: str) -> tuple[tuple[str, float], ...]:
    """Return of each day by its date in the zone; a day that begins with nothing has none."""
    found, before = [], equity[0][1]
    for day, after in closes(equity, zone):
        if before > 0:
            found.append((day, after / before - 1))
        before = after
    return tuple(found)


def by_day(equity: Equity, zone: str) -> list[float]:
    """Equity at the start and at the end of each day of the zone."""
    return [equity[0][1], *(value for _, value in closes(equity, zone))]


def closes(equity: Equity, zone: str) -> list[tuple[str, float]]:
    """The last value of each day with its date; the one of midnight belongs to the day before."""
    tz = ZoneInfo(zone)
    ends: list[tuple[str, float]] = []
    midnight = -1
    for at, value in equity[1:]:
        if at > midnight:
            midnight = day_end(at - 1, tz)
            ends.append((day_of(at - 1, tz), value))
        else:
            ends[-1] = (ends[-1][0], value)
    return ends
