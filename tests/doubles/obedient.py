"""A desk that does what it is told and remembers it."""

from decimal import Decimal

from engine.control import Control
from engine.model.account import Account
from engine.model.commands import Action, CloseAll, Halt, Pause, Resume
from engine.model.facts import TradingState
from engine.model.views import Answer, StatusView

ZERO = Decimal(0)
STATES: dict[type, TradingState] = {Pause: "REDUCING", Halt: "HALTED", CloseAll: "HALTED", Resume: "ACTIVE"}


class ObedientDesk(Control):
    """Port Control, as far as the Telegram part itself asks anything."""

    def __init__(self) -> None:
        self.done: list[tuple[Action, int, int | None]] = []
        self.state: TradingState = "ACTIVE"

    def status(self) -> StatusView:
        empty = Account(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)
        return StatusView(
            *(0, "SIM", "test", self.state, "", True, empty, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO),
            *((), (), 0, None, (), 0, 0, 0),
        )

    async def do(self, action: Action, actor: int, intent: str, inbox: int | None) -> Answer:
        self.done.append((action, actor, inbox))
        self.state = STATES.get(type(action), self.state)
        return Answer(True, "done", "Done.")
