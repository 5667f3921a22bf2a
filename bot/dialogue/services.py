"""What handlers are given by name: `async def show(message: Message, services: Services, role: Role)`."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from bot.backtests.trials import Trials
from bot.dialogue.intents import Intents
from bot.outbox.outbox import Say
from bot.people.preferences import PreferenceBook
from bot.people.strangers import Strangers
from engine.control import Control
from engine.model.roles import Role
from engine.ports import Archive, Users


class Desk(msgspec.Struct, frozen=True):
    """Facts of this run."""

    mode: str
    """SIM or LIVE, as it started; `Control.mode` knows the present one."""
    venue: str
    zone: str
    """IANA name of the time zone of whoever asks; the desk's where the person has set none."""
    demo: bool


class Services(msgspec.Struct, frozen=True):
    """Everything a handler may use. Whoever asked is in `role`, a second argument filled by name."""

    control: Control
    intents: Intents
    say: Say
    users: Users
    preferences: PreferenceBook
    people: Callable[[], Awaitable[Mapping[int, Role]]]
    """Everybody who has a role, by user id."""
    strangers: Strangers
    archive: Archive
    desk: Desk
    clock: Callable[[], int]
    """Wall time, UTC ms."""
    trials: Trials
    """Backtests that people run."""
