"""The emulator as a server: the Bot API, the control endpoints and the chat page on one port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import web

from bot.playground import people, switches
from bot.playground.api import BODY_LIMIT, BotApi
from bot.playground.control import Control, own_pages_only
from bot.playground.faults import FaultOrder
from bot.playground.keeping import Keeper
from bot.playground.objects import Answer, CallbackQuery, Message, View
from bot.playground.world import PEOPLE, ApiCall, Violation, World

PAGE = Path(__file__).with_name("page")
DEMO_TOKEN = "4242424242:playground-token-that-opens-nothing"
CONTENT_POLICY = "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'"
SHUTDOWN_S = 0.5
"""How long a request in flight may go on at the end."""


class Emulator:
    """A running emulator, in the hand of the daemon or of a test.

    `url` is the base for TELEGRAM_API_URL (aiogram: `TelegramAPIServer.from_base(url)`), `page_url` is the
    chat page.
    """

    def __init__(self, world: World, url: str, *, resumed: bool = False) -> None:
        self.world = world
        self.resumed = resumed
        """Whether the chats of an earlier run are in it."""
        self.url = url
        self.page_url = f"{url}/"
        self.token = world.token

    @property
    def violations(self) -> list[Violation]:
        """Where requests, answers and updates were not what the schema says."""
        return self.world.violations

    @property
    def calls(self) -> list[ApiCall]:
        """The Bot API calls that arrived, polls apart."""
        return [call for call in self.world.calls if call.method != "getUpdates"]

    @property
    def answers(self) -> list[Answer]:
        """How presses were answered."""
        return self.world.answers

    def state(self) -> dict[str, object]:
        """Clock, switches, people, and whether the bot polls: the body of `GET /emu/state`."""
        return switches.state(self.world)

    def messages(self, after: int = 0) -> list[View]:
        """Messages sent, edited or deleted after that revision."""
        return [record.view() for record in self.world.chats.since(after)]

    def say(
        self,
        text: str,
        user_id: int | None = None,
        chat_id: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Message:
        """Someone writes to the bot; see `people.say`."""
        return people.say(self.world, text, user_id, chat_id, extra)

    def edit(self, message_id: int, text: str) -> Message:
        """Someone edits an own message."""
        return people.edit(self.world, message_id, text)

    def press(
        self,
        message_id: int,
        *,
        data: str | None = None,
        label: str | None = None,
        user_id: int | None = None,
    ) -> CallbackQuery:
        """Someone presses a button, found by its data or its label."""
        return people.press(self.world, message_id, data, label, user_id)

    def update(self, kind: str, content: object) -> None:
        """Hands the bot an update of any kind, e.g. a press on a button that is long gone."""
        self.world.deliver(kind, content)

    def fault(self, **order: object) -> None:
        """Orders trouble: the fields of `FaultOrder`; a ValueError for what it does not take."""
        switches.carry_out(self.world, msgspec.convert(order, FaultOrder))

    async def bot_message(self, after: Message, timeout_s: float = 5.0) -> View:
        """The bot's first message that came later in the same chat; a TimeoutError where none comes."""

        def later() -> Iterable[View]:
            for view in self.messages():
                same_chat = view["chat"]["id"] == after["chat"]["id"]
                if same_chat and view["message_id"] > after["message_id"] and view["from"]["is_bot"]:
                    yield view

        def first() -> View | None:
            return min(later(), key=lambda view: view["message_id"], default=None)

        return await self.until(first, timeout_s)

    async def until[T](self, look: Callable[[], T | None], timeout_s: float = 5.0) -> T:
        """Looks until it sees something true, and answers that; a TimeoutError where it never does."""
        async with asyncio.timeout(timeout_s):
            while not (seen := look()):  # noqa: ASYNC110 - not all that is looked at makes an event
                await asyncio.sleep(0.005)
        return seen


@asynccontextmanager
async def serve(
    *,
    token: str = DEMO_TOKEN,
    host: str = "127.0.0.1",
    port: int = 0,
    roles: Mapping[int, str] = PEOPLE,
    last_id: int = 0,
    keep: Path | None = None,
) -> AsyncIterator[Emulator]:
    """Runs an emulator for one bot token; port 0 takes a free one.

    `roles` names the users who have already pressed Start; message ids come after `last_id`. `keep` is a file
    for the chats, which are shown again by the next emulator that is given it. An OSError where the port is in use, a
    ValueError for a token that is none.
    """
    world = World(token, roles, last_id)
    keeper = None if keep is None else Keeper(world, keep)
    resumed = keeper is not None and keeper.load()
    keeping = None if keeper is None else asyncio.create_task(keeper.run())
    runner = web.AppRunner(_application(world, keeper), access_log=None, shutdown_timeout=SHUTDOWN_S)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        bound: int = runner.addresses[0][1]
        yield Emulator(world, f"http://{host}:{bound}", resumed=resumed)
    finally:
        if keeper is not None and keeping is not None:
            keeping.cancel()
            keeper.write()
        world.close()
        await runner.cleanup()


def _application(world: World, keeper: Keeper | None) -> web.Application:
    application = web.Application(client_max_size=BODY_LIMIT, middlewares=[own_pages_only])
    application.add_routes(BotApi(world).routes())
    application.add_routes(Control(world).routes())
    application.add_routes([web.get("/", _index), web.static("/page", PAGE)])
    application.on_response_prepare.append(_harden)
    if keeper is not None:
        application.on_response_prepare.append(keeper.note)
    return application


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    """No foreign script, no framing, no guessing of types, no stale page after an update."""
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "no-cache")
