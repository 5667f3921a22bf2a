"""From a wish to a question: what the person is shown, and what has to be as it was when they confirm."""

from collections.abc import Mapping
from decimal import Decimal
from typing import assert_never

import msgspec

from bot.dialogue.intents import SetRole, Wish
from bot.dialogue.services import Services
from bot.people.access import refusal
from bot.screens import changes, confirm
from bot.screens.confirm import Question
from engine.control import Control
from engine.model.commands import (
    CancelEntry,
    Close,
    CloseAll,
    Halt,
    LineupAction,
    Pause,
    Resume,
    SetMode,
    SetRisk,
    StrategyAdd,
    StrategyParams,
    StrategyPromote,
    StrategyRemove,
    StrategyShadow,
    StrategySwap,
    StrategySwitch,
)
from engine.model.errors import BadInput
from engine.model.roles import Role
from engine.model.views import PositionView, SettingView, StatusView, StrategyView

DRIFT = Decimal("0.2")
"""A position whose size is off by this share is not the one the person saw."""


class Shown(msgspec.Struct, frozen=True):
    """What a person saw when they were asked: sizes by trade, and the words that were on the screen."""

    sizes: Mapping[str, Decimal]
    words: tuple[str, ...]

    def same(self, now: "Shown") -> bool:
        """Whether the world is still the one that was shown."""
        return (
            self.words == now.words
            and self.sizes.keys() == now.sizes.keys()
            and all(abs(now.sizes[trade] - qty) < DRIFT * qty for trade, qty in self.sizes.items())
        )


async def ask(services: Services, action: Wish, user: int, role: Role, note: str = "", stopped: bool = False) -> None:
    """Open an intent and send its question to the person's private chat; BadInput where there is nothing to ask.

    The question is a message of its own, named `intent:<id>`: what becomes of it is an edit of that message.
    """
    floor = floor_of(action, services.control)
    if role < floor:
        raise BadInput(refusal("This", floor, role))
    question = question_of(action, services.control, stopped)
    intent = services.intents.open(action, shown(action, services.control), user, user, floor)
    await services.say.reply(user, confirm.render(question, intent.id, intent.code, note), key=name(intent.id))


def name(intent: str) -> str:
    """The outbox name of a question's message."""
    return f"intent:{intent}"


def floor_of(action: Wish, control: Control) -> Role:
    """The role an action needs at this moment: ending a halt or a tripped breaker is for admins."""
    match action:
        case SetMode() | SetRisk() | SetRole():
            return Role.ADMIN
        case Resume():
            return Role.ADMIN if _tripped(control) or control.status().state == "HALTED" else Role.TRADER
        case _:
            return Role.TRADER


def question_of(action: Wish, control: Control, stopped: bool = False) -> Question:
    """What the person is asked; BadInput when the action has nothing to act on."""
    status = control.status()
    match action:
        case CloseAll():
            return confirm.close_all(status, stopped)
        case Close():
            return confirm.close(position_of(status, symbol=action.symbol), action.share_percent, status.mode)
        case Resume():
            if status.state == "ACTIVE" and not _tripped(control):
                raise BadInput("The desk is running already; there is nothing to resume.")
            return confirm.resume(status)
        case SetMode():
            return confirm.switch_mode(control.mode(), action, status)
        case StrategySwitch():
            return confirm.switch_strategy(strategy_of(control, action.strategy), action)
        case (
            StrategyAdd() | StrategyParams() | StrategySwap() | StrategyRemove() | StrategyShadow() | StrategyPromote()
        ):
            control.check(action)
            return _change(action, control)
        case SetRisk():
            return confirm.set_risk(setting_of(control, action.name), action)
        case SetRole():
            return confirm.set_role(action)
        case Pause() | Halt() | CancelEntry():
            raise ValueError(f"{action} is done at once and never asked")
        case _:
            assert_never(action)


def shown(action: Wish, control: Control) -> Shown:
    """The part of the world that the question is about."""
    status = control.status()
    match action:
        case CloseAll():
            return Shown({position.trade: position.qty for position in status.positions}, ())
        case Close():
            found = [position for position in status.positions if position.symbol == action.symbol]
            return Shown({position.trade: position.qty for position in found}, ())
        case Resume():
            return Shown({}, (status.state, status.state_reason, *_tripped(control)))
        case SetMode():
            return Shown({}, (status.mode,))
        case StrategySwitch():
            view = strategy_of(control, action.strategy)
            return Shown({}, (str(view.on), *(f"{key}={value}" for key, value in view.params)))
        case StrategyAdd():
            return Shown({}, (str(any(view.listed and view.id == action.member.id for view in control.strategies())),))
        case StrategyParams() | StrategySwap() | StrategyRemove() | StrategyShadow() | StrategyPromote():
            return _seen(strategy_of(control, action.strategy))
        case SetRisk():
            return Shown({}, (setting_of(control, action.name).value,))
        case Pause() | Halt() | CancelEntry() | SetRole():
            return Shown({}, ())
        case _:
            assert_never(action)


def _change(action: LineupAction, control: Control) -> Question:
    """What a person is asked before the desk runs other strategies."""
    match action:
        case StrategyAdd():
            return changes.add(action)
        case StrategyParams():
            return changes.params(strategy_of(control, action.strategy), action)
        case StrategySwap():
            return changes.swap(strategy_of(control, action.strategy), action)
        case StrategyRemove():
            return changes.remove(strategy_of(control, action.strategy), action)
        case StrategyShadow():
            return changes.shadow(strategy_of(control, action.strategy), action)
        case StrategyPromote():
            return changes.promote(strategy_of(control, action.strategy), action)
        case _:
            assert_never(action)


def _seen(view: StrategyView) -> Shown:
    """A strategy as the question showed it: whether it is there, its version, its open positions."""
    version = tuple(f"{key}={value}" for key, value in view.params)
    return Shown({}, (str(view.listed), *version, *view.held, view.shadow.version if view.shadow else ""))


def _tripped(control: Control) -> list[str]:
    """Breakers that a resume would reset."""
    return [breaker.name for breaker in control.risk().breakers if breaker.tripped]


def setting_of(control: Control, setting: str) -> SettingView:
    """The risk setting of this name; BadInput when there is none."""
    for view in control.risk().settings:
        if view.name == setting:
            return view
    raise BadInput(f"There is no setting {setting.lower()}; the screen behind Limits... lists them.")


def position_of(status: StatusView, *, trade: str | None = None, symbol: str | None = None) -> PositionView:
    """The open position of a trade or a symbol; BadInput when it is not open (any more)."""
    for position in status.positions:
        if trade == position.trade or symbol == position.symbol:
            return position
    raise BadInput("That position is not open any more; /positions shows what is.")


def strategy_of(control: Control, strategy: str) -> StrategyView:
    """The strategy of this id; BadInput names those there are."""
    views = control.strategies()
    for view in views:
        if view.id == strategy:
            return view
    known = ", ".join(view.id for view in views)
    raise BadInput(f"There is no strategy {strategy}; there are {known}.")
