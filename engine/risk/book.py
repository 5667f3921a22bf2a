"""The whole book at one instant: what is held and being entered, weighed once for all limits (risk.md section 5)."""

from decimal import Decimal
from math import inf

import msgspec
import numpy as np

from engine.model.market import Floats
from engine.model.money import ZERO, shadow
from engine.state import Holding


class Weight(msgspec.Struct, gc=False):
    """One position or pending entry. Amounts are never negative; in the account's currency."""

    symbol: str
    base: str
    strategy: str
    long: bool
    qty: Decimal
    """Signed."""
    size: Decimal
    """The same without its sign."""
    stop: Decimal | None
    """The live stop; None: there is none, and the whole notional is at stake (R5.1)."""
    heat: Decimal
    """Lost from the entry to the stop (R5.1)."""
    cost: Decimal
    """Notional at the entry."""
    avg: float
    """Price of the entry: stands in for a mark that is not known."""
    amount: float = 0.0
    """`qty` as a float, of what is held and worth that many times its mark."""
    loss: float = 0.0
    """`heat` as a float, of what is held."""
    guard: Decimal = ZERO
    """Notional at the stop."""
    line: float = -inf
    """A mark on the wrong side of this, below it for a long, is not worth what the sum for its side says (`amiss`)."""
    holding: Holding | None = None
    mark: float = -1.0
    gross: Decimal = ZERO
    """Notional at the mark (R5.4)."""

    def amiss(self) -> Decimal:
        """What the sums over all stops miss of this one: a mark beyond the stop loses nothing more on its way to it.

        A short without a stop stands in them as if it had one at nothing: its whole notional is at stake (R5.7).
        """
        if self.stop is None:
            return 2 * self.gross
        return max(ZERO, self.guard - self.gross if self.long else self.gross - self.guard)


class Book(msgspec.Struct, gc=False):
    """Everything held and under way, and its sums. `equity` is the account's, exact."""

    equity: Decimal
    weights: list[Weight] = []
    gross: Decimal = ZERO
    net: Decimal = ZERO
    heat: Decimal = ZERO
    to_stops: Decimal = ZERO
    """Lost from the marks to the stops of what is held (R5.7)."""
    pending_risk: Decimal = ZERO
    """What entries under way lose at their stops, fees included."""
    cost: Decimal = ZERO
    stamp: int = 0
    """Changes when symbols or sides do; 0: not known, entries are under way."""
    matrix: Floats | None = None
    """R* of the book with the candidate last, once a rule has asked for it."""

    found: tuple[Floats, Floats] | None = None
    """What `floats` says, once a rule has asked."""

    @property
    def floats(self) -> tuple[Floats, Floats]:
        """Of each position its notional at the mark, signed, and its heat."""
        if self.found is None:
            notionals = [
                weight.amount * (weight.mark or weight.avg)
                if weight.amount
                else shadow(weight.gross if weight.long else -weight.gross)
                for weight in self.weights
            ]
            self.found = np.array(notionals), np.array([weight.loss or shadow(weight.heat) for weight in self.weights])
        return self.found

    @property
    def notionals(self) -> Floats:
        """Of each position at its mark, signed."""
        return self.floats[0]

    @property
    def losses(self) -> Floats:
        """Heat of each."""
        return self.floats[1]

    @property
    def sides(self) -> tuple[tuple[str, bool], ...]:
        """Each symbol, and whether it is held long."""
        return tuple((weight.symbol, weight.long) for weight in self.weights)

    @property
    def symbols(self) -> list[str]:
        """Symbol of each; one that is held and added to stands there twice."""
        return [weight.symbol for weight in self.weights]

    def by_strategy(self, strategy: str) -> Decimal:
        """Gross notional of one strategy."""
        return sum([weight.gross for weight in self.weights if weight.strategy == strategy], ZERO)

    def by_base(self, base: str) -> Decimal:
        """Gross notional of one asset over all its instruments."""
        return sum([weight.gross for weight in self.weights if weight.base == base], ZERO)

    def net_with(self, long: bool) -> Decimal:
        """Net notional for an entry on this side: those under way on the other one may never fill."""
        against = [weight.gross for weight in self.weights if weight.holding is None and weight.long is not long]
        return self.net + sum(against, ZERO) if long else self.net - sum(against, ZERO)

    def side(self, long: bool) -> set[str]:
        """Symbols held or being entered on one side."""
        return {weight.symbol for weight in self.weights if weight.long is long}


class Fixed(msgspec.Struct, frozen=True):
    """Sums over what is held that do not move with the prices. `net_cost` is that of longs less that of shorts."""

    heat: Decimal = ZERO
    cost: Decimal = ZERO
    net_cost: Decimal = ZERO
    guards: Decimal = ZERO
    """Notional at the stops, longs less shorts."""
