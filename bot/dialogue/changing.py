"""What a person typed after /strategy NAME, as the change it asks for; BadInput says what could be typed instead."""

from collections.abc import Sequence
from typing import get_args

import msgspec

from bot.dialogue.grammar import named, quoted, value, whole
from bot.options.parameters import ParameterSet
from engine.control import Control
from engine.model.commands import (
    Action,
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
    StrategySwitch,
)
from engine.model.errors import BadInput
from engine.model.member import HandOver, Member
from engine.model.own import NAMES
from engine.model.views import StrategyView

HAND_OVERS: tuple[HandOver, ...] = get_args(HandOver)
SHADOW_BARS, MOST_SHADOW_BARS = 100, 5_000
FORMS = "on, off, param=value, a set of them as JSON, swap OTHER, remove, shadow or promote"


def wish(view: StrategyView, words: Sequence[str], control: Control) -> Action:
    """The change of this strategy that these words (at least one) ask for, checked against the desk of now."""
    action = _wish(view, words, control)
    if not isinstance(action, StrategySwitch):
        control.check(action)
    return action


def _wish(
    view: StrategyView, words: Sequence[str], control: Control
) -> StrategySwitch | StrategyAdd | StrategyParams | StrategyPromote | StrategyRemove | StrategyShadow | StrategySwap:
    what, rest = words[0].lower(), list(words[1:])
    if view.leaving:
        raise BadInput(f"{view.id} is a version that is gone; it only manages its open position.")
    if what in ("on", "off") and not rest:
        return switch(view, what == "on", control)
    if not view.listed:
        raise BadInput(f"{view.id} is not on the desk; /strategy {view.id} on starts it.")
    if "=" in words[0] or words[0].startswith("{"):
        hand_over, texts = _split(words)
        return StrategyParams(view.id, params(view, texts), hand_over)
    if what == "shadow":
        return _shadow(view, rest, control)
    hand_over, rest = _split(rest)
    if what == "swap" and len(rest) == 1:
        return StrategySwap(view.id, control.startable(named(rest[0], f"/strategy {view.id} swap")), hand_over)
    if what == "remove" and not rest:
        return StrategyRemove(view.id, hand_over)
    if what == "promote" and not rest:
        return StrategyPromote(view.id, hand_over)
    raise BadInput(f"/strategy {view.id} takes {FORMS}, not {quoted(' '.join(words))}.")


def switch(view: StrategyView, on: bool, control: Control) -> StrategySwitch | StrategyAdd:
    """On or off; a strategy that is not on the desk is started."""
    if not view.listed:
        if not on:
            raise BadInput(f"{view.id} is not on the desk.")
        return StrategyAdd(control.startable(view.id))
    if view.on == on:
        raise BadInput(f"{view.id} is {'on' if on else 'off'} already.")
    return StrategySwitch(view.id, on)


def started(action: Action, control: Control) -> Member | None:
    """The strategy that would run after a change, if the change is about what runs."""
    match action:
        case StrategyAdd() | StrategySwap():
            return action.member
        case StrategyShadow(member=Member() as member):
            return member
        case StrategyParams() | StrategyShadow() if action.params:
            view = next(each for each in control.strategies() if each.id == action.strategy)
            if view.rules:
                return None
            member = control.startable(action.strategy)
            return msgspec.structs.replace(member, params={**dict(view.params), **action.params})
        case _:
            return None


def params(view: StrategyView, texts: Sequence[str]) -> dict[str, str]:
    """`fast=5` texts, or what `optimise --out` writes, as parameters by name; risk settings are typed in any case."""
    found: dict[str, str] = {}
    if texts and texts[0].startswith("{"):
        return {named(name, "A parameter"): value(text, name) for name, text in _pasted(view, texts).items()}
    for text in texts:
        name, equals, typed = text.partition("=")
        name = name.upper() if name.upper() in NAMES else name
        if not equals or not name:
            raise BadInput(f"/strategy {view.id} takes param=value, not {quoted(text)}.")
        if name in found:
            raise BadInput(f"{name} stands twice; give it once.")
        found[named(name, "A parameter")] = value(typed, name)
    return found


def _shadow(view: StrategyView, rest: list[str], control: Control) -> StrategyShadow:
    if rest == ["off"]:
        return StrategyShadow(view.id, 0)
    bars = SHADOW_BARS
    if rest and rest[0].isdecimal():
        bars = whole(rest.pop(0), 1, MOST_SHADOW_BARS, f"/strategy {view.id} shadow")
    if len(rest) == 1 and "=" not in rest[0] and not rest[0].startswith("{"):
        return StrategyShadow(view.id, bars, control.startable(named(rest[0], f"/strategy {view.id} shadow")))
    if not rest:
        raise BadInput(f"/strategy {view.id} shadow takes param=value or another strategy, with the bars before it.")
    return StrategyShadow(view.id, bars, None, params(view, rest))


def _pasted(view: StrategyView, texts: Sequence[str]) -> dict[str, str]:
    """A set for this strategy: the content of a file of parameters, or the object of them alone."""
    own = f"{view.name}@{view.timeframe}"
    try:
        given = msgspec.json.decode(" ".join(texts), type=dict[str, msgspec.Raw])
        alone = b'{"strategy":"%s","params":%s}' % (own.encode(), " ".join(texts).encode())
        found = msgspec.json.decode(" ".join(texts) if "params" in given else alone, type=ParameterSet)
    except msgspec.DecodeError as error:
        raise BadInput(f"That is not what `optimise --out` writes: {error}.") from None
    if found.strategy != own:
        raise BadInput(f"These parameters are for {quoted(found.strategy)}; {view.id} is {own}.")
    if found.stop is not None or found.target is not None:
        raise BadInput("A set with a stop or target is for a whole desk: pocketdesk run --params-file takes it.")
    return found.texts()


def _split(words: Sequence[str]) -> tuple[HandOver, list[str]]:
    """The hand-over at the end (keep where none is typed), and the words before it."""
    for hand_over in HAND_OVERS:
        if words and words[-1].lower() == hand_over:
            return hand_over, list(words[:-1])
    return "keep", list(words)
