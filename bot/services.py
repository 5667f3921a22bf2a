"""What handlers are given by name: `async def show(message: Message, services: Services, role: Role)`."""

from collections.abc import Callable

import msgspec

from bot.intents import Intents
from bot.outbox import Say
from engine.control import Control
from engine.ports import Archive, Users


class Desk(msgspec.Struct, frozen=True):
    """Facts of this run that never change."""

    mode: str
    """SIM or LIVE, as it started; `Control.mode` knows the present one."""
    venue: str
    zone: str
    """IANA name of the users' time zone."""
    demo: bool


class Services(msgspec.Struct, frozen=True):
    """Everything a handler may use. Whoever asked is in `role`, a second argument filled by name."""

    control: Control
    intents: Intents
    say: Say
    users: Users
    archive: Archive
    desk: Desk
    clock: Callable[[], int]
    """Wall time, UTC ms."""
