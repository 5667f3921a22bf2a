"""Which strategies the desk runs: those of its plan, with what people changed since in their place."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from engine.model.crossing import Cross, crosses_of
from engine.model.errors import BadInput
from engine.model.market import SPAN_MS, Timeframe
from engine.model.member import Member
from engine.model.own import Own, divided, parsed, shown
from engine.plan import Plan, StrategyPlan
from engine.ports import Quoting, Resolver, Strategy
from engine.scoring.blocks import BLOCK
from engine.scoring.evaluate import WindowEvaluator, needs
from engine.state import DeskState

STOCK = 500 + 2 * BLOCK
"""Bars of every timeframe that a desk holds for strategies still to come: enough for most warm-ups."""
MOST = 64
"""Strategies a desk runs at once."""


class Lineup:
    """The strategies in force, derived from the plan and the desk's state. Without a resolver they never change."""

    def __init__(
        self, plan: Plan, state: DeskState, bases: Mapping[str, Timeframe], resolver: Resolver | None = None
    ) -> None:
        self._configured = {each.id: each for each in plan.strategies}
        self._state, self.bases, self._resolver = state, bases, resolver
        self._crosses = crosses_of(bases)
        self._built: dict[str, tuple[Member, StrategyPlan]] = {}
        self.changed = False
        """Whether the desk still has to take up what was changed in its state."""
        self.plans: tuple[StrategyPlan, ...] = ()
        """The strategies in force, and after them the versions that still manage a position."""
        self.shadowed: dict[str, StrategyPlan] = {}
        """New versions on paper, by the strategy in force."""
        self.refresh()

    @property
    def changeable(self) -> bool:
        """Whether strategies can be started and changed here."""
        return self._resolver is not None

    @property
    def ids(self) -> list[str]:
        """The strategies in force, the plan's first."""
        state = self._state
        configured = [name for name in self._configured if name not in state.removed or name in state.members]
        return configured + [name for name in state.members if name not in self._configured]

    def configured(self, strategy: str) -> bool:
        """Whether the plan of this start has a strategy of this id."""
        return strategy in self._configured

    def refresh(self) -> None:
        """Build what the state says now."""
        members = self._state.members
        names = self.ids
        plans = [self._plan(members[name]) if name in members else self._configured[name] for name in names]
        plans += [self._plan(member) for member in self._state.retired.values()]
        for plan in plans:
            expect_currency(plan, self._crosses)
        self.plans, self.changed = tuple(plans), False
        self.shadowed = {name: self._plan(each.member, f"{name}^") for name, each in self._state.shadows.items()}
        kept = members.keys() | self._state.retired.keys() | {f"{name}^" for name in self.shadowed}
        self._built = {name: built for name, built in self._built.items() if name in kept}

    def of(self, strategy: str) -> StrategyPlan:
        """The strategy in force of this id; BadInput when there is none."""
        if strategy not in self.ids:
            raise BadInput(f"{strategy!r} is not a strategy of this desk.")
        return next(plan for plan in self.plans if plan.id == strategy)

    def member(self, strategy: str) -> Member:
        """The strategy in force of this id as data; BadInput when there is none."""
        plan = self.of(strategy)
        return self._state.members.get(strategy) or as_member(plan)

    def build(self, member: Member) -> StrategyPlan:
        """The strategy of this member on this desk; BadInput when it cannot run here."""
        if self._resolver is None:
            raise BadInput("This desk's strategies cannot be changed while it runs.")
        foreign = [symbol for symbol in member.symbols if symbol not in self.bases]
        if foreign or not member.symbols:
            here, named = ", ".join(self.bases), ", ".join(foreign) or "no symbol"
            raise BadInput(f"{member.id} trades {named}; this desk's market has {here}.")
        for symbol in member.symbols:
            if SPAN_MS[member.timeframe] < SPAN_MS[self.bases[symbol]]:
                raise BadInput(f"{member.id} runs on {member.timeframe}; {symbol} has {self.bases[symbol]} candles.")
        plan = self._resolved(member)
        expect_currency(plan, self._crosses)
        return plan

    def changed_params(self, strategy: str, params: Mapping[str, str]) -> Member:
        """The strategy in force with some parameters changed."""
        member = self.member(strategy)
        return msgspec.structs.replace(member, params={**member.params, **params})

    def stock(self, evaluator: WindowEvaluator, plans: Iterable[StrategyPlan]) -> None:
        """Have windows of every timeframe, as long as the longest that any strategy has needed so far.

        Windows never shrink and are the same for all symbols, so what a new strategy finds in them does not
        depend on when the desk was started.
        """
        widest = self._state.widest
        for plan in plans:
            for timeframe, bars in needs(plan).items():
                widest[timeframe] = max(widest.get(timeframe, STOCK), bars)
        for symbol, base in self.bases.items():
            for timeframe in stocked(base):
                evaluator.hold(symbol, timeframe, widest.setdefault(timeframe, STOCK))

    def _plan(self, member: Member, key: str = "") -> StrategyPlan:
        key = key or member.id
        known = self._built.get(key)
        if known is None or known[0] != member:
            known = self._built[key] = (member, self._resolved(member))
        return known[1]

    def _resolved(self, member: Member) -> StrategyPlan:
        """Built on those of its symbols that this market has."""
        if self._resolver is None:
            raise BadInput(f"{member.id} was started by a person; this program cannot build it.")
        strategy, params = self._resolver(member)
        symbols = tuple(symbol for symbol in member.symbols if symbol in self.bases)
        return StrategyPlan(member.id, strategy, params, member.timeframe, symbols, own_of(strategy, member))


def expect_currency(plan: StrategyPlan, crosses: Mapping[str, Cross]) -> None:
    """Profits are in the account's currency: BadInput for a strategy that trades a cross market like any other.

    The markets behind it are left to those who know it too: fees there are taken in what is bought.
    """
    if exchanging(plan.strategy):
        return
    for symbol, (quote, base) in crosses.items():
        mine = next((each for each in (symbol, quote, base) if each in plan.symbols), None)
        if mine is not None:
            raise BadInput(
                f"{plan.id} cannot trade {mine} on this desk: {symbol} is paid in what {quote} buys, not in the "
                f"account's currency, so it, {quote} and {base} are traded by triangular alone."
            )


def exchanging(strategy: Strategy) -> bool:
    """Whether it knows markets that are paid in another currency than the account's."""
    return isinstance(strategy, Quoting) and strategy.exchanges


def stocked(base: Timeframe) -> list[Timeframe]:
    """Timeframes of which bars can be had from candles of `base`."""
    return [timeframe for timeframe in SPAN_MS if SPAN_MS[timeframe] >= SPAN_MS[base]]


def own_of(strategy: Strategy, member: Member) -> Own:
    """Risk settings of a strategy's own: those of its file, with what people typed in their place."""
    written: Own = getattr(strategy, "own", {})
    return {**written, **parsed(divided(member.params)[1])}


def as_member(plan: StrategyPlan) -> Member:
    """A strategy of the program as data."""
    names: Sequence[str] = getattr(plan.params, "__struct_fields__", ())
    params = {name: text(getattr(plan.params, name)) for name in names} | shown(plan.own)
    return Member(plan.id, plan.strategy.name, plan.timeframe, plan.symbols, params)


def text(value: object) -> str:
    """A parameter as a person would type it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
