"""The Telegram part as a whole: built, kept alive, stopped in order. Nothing that goes wrong here leaves it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import TelegramAPIServer
from aiogram.methods import AnswerCallbackQuery, GetMe, Response, SendChatAction, SetMyCommands, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.utils.token import TokenValidationError
from loguru import logger
from pydantic import SecretStr

from bot.dialogue import registry
from bot.dialogue.registry import ButtonSpec, CommandSpec
from bot.dialogue.services import Services
from bot.outbox.budget import MINUTE
from bot.outbox.courier import Away, Courier, Throttled, TokenRefused, on_duty
from bot.outbox.link import Link
from bot.outbox.sender import Sender
from bot.people.access import Access
from bot.telegram.answers import Answers
from bot.telegram.clerk import Clerk
from bot.telegram.conflicts import HELD, Conflicts
from bot.telegram.guard import KnownPeople, RoleFloor
from bot.telegram.handling import Handling
from bot.telegram.menus import set_menus
from bot.telegram.personal import OwnZone
from bot.telegram.polling import Backoff, Poller, ServerClock
from bot.telegram.pump import Pump
from engine.model.errors import BadSetting
from engine.ports import EventSink, Inbox, Outbox

FINISH_S = 3.0
"""Handlers in flight, and after them the critical lane, each get so long at the end."""
HURRIED_MINUTE = 60
"""Messages a minute in a demo, whose market is as many times faster: the emulator has no rate but the one ordered."""
FREE = (AnswerCallbackQuery, GetMe, SendChatAction, SetMyCommands)
"""Calls that say nothing and may be made beside the outbox."""


class Surface(msgspec.Struct, frozen=True):
    """What people can reach: the routers and the specs of commands and buttons."""

    routers: Sequence[Router]
    commands: Mapping[str, CommandSpec]
    buttons: Mapping[str, ButtonSpec]


def surface() -> Surface:
    """Everything in `bot.commands`."""
    return Surface(registry.routers(), registry.commands(), registry.buttons())


def _bot(token: SecretStr, session: AiohttpSession) -> Bot:
    try:
        return Bot(token.get_secret_value(), session=session)
    except TokenValidationError:
        takes = "the token of the bot as @BotFather gave it, like 123456:ABC-DEF"
        raise BadSetting("TELEGRAM_TOKEN", "(not shown)", takes) from None


class Telegram:
    """`run()` until `stop()`; the engine lives whether or not Telegram does.

    A BadSetting for a token that cannot be one. `sink` hears LinkDown and LinkUp of the link "telegram".
    """

    def __init__(
        self,
        token: SecretStr,
        api_url: str,
        services: Services,
        inbox: Inbox,
        outbox: Outbox,
        access: Access,
        sink: EventSink,
        offered: Surface | None = None,
    ) -> None:
        self._session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
        self._session.middleware(OnlyTheOutbox())
        self._bot = _bot(token, self._session)
        offered = offered or surface()
        self._commands = offered.commands
        self._access = access
        self._link = Link(services.clock, sink)
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._router = _routed(offered.routers)
        zone = ZoneInfo(services.desk.zone)
        demo = services.desk.demo
        parts = (outbox, services.say, Courier(self._bot), self._link, access.admins, services.clock, zone)
        self._sender = Sender(*parts, minute=HURRIED_MINUTE if demo else MINUTE, own_time=demo)
        answer = Answers(self._bot)
        dispatcher = Dispatcher(disable_fsm=True, services=services, answer=answer)
        dispatcher.include_router(self._router)
        server = ServerClock(services.clock)
        people = KnownPeople(access, server)
        _guard(dispatcher, people, RoleFloor(offered.commands, offered.buttons, services.say, answer))
        conflicts = self._conflicts = Conflicts(services.control, services.intents, services.say, access.admins)
        handle = Handling(self._bot, dispatcher, answer)
        self._clerk = Clerk(inbox, services.say, handle, conflicts, offered.commands, server, zone)
        self._pump = Pump(
            Poller(self._session, token.get_secret_value(), server),
            inbox,
            access,
            self._clerk,
            self._link,
            conflicts,
            services.strangers,
            self._sender.unpark,
            services.clock,
        )

    @property
    def trouble(self) -> str:
        """What is wrong with the link, in a few words; empty while all is well."""
        return self._link.trouble or (HELD if self._conflicts.lasting else "")

    @property
    def strangers(self) -> int:
        """Updates of people without a role, refused in silence since the start."""
        return self._pump.strangers.seen

    async def run(self) -> None:
        """Serves until `stop()`, then ends in order: polling, handlers, critical messages, the session."""
        self._ended.clear()
        sender = asyncio.create_task(_kept_alive("sender", self._sender.run, self._link))
        pump = asyncio.create_task(_kept_alive("pump", self._pump.run, self._link))
        menus = asyncio.create_task(_kept_alive("menus", self._menus, self._link))
        try:
            await self._stop.wait()
            await _ended(pump, menus)
            await self._clerk.finish(FINISH_S)
            await self._sender.flush(FINISH_S, "critical")
        finally:
            await _ended(sender, pump, menus)
            await self._session.close()
            _detach(self._router)
            self._ended.set()

    async def empty(self, seconds: float) -> None:
        """Waits until everything has been said, as fast as the other side takes it; for the end of a demo."""
        self._sender.hurry()
        await self._sender.flush(seconds)

    async def stop(self) -> None:
        """Ends `run()` and returns when it has ended."""
        self._stop.set()
        await self._ended.wait()

    async def _menus(self) -> None:
        people = await self._access.people()
        await set_menus(self._bot, people, dict.fromkeys(self._commands.values()))


class OnlyTheOutbox(BaseRequestMiddleware):
    """What is said without the outbox would be lost in an outage: such a call is a bug and does not get out."""

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        """Passes calls of the courier, and those that say nothing."""
        if not on_duty.get() and not isinstance(method, FREE):
            raise RuntimeError(f"{type(method).__name__} was called beside the outbox")
        return await make_request(bot, method)


async def _kept_alive(name: str, job: Callable[[], Awaitable[None]], link: Link) -> None:
    """Runs a job again and again until it returns; a refused token ends it, loudly and for good."""
    backoff = Backoff()
    while True:
        try:
            await job()
        except TokenRefused as error:
            logger.critical("telegram_token_refused", job=name, why=str(error))
            link.broke("Telegram refuses TELEGRAM_TOKEN")
            return
        except (Away, Throttled):
            await backoff.wait()
        except Exception as error:  # noqa: BLE001 - nothing of Telegram may reach the engine
            logger.opt(exception=error).error("telegram_job_failed", job=name)
            await backoff.wait()
        else:
            return


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _guard(dispatcher: Dispatcher, people: KnownPeople, floor: RoleFloor) -> None:
    """First who it is, then the person's own zone, then what the role allows."""
    dispatcher.update.outer_middleware(people)
    dispatcher.update.outer_middleware(OwnZone())
    dispatcher.message.outer_middleware(floor)
    dispatcher.callback_query.outer_middleware(floor)


def _routed(routers: Sequence[Router]) -> Router:
    """One router above those of the modules, which live as long as the process and had another before."""
    root = Router(name="desk")
    for router in routers:
        if router.parent_router is not None:
            router.parent_router.sub_routers.remove(router)
            router._parent_router = None
        root.include_router(router)
    return root


def _detach(root: Router) -> None:
    for router in list(root.sub_routers):
        root.sub_routers.remove(router)
        router._parent_router = None
