"""The questions before strategies are started, changed, replaced or removed."""

from bot.figures.figures import signed
from bot.screens.confirm import Question
from bot.screens.layout import words
from engine.model.commands import (
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
)
from engine.model.member import HandOver, Member
from engine.model.views import StrategyView

HANDED = {
    "keep": "The old version manages it to its exit.",
    "close": "It is closed at market first.",
    "adopt": "The new version's exits apply to it; its stop stays.",
}


def add(action: StrategyAdd) -> Question:
    """A strategy that is not on the desk yet."""
    member = action.member
    rows = (*words(f"{member.name} on {member.timeframe}: {', '.join(member.symbols)}"), *_params(member))
    return Question(f"🟠 START {member.id}", (*rows, *words("Signals from its next closed bar on.")), "start")


def params(view: StrategyView, action: StrategyParams) -> Question:
    """New values beside the present ones."""
    now = dict(view.params)
    rows = [f"{name}: {now.get(name, '?')} -> {value}" for name, value in action.params.items()]
    return Question(f"🟠 {view.id} changes", (*rows, *_held(view, action.hand_over)), "change")


def swap(view: StrategyView, action: StrategySwap) -> Question:
    """Another strategy in the place of one."""
    member = action.member
    itself = "the new version of its file" if member.document else "itself with these parameters"
    new = itself if member.id == view.id else member.id
    rows = (*words(f"{view.id} -> {new}, {member.timeframe}: {', '.join(member.symbols)}"), *_params(member))
    return Question(f"🟠 SWAP {view.id}", (*rows, *_held(view, action.hand_over)), "swap")


def remove(view: StrategyView, action: StrategyRemove) -> Question:
    """Off the desk."""
    rows = (f"{view.trades} trades · {signed(view.pnl)}", *_held(view, action.hand_over))
    return Question(f"🟠 REMOVE {view.id}", rows, "remove")


def shadow(view: StrategyView, action: StrategyShadow) -> Question:
    """A new version on paper, or the end of it."""
    if not action.bars:
        return Question(f"🟠 END SHADOW of {view.id}", tuple(words("Its results are forgotten.")), "end")
    rows = [f"{name}: {value}" for name, value in action.params.items()]
    rows += [action.member.id] if action.member else []
    rows += words(f"Scored beside {view.id} for {action.bars} bars, on paper only.")
    return Question(f"🟠 SHADOW of {view.id}", tuple(rows), "shadow")


def promote(view: StrategyView, action: StrategyPromote) -> Question:
    """The shadow takes the place of its strategy."""
    rows: list[str] = []
    if view.shadow is not None:
        rows = words(f"{view.shadow.version} after {view.shadow.bars} of {view.shadow.wanted} bars")
        rows += [f"new {signed(view.shadow.pnl)} · old {signed(view.shadow.old_pnl)}"]
    return Question(f"🟠 PROMOTE shadow of {view.id}", (*rows, *_held(view, action.hand_over)), "promote")


def _params(member: Member) -> list[str]:
    return words(", ".join(f"{name}={value}" for name, value in member.params.items()))


def _held(view: StrategyView, hand_over: HandOver) -> list[str]:
    be = "is" if len(view.held) == 1 else "are"
    return words(f"{', '.join(view.held)} {be} open. {HANDED[hand_over]}") if view.held else []
