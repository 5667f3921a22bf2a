"""Which rows of a backtest matter to whom: what strategies say, by symbol and by who holds it."""

import numpy as np

from engine.backtest.vigil import Vigil
from engine.candles import KnownSeries
from engine.feeds.rows import Rows
from engine.model.market import SPAN_MS, Ints
from engine.model.money import ZERO
from engine.plan import StrategyPlan
from engine.scoring.evaluate import HistoryEvaluator
from engine.state import Holding


class Vigils:
    """Rows are looked up once for each plan, symbol and side."""

    def __init__(self, plans: tuple[StrategyPlan, ...], rows: Rows, scores: HistoryEvaluator) -> None:
        self._plans = {plan.id: plan for plan in plans}
        self._rules = {plan.id: plan.strategy.exits(plan.params) for plan in plans}
        self._rows, self._scores = rows, scores
        self._vigils: dict[tuple[str, str, str, bool, bool], Vigil] = {}
        self._signals: dict[str, list[int]] = {}

    def over(self, series: KnownSeries, holding: Holding | None, seen: int, sure: bool) -> Vigil:
        """Over a symbol and its position; `seen`: the newest row that the desk knows of.

        `sure`: while the symbol is held, signals of others are refused whatever they say.
        """
        symbol = series.symbol
        if holding is None:
            key = symbol, "", "", False, False
        else:
            key = symbol, holding.strategy, holding.lead, holding.qty > ZERO, sure
        vigil = self._vigils.get(key)
        if vigil is None:
            vigil = self._vigils[key] = self._made(series, *key[1:])
        vigil.begin(seen, holding)
        return vigil

    def _made(self, series: KnownSeries, strategy: str, lead: str, long: bool, sure: bool) -> Vigil:
        if not strategy:
            return Vigil(self._all(series), [], None, [])
        plan, rules = self._plans[strategy], self._rules[strategy]
        barred = sorted(self._signalled([name for name in self._plans if name != strategy], series)) if sure else []
        closes: list[int] = []
        if rules.watchful:
            closes = self._rows.of(series.symbol, series.completing(plan.timeframe)).tolist()
        return Vigil(self._matters(plan, series, long, sure), barred, rules.led.get(lead, rules), closes)

    def _at(self, plan: StrategyPlan, series: KnownSeries, opened: Ints) -> Ints:
        """Rows at which these bars of a plan close."""
        return self._rows.of(series.symbol, opened + (SPAN_MS[plan.timeframe] - SPAN_MS[series.base]))

    def _matters(self, plan: StrategyPlan, series: KnownSeries, long: bool, sure: bool) -> list[int]:
        """Rows that matter to a position: where its strategy leaves it or signals the other way, and where others may
        get an answer."""
        symbol = series.symbol
        leaves = self._scores.exits(plan, symbol)[0 if long else 1]
        turns = self._scores.signals(plan, symbol)[1 if long else 0]
        rows = self._at(plan, series, np.concatenate((leaves, turns)))
        found: list[int] = np.unique(rows if sure else np.append(rows, np.array(self._all(series), np.int64))).tolist()
        return found

    def _all(self, series: KnownSeries) -> list[int]:
        """Rows at which any strategy signals."""
        symbol = series.symbol
        if symbol not in self._signals:
            self._signals[symbol] = sorted(set(self._signalled(list(self._plans), series)))
        return self._signals[symbol]

    def _signalled(self, names: list[str], series: KnownSeries) -> list[int]:
        found: list[int] = []
        for name in names:
            plan = self._plans[name]
            if series.symbol in plan.symbols:
                found += self._at(plan, series, np.concatenate(self._scores.signals(plan, series.symbol))).tolist()
        return found
