"""A desk that does what it is told, as far as the trading state goes, and remembers it."""

import msgspec

from engine.model.commands import Action, CloseAll, Halt, Pause, Resume
from engine.model.facts import TradingState
from engine.model.views import Answer
from tests.unit.bot.stand_ins import Picture

STATES: dict[type, TradingState] = {Pause: "REDUCING", Halt: "HALTED", CloseAll: "HALTED", Resume: "ACTIVE"}


class ObedientDesk(Picture):
    """Port Control."""

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        self.enter(STATES.get(type(action), self.view.state))
        return await super().do(action, actor, intent, inbox)

    def enter(self, state: TradingState) -> None:
        self.view = msgspec.structs.replace(self.view, state=state)
