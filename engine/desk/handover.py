"""Strategies changed by people while the desk runs, and what becomes of the positions of those that go.

Every change is one event: after it the desk has either all of it or nothing (strategies.md section 16).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

import msgspec

from engine import ledger
from engine.desk.desk import Desk
from engine.desk.lineup import MOST, Lineup, exchanging
from engine.desk.quoting import pass_on
from engine.exits import ExitDesk
from engine.model.commands import (
    LineupAction,
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
)
from engine.model.errors import BadInput
from engine.model.facts import StrategyChanged
from engine.model.member import HandOver, Member
from engine.simulation.venue import SimState
from engine.state import Holding, Shadowed, StrategyRecord, fresh

Outcome = tuple[bool, str, str]
"""Done or refused, a stable code, one sentence."""
MOST_BARS = 5_000
"""Bars of the longest shadow."""
KEPT = {
    "keep": "The version before manages its open positions to their exit.",
    "close": "Its open positions are being closed.",
    "adopt": "It has taken over the open positions with their stops.",
}


class StrategyDesk:
    """Starts, changes, replaces and removes strategies."""

    def __init__(self, desk: Desk, exits: ExitDesk, lineup: Lineup) -> None:
        self._desk, self._exits, self._lineup = desk, exits, lineup

    def on_action(self, action: LineupAction, at: int, actor: int) -> Outcome:
        """Carry out one change, or refuse it whole."""
        try:
            self.check(action)
        except BadInput as error:
            return False, "bad_input", str(error)
        done, code, text = self._carry_out(action, at)
        strategy = action.member.id if isinstance(action, StrategyAdd) else action.strategy
        self._desk.tell(StrategyChanged(at, strategy, code, text, actor))
        return done, code, text

    def over(self, at: int) -> None:
        """Tell of the shadows that have scored all their bars."""
        for strategy, shadow in self._desk.state.shadows.items():
            if shadow.scored >= shadow.wanted and not shadow.told:
                shadow.told = True
                text = f"{shadow.wanted} bars are scored; compare both versions and promote the new one, or end it."
                self._desk.tell(StrategyChanged(at, strategy, "shadow_over", text, None))

    def _carry_out(self, action: LineupAction, at: int) -> Outcome:
        match action:
            case StrategyAdd():
                return self._add(action.member)
            case StrategyParams():
                member = self._lineup.changed_params(action.strategy, action.params)
                done = f"{member.id} runs with {_worded(action.params)} from its next bar on."
                return self._replace(action.strategy, member, action.hand_over, at, "changed", done)
            case StrategySwap():
                done = f"{action.member.id} runs in the place of {action.strategy} from its next bar on."
                return self._replace(action.strategy, action.member, action.hand_over, at, "swapped", done)
            case StrategyRemove():
                return self._remove(action, at)
            case StrategyShadow():
                return self._shadow(action, at)
            case StrategyPromote():
                member = self._desk.state.shadows[action.strategy].member
                done = f"{member.id} runs in the version of its shadow{self._differs(action.strategy, member)}"
                done += " from its next bar on."
                return self._replace(action.strategy, member, action.hand_over, at, "promoted", done)
            case _:
                assert_never(action)

    def _differs(self, strategy: str, member: Member) -> str:
        """What a version has that the one in force has not, in words behind a name."""
        now = self._lineup.member(strategy)
        changed = {name: value for name, value in member.params.items() if now.params.get(name) != value}
        return f" ({_worded(changed)})" if changed and now.name == member.name else ""

    def check(self, action: LineupAction) -> None:
        """Refuse what cannot be done as things are now: BadInput says why in one sentence."""
        lineup = self._lineup
        match action:
            case StrategyAdd():
                if action.member.id in lineup.ids:
                    raise BadInput(f"{action.member.id} is on the desk already.")
                if len(lineup.ids) >= MOST:
                    raise BadInput(f"{MOST} strategies are on the desk, the most there can be; remove one first.")
                lineup.build(action.member)
            case StrategyParams():
                self._expect(action.strategy, lineup.changed_params(action.strategy, action.params), action.hand_over)
            case StrategySwap():
                lineup.of(action.strategy)
                if action.member.id != action.strategy and action.member.id in lineup.ids:
                    raise BadInput(f"{action.member.id} is on the desk already.")
                self._expect(action.strategy, action.member, action.hand_over)
            case StrategyRemove():
                lineup.of(action.strategy)
                if not lineup.changeable:
                    raise BadInput("This desk's strategies cannot be changed while it runs.")
                if action.hand_over == "adopt":
                    raise BadInput("Nobody is left to adopt the positions of a strategy that goes; keep or close them.")
            case StrategyShadow():
                self._expect_shadow(action)
            case StrategyPromote():
                shadow = self._desk.state.shadows.get(action.strategy)
                if shadow is None:
                    raise BadInput(f"{action.strategy} has no shadow to promote.")
                self.check(StrategySwap(action.strategy, shadow.member, action.hand_over))
            case _:
                assert_never(action)

    def gone(self, retired: str) -> None:
        """The last position of a retired version is flat: what it earned is its strategy's."""
        state = self._desk.state
        if any(holding.strategy == retired for holding in state.holdings.values()):
            return
        del state.retired[retired]
        self._lineup.changed = True
        earned = state.strategies.pop(retired, None)
        if earned is not None:
            record = state.strategies.setdefault(retired.partition("~")[0], StrategyRecord())
            record.trades += earned.trades
            record.wins += earned.wins
            record.pnl += earned.pnl

    def _expect(self, strategy: str, member: Member, hand_over: HandOver) -> None:
        """BadInput when this member cannot take the place of the strategy."""
        plan = self._lineup.build(member)
        if hand_over == "adopt":
            foreign = [holding.symbol for holding in self._held(strategy) if holding.symbol not in plan.symbols]
            if foreign:
                raise BadInput(f"{member.id} does not trade {', '.join(foreign)} and cannot adopt the position there.")

    def _version(self, action: StrategyShadow) -> Member:
        if action.member is not None:
            return action.member
        return self._lineup.changed_params(action.strategy, action.params)

    def _expect_shadow(self, action: StrategyShadow) -> None:
        """BadInput when this shadow cannot begin, or end."""
        self._lineup.of(action.strategy)
        if not action.bars:
            if action.strategy not in self._desk.state.shadows:
                raise BadInput(f"{action.strategy} has no shadow.")
            return
        if not 1 <= action.bars <= MOST_BARS:
            raise BadInput(f"A shadow runs for 1 to {MOST_BARS} bars, not {action.bars}.")
        member = self._version(action)
        if member == self._lineup.member(action.strategy):
            raise BadInput(f"That is the version of {action.strategy} that runs already.")
        self._lineup.build(member)

    def _shadow(self, action: StrategyShadow, at: int) -> Outcome:
        state = self._desk.state
        self._lineup.changed = True
        if not action.bars:
            del state.shadows[action.strategy]
            return True, "unshadowed", f"The shadow of {action.strategy} is over."
        member = self._version(action)
        paper = fresh(ledger.account(state).equity)
        paper.now = paper.began = at
        paper.settings = dict(state.settings)
        before = replace(state.strategies.get(action.strategy, StrategyRecord()))
        state.shadows[action.strategy] = Shadowed(member, action.bars, at, before, paper, SimState())
        return True, "shadowed", f"A shadow of {action.strategy} is scored on paper for {action.bars} bars."

    def _add(self, member: Member) -> Outcome:
        self._enter(member)
        return True, "added", f"{member.id} is on and signals from its next {member.timeframe} bar on."

    def _replace(self, strategy: str, member: Member, hand_over: HandOver, at: int, code: str, done: str) -> Outcome:
        held = self._leave(strategy, hand_over, at)
        record = self._desk.state.strategies.get(strategy)
        self._enter(member, on=record is None or record.on)
        for holding in held if hand_over == "adopt" else ():
            holding.strategy = member.id
        if hand_over == "adopt":
            pass_on(self._desk.state, strategy, member.id, [holding.symbol for holding in held])
        return True, code, f"{done} {KEPT[hand_over]}" if held else done

    def _remove(self, action: StrategyRemove, at: int) -> Outcome:
        held = self._leave(action.strategy, action.hand_over, at)
        done = f"{action.strategy} is off the desk."
        return True, "removed", f"{done} {KEPT[action.hand_over]}" if held else done

    def _enter(self, member: Member, on: bool = True) -> None:
        state = self._desk.state
        state.members[member.id] = member
        state.strategies.setdefault(member.id, StrategyRecord()).on = on
        self._lineup.changed = True

    def _leave(self, strategy: str, hand_over: HandOver, at: int) -> Sequence[Holding]:
        """A strategy goes: what it was about to enter is called off; gives its positions, handed over as asked."""
        state, member = self._desk.state, self._lineup.member(strategy)
        state.candidates = [each for each in state.candidates if each.plan != strategy]
        for symbol in [symbol for symbol, each in state.reversals.items() if each.plan == strategy]:
            del state.reversals[symbol]
        for order in [live.order for live in state.orders.values() if live.order.leg == "entry"]:
            if order.strategy == strategy:
                self._desk.cancel(order.id, at, "its strategy has changed")
        held = self._held(strategy)
        if held and hand_over != "adopt":
            self._retire(member, held)
        elif not held:
            pass_on(state, strategy, strategy, ())
        for holding in held if hand_over == "close" else ():
            self._exits.leave(holding, at, "swap")
        state.members.pop(strategy, None)
        state.shadows.pop(strategy, None)
        if strategy not in state.removed and self._lineup.configured(strategy):
            state.removed.append(strategy)
        self._lineup.changed = True
        return held

    def _retire(self, member: Member, held: Sequence[Holding]) -> None:
        """The version stays, under a name of its own and for these positions only, or to the end of a round trip."""
        state = self._desk.state
        state.retirements += 1
        name = f"{member.id}~{state.retirements}"
        round_trip = exchanging(self._lineup.of(member.id).strategy)
        symbols = member.symbols if round_trip else tuple(holding.symbol for holding in held)
        state.retired[name] = msgspec.structs.replace(member, id=name, symbols=symbols)
        state.strategies[name] = StrategyRecord(on=False)
        for holding in held:
            holding.strategy = name
        pass_on(state, member.id, name, symbols)

    def _held(self, strategy: str) -> list[Holding]:
        return [holding for holding in self._desk.state.holdings.values() if holding.strategy == strategy]


def _worded(params: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in params.items()) or "the same parameters"
