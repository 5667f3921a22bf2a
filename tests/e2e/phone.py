"""The Telegram part, alive against a running emulator, with a handful of handlers of its own."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update
from pydantic import SecretStr

from bot.dialogue.intents import Intents, SetRole, Void
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Desk, Services
from bot.outbox.body import Button, body
from bot.outbox.outbox import Say
from bot.people.access import Access
from bot.people.preferences import PreferenceBook
from bot.people.strangers import Strangers
from bot.playground import Emulator
from bot.telegram.telegram import Surface, Telegram
from engine.model.commands import Action, CloseAll, Pause, Resume
from engine.model.messages import Event
from engine.model.roles import Role
from tests.doubles.archive import MemoryArchive
from tests.doubles.inbox import MemoryInbox
from tests.doubles.obedient import ObedientDesk
from tests.doubles.outbox import MemoryOutbox
from tests.doubles.users import MemoryUsers
from tests.unit.bot.stand_ins import no_trials

PATIENCE_S = 30.0
"""For what takes a moment on an idle machine."""

ADMIN, TRADER, VIEWER, STRANGER = 1001, 1002, 1003, 4004
COMMANDS: Mapping[str, CommandSpec] = {
    "status": CommandSpec("status", Role.VIEWER, 0, "read", "how things are"),
    "slow": CommandSpec("slow", Role.VIEWER, 0, "read", "takes a while"),
    "bug": CommandSpec("bug", Role.VIEWER, 0, "read", "fails"),
    "pause": CommandSpec("pause", Role.TRADER, 1, "reduce", "no new entries"),
    "resume": CommandSpec("resume", Role.TRADER, 2, "trade", "trade again"),
    "close_all": CommandSpec("close_all", Role.TRADER, 2, "trade", "close everything"),
}
BUTTONS: Mapping[str, ButtonSpec] = {
    "s": ButtonSpec("s", Role.VIEWER),
    "y": ButtonSpec("y", Role.TRADER, dangerous=True),
}
CHANGES: Mapping[str, Action] = {"pause": Pause(), "resume": Resume(), "close_all": CloseAll()}


def now() -> int:
    return time.time_ns() // 1_000_000


def handlers() -> Router:
    router = Router()

    @router.message(Command("status"))
    async def status(message: Message, services: Services, role: Role) -> None:
        screen = body(f"{services.control.status().state} for {role.name}", buttons=((Button("Refresh", "s"),),))
        await services.say.reply(message.chat.id, screen)

    @router.callback_query(F.data == "s")
    async def refresh(query: CallbackQuery, services: Services) -> None:
        assert query.message
        await services.say.edit(query.from_user.id, query.message.message_id, body("refreshed"))

    @router.message(Command("slow"))
    async def slow(message: Message, services: Services) -> None:
        await asyncio.sleep(1.5)
        await services.say.reply(message.chat.id, body("slow done"))

    @router.message(Command("bug"))
    async def bug(message: Message) -> None:
        raise LookupError("a bug")

    @router.message(Command("pause", "resume", "close_all"))
    async def change(message: Message, services: Services, event_update: Update) -> None:
        action = CHANGES[(message.text or "")[1:].split()[0]]
        if isinstance(action, CloseAll):
            intent = services.intents.open(action, "", message.chat.id, message.chat.id, Role.TRADER)
            confirm = body(f"CLOSE ALL {intent.code}", buttons=((Button("Confirm: close", f"y:{intent.id}"),),))
            await services.say.reply(message.chat.id, confirm)
            return
        await services.control.do(action, message.chat.id, "", event_update.update_id)
        await services.say.reply(message.chat.id, body(f"did {message.text}"))

    @router.callback_query(F.data.startswith("y:"))
    async def confirm(query: CallbackQuery, services: Services, role: Role, event_update: Update) -> None:
        user = query.from_user.id
        taken = services.intents.take((query.data or "")[2:], user, user, role)
        if isinstance(taken, Void):
            await services.say.reply(user, body(taken.text))
            return
        assert not isinstance(taken.action, SetRole)
        await services.control.do(taken.action, user, taken.id, event_update.update_id)
        await services.say.reply(user, body("all closed"))

    return router


@dataclass
class Phone:
    """The Telegram part with what it stands on; everything stored outlives a stop."""

    emulator: Emulator
    desk: ObedientDesk = field(default_factory=ObedientDesk)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    users: MemoryUsers = field(default_factory=lambda: MemoryUsers({VIEWER: Role.VIEWER}))
    links: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.say = Say(self.outbox, now)
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        facts = Desk("SIM", "test", "UTC", demo=True)
        access = Access([ADMIN], [TRADER], self.users)
        services = Services(
            *(self.desk, Intents("run"), self.say, self.users, PreferenceBook(self.users)),
            *(access.people, Strangers(), MemoryArchive(), facts, now),
            no_trials(self.say, Path(gettempdir())),
        )
        surface = Surface([handlers()], COMMANDS, BUTTONS)
        token = SecretStr(self.emulator.token)
        self.telegram = Telegram(
            token, self.emulator.url, services, self.inbox, self.outbox, access, self.links.append, surface
        )
        self.task = asyncio.create_task(self.telegram.run())

    async def stop(self) -> None:
        if self.task:
            await self.telegram.stop()
            await self.task
            self.task = None

    async def ask(self, text: str, user: int = ADMIN) -> str:
        """Says something and answers with the text that comes back."""
        said = self.emulator.say(text, user_id=user)
        return (await self.emulator.bot_message(after=said, timeout_s=PATIENCE_S))["text"]

    async def until[T](self, look: Callable[[], T | None], seconds: float = PATIENCE_S) -> T:
        """Looks until it sees something true."""
        return await self.emulator.until(look, seconds)

    def texts(self) -> list[str]:
        """What the bot has said so far."""
        return [view["text"] for view in self.emulator.messages() if view["from"]["is_bot"]]

    async def settled(self) -> None:
        """Until nothing waits to be fetched, worked on or sent."""
        await self.until(lambda: self.emulator.world.updates.pending() == 0 or self.emulator.world.updates.polling)
        await asyncio.sleep(0.1)
        busy = {"new", "running"}
        await self.until(lambda: not busy & set(self.inbox.states()) and not self.outbox.waiting_rows)
