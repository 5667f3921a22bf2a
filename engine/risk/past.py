"""Past days of every symbol as the tail and correlation rules need them; computed once a day, off the hot path.

Days are those of the desk's zone. What is asked for often is kept until the day ends: correlations, the tail of one
unit of a symbol, its volatility, and the matrix of a book whose symbols and sides have not changed.
"""

from array import array
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from math import inf

import numpy as np

from engine.model.limits import RiskLimits
from engine.model.market import Days, Flags, Floats
from engine.model.money import exact
from engine.risk.book import Book
from engine.risk.correlation import Correlations, correlations, log_returns
from engine.risk.stress import stressed
from engine.risk.var import LOOKBACK, Method, Tail, tail
from engine.risk.volatility import ewma, realised
from engine.risk.volatility_halt import shock_line
from engine.state import DeskState

NOISE = 1 + 1e-12
SURELY, MOST = 1 - 1e-9, 1e6
"""What a share of equity is short of its line where floats decide, and the largest one that is told apart."""
KEPT = 64
"""Matrices of books kept."""
PASTS = 1_024
"""Pasts of one symbol whose figures are kept, for whoever sees the same days again: another backtest over them."""


class Past:
    """What the days so far say. `waits`: whether too short a past lets entries pass (backtest and replay only)."""

    def __init__(self, waits: bool = True) -> None:
        self.waits = waits
        self._method: Method = "historical"
        self._alpha = 0.05
        self._newest = 0
        self._days: list[int] = []
        """The list that was looked at: what is learned anew is another one, though it may end on the same day."""
        self._index: dict[str, int] = {}
        self._closes: dict[str, list[float]] = {}
        """Of each symbol the last price of each of these days."""
        self._table: Floats | None = None
        """The same, made when it is asked for."""
        self._rho: Correlations | None = None
        self._units: dict[tuple[str, bool], Tail | None] = {}
        self._ample: dict[tuple[str, bool], Decimal] = {}
        self._bearable: Decimal | None = None
        self._sigmas: dict[tuple[str, int], float | None] = {}
        self._shocks: dict[str, float | None] = {}
        self._k = 0.0
        self.var_line = self.es_line = 0.0
        """What a tail may come to, as floats. Equality with a limit passes, and binary noise is no excess."""
        self._matrices: dict[tuple[int, str, bool], Floats] = {}
        self._alone: dict[str, bytes] = {}
        """Closes of a symbol alone."""
        self._columns: dict[tuple[int, str], Floats] = {}
        """Returns of the symbols of a book, a candidate's last."""

    def ask(self, limits: RiskLimits) -> None:
        """How tails are measured from now on."""
        self._method = limits.var_method  # type: ignore[assignment]  # one of VAR_METHODS, which are the same words
        self._alpha = float(limits.var_alpha)
        self._k = float(limits.volatility_halt_k)
        self.var_line, self.es_line = float(limits.var_limit) * NOISE, float(limits.es_limit) * NOISE
        self._bearable = None
        for kept in (self._units, self._ample, self._shocks):
            kept.clear()

    def look(self, state: DeskState) -> None:
        """Be up to date with the days that this state knows."""
        days = state.days
        if days and (days[-1] != self._newest or days is not self._days):
            self._newest, self._days, self._rho, self._bearable = days[-1], days, None, None
            for kept in (
                self._units, self._ample, self._sigmas, self._shocks, self._alone, self._matrices, self._columns
            ):  # fmt: skip
                kept.clear()
            self._index = {symbol: place for place, symbol in enumerate(state.closes)}
            self._closes, self._table = state.closes, None

    def matrix(self, book: Book, candidate: tuple[str, bool]) -> Floats:
        """R* of R5.3 for a book with the candidate, its symbol and whether it is a long, as the last one."""
        key = book.stamp, *candidate
        found = self._matrices.get(key)
        if found is None:
            sides = (*book.sides, candidate)
            rho = self.among([symbol for symbol, _ in sides])
            if len(self._matrices) >= KEPT:
                self._matrices.clear()
            found = stressed(rho, np.array([1 if long else -1 for _, long in sides]))
            if book.stamp:
                self._matrices[key] = found
        return found

    @property
    def known(self) -> bool:
        """Whether there are any past days."""
        return bool(self._newest)

    def among(self, symbols: Sequence[str]) -> Floats:
        """Correlations of these symbols, in this order; what is not known moves as one."""
        if self._rho is None:
            self._rho = correlations(list(self._index), log_returns(self._prices()))
        return self._rho.among(symbols)

    def sigma(self, symbol: str, window: int = 0) -> float | None:
        """Daily deviation: of the last `window` days, or weighted (R1.12 b) without one; None: not known."""
        key = symbol, window
        if key not in self._sigmas:
            closes = self._of(symbol)
            self._sigmas[key] = realised(alone(closes), window) if window else weighted(closes)
        return self._sigmas[key]

    def shock(self, symbol: str) -> float | None:
        """A minute's return beyond which a symbol halts (R6.5); None: its deviation is not known."""
        if symbol not in self._shocks:
            sigma = self.sigma(symbol)
            self._shocks[symbol] = None if sigma is None else shock_line(sigma, self._k)
        return self._shocks[symbol]

    def unit(self, symbol: str, long: bool) -> Tail | None:
        """Tail of one unit of notional of a symbol alone; tails grow in proportion to it."""
        key = symbol, long
        if key not in self._units:
            self._units[key] = unit(self._of(symbol), long, self._method, self._alpha)
        return self._units[key]

    def ample(self, symbol: str, long: bool) -> Decimal:
        """Share of equity up to which a position of the symbol alone stays within both lines for certain; 0: none."""
        key = symbol, long
        if key not in self._ample:
            unit = self.unit(symbol, long)
            room = MOST if self.waits else 0.0
            if unit is not None:
                room = min(spare(self.var_line, unit.var), spare(self.es_line, unit.es))
            self._ample[key] = exact(min(room, MOST) * SURELY)
        return self._ample[key]

    @property
    def bearable(self) -> Decimal:
        """Share of equity up to which everything held together stays within both lines for certain; 0: none.

        A quantile of past days loses no more than the mean of those beyond it, and that mean of a book no more than
        the means of what it holds: so none loses more than as much of the worst symbol's worst side.
        """
        if self._bearable is None:
            worst = worst_side(daily(self._prices())[-LOOKBACK:], self._alpha)
            room = spare(min(self.var_line, self.es_line), worst) if self.waits and self._method == "historical" else 0
            self._bearable = exact(min(room, MOST) * SURELY)
        return self._bearable

    def tail(self, symbols: Sequence[str], shares: Sequence[float] | Floats) -> Tail | None:
        """Tail of a book of signed notionals over equity; None: too few days on which all of them have a return."""
        return tail(self._known_returns(symbols) @ np.asarray(shares), self._method, self._alpha)

    def beside(self, book: Book, symbol: str, notional: float, equity: float) -> Tail | None:
        """The same of a book with a candidate of this signed notional."""
        key = book.stamp, symbol
        returns = self._columns.get(key)
        if returns is None:
            if len(self._columns) >= KEPT:
                self._columns.clear()
            returns = self._known_returns([*book.symbols, symbol])
            if book.stamp:
                self._columns[key] = returns
        shares = np.empty(len(book.notionals) + 1)
        shares[:-1], shares[-1] = book.notionals, notional
        shares /= equity
        return tail(returns @ shares, self._method, self._alpha)

    def _known_returns(self, symbols: Sequence[str]) -> Floats:
        """Daily returns of these symbols, in this order, since the last day on which one was missing."""
        places = [self._index.get(symbol, -1) for symbol in symbols]
        return np.empty((0, len(places))) if -1 in places else unbroken(daily(self._prices()[:, places]))

    def _prices(self) -> Floats:
        """Last prices by day and symbol, NaN where there was none."""
        if self._table is None:
            closes = np.array(list(self._closes.values())).reshape(len(self._closes), len(self._days)).T
            self._table = np.where(closes > 0, closes, np.nan)
        return self._table

    def _of(self, symbol: str) -> bytes:
        """Last prices of one symbol, 0 where there was none."""
        found = self._alone.get(symbol)
        if found is None:
            found = self._alone[symbol] = array("d", self._closes.get(symbol, ())).tobytes()
        return found


def daily(prices: Floats) -> Floats:
    """Change of each price from the day before, as a share of that."""
    returns: Floats = prices[1:] / prices[:-1] - 1
    return returns


def alone(closes: bytes) -> Floats:
    """Daily returns of a symbol since the last day on which one was missing."""
    prices = np.frombuffer(closes)
    return unbroken(daily(np.where(prices > 0, prices, np.nan)[:, None]))[:, 0]


@lru_cache(PASTS)
def weighted(closes: bytes) -> float | None:
    """`ewma` of these returns."""
    return ewma(alone(closes))


@lru_cache(PASTS)
def unit(closes: bytes, long: bool, method: Method, a: float) -> Tail | None:
    """`tail` of one unit of notional of such a symbol."""
    returns = alone(closes)
    return tail(returns if long else -returns, method, a)


def spare(line: float, unit: float) -> float:
    """How much of what costs `unit` a line has room for."""
    return line / unit if unit > 0 else inf


def worst_side(returns: Floats, a: float) -> float:
    """What one unit loses on average on the share `a` of days that are worst for it, of the worst column and side.

    Of fewer days than those of all columns that mean is another one; where some are missing it is the worst day alone.
    """
    if not returns.size:
        return 0.0
    sides = np.nan_to_num(np.hstack([returns, -returns]))
    count = 1 if np.isnan(returns).any() else int((len(returns) - 1) * a) + 1
    return -float(np.sort(sides, axis=0)[:count].mean(axis=0).min())


def unbroken(returns: Floats) -> Floats:
    """The last rows in which every column has a return."""
    missing: Flags = np.isnan(returns.sum(axis=1))
    if not missing.any():
        return returns[-LOOKBACK:]
    first = len(missing) - int(missing[::-1].argmax())
    return returns[first:][-LOOKBACK:]


def note(state: DeskState, ends: int, marks: dict[str, float]) -> None:
    """A day is over: the last price of each symbol, however old; the oldest day is forgotten."""
    known = len(state.days)
    if known and ends <= state.days[-1]:
        return
    state.days.append(ends)
    for symbol, mark in marks.items():
        state.closes.setdefault(symbol, [0.0] * known).append(mark)
    for closes in state.closes.values():
        closes += closes[-1:] * (known + 1 - len(closes))
    if known > LOOKBACK:
        del state.days[0]
        for closes in state.closes.values():
            del closes[0]


def learn(state: DeskState, days: Days) -> None:
    """Take the past days from whoever knows them; a day that a symbol lacks has the price of the one before."""
    ends = sorted({end for closes in days.values() for end, _ in closes})[-LOOKBACK - 1 :]
    if not ends:
        return
    state.days, state.closes = ends, {}
    for symbol, known in days.items():
        prices, last = dict(known), 0.0
        state.closes[symbol] = [last := prices.get(end, last) for end in ends]
