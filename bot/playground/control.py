"""The control endpoints under /emu: what the page and the tests use to play the people and the weather."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec
from aiohttp import web

from bot.playground import people, switches
from bot.playground.events import Event, Listener
from bot.playground.faults import FaultOrder
from bot.playground.world import World

HEARTBEAT_S = 15.0
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SayOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /emu/say`."""

    text: str
    chat_id: int | None = None
    user_id: int | None = None


class PressOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /emu/press`: the button by its data, or by its label."""

    message_id: int
    data: str | None = None
    label: str | None = None
    user_id: int | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.label is None):
            raise ValueError("takes one of data and label")


class Control:
    """The handlers of the control endpoints. A wrong body is answered 400 with one sentence."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """All paths under /emu."""
        return [
            web.post("/emu/say", self.say),
            web.post("/emu/press", self.press),
            web.post("/emu/fault", self.fault),
            web.post("/emu/update", self.update),
            web.get("/emu/messages", self.messages),
            web.get("/emu/events", self.events),
            web.get("/emu/file/{id}", self.file),
            web.get("/emu/state", self.state),
            web.get("/emu/commands", self.commands),
            web.get("/emu/calls", self.calls),
            web.get("/emu/violations", self.violations),
        ]

    async def say(self, request: web.Request) -> web.Response:
        """Someone writes; answers the message."""
        order = await _order(request, SayOrder)
        try:
            return _done(people.say(self._world, order.text, order.user_id, order.chat_id))
        except ValueError as error:
            raise _problem(400, str(error)) from error

    async def press(self, request: web.Request) -> web.Response:
        """Someone presses a button; answers the callback query, 404 where there is no such button."""
        order = await _order(request, PressOrder)
        try:
            query = people.press(self._world, order.message_id, order.data, order.label, order.user_id)
        except LookupError as error:
            raise _problem(404, str(error)) from error
        return _done(query)

    async def fault(self, request: web.Request) -> web.Response:
        """Orders trouble, or ends it; answers the state of the world."""
        switches.carry_out(self._world, await _order(request, FaultOrder))
        return _done(switches.state(self._world))

    async def update(self, request: web.Request) -> web.Response:
        """Hands the bot one update of any kind, e.g. `{"inline_query": {...}}`, if the schema agrees."""
        body = await _order(request, dict[str, dict[str, object]])
        problems = self._world.schema.check("Update", {"update_id": 1, **body}, "update")
        if problems or len(body) != 1:
            raise _problem(400, str(problems[0]) if problems else "takes one kind of update")
        for kind, content in body.items():
            self._world.deliver(kind, content)
        return _done(True)

    async def messages(self, request: web.Request) -> web.Response:
        """Messages sent, edited or deleted after revision `after`."""
        after = _number(request, "after", 0)
        return _json(200, [record.view() for record in self._world.chats.since(after)])

    async def events(self, request: web.Request) -> web.StreamResponse:
        """All that happens, as Server-Sent Events, until the reader or the emulator goes."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        with self._world.events.listen() as listener, suppress(ConnectionResetError):
            await response.prepare(request)
            event: Event | None = Event("state", switches.state(self._world))
            while event:
                await response.write(_frame(event))
                event = await _next(listener)
        return response

    async def file(self, request: web.Request) -> web.Response:
        """The bytes of a photo or document."""
        stored = self._world.files.get(request.match_info["id"])
        if stored is None:
            raise _problem(404, f"no file {request.match_info['id']}")
        response = web.Response(body=stored.content, content_type=stored.mime_type)
        if stored.kind != "photo":
            response.headers["Content-Disposition"] = "attachment"
        return response

    async def state(self, request: web.Request) -> web.Response:
        """Clock, switches, people, and whether the bot polls."""
        return _json(200, switches.state(self._world))

    async def commands(self, request: web.Request) -> web.Response:
        """The command menu that `user_id` sees in the private chat."""
        user = self._world.person(_number(request, "user_id", people.ADMIN))
        chat = self._world.chats.open(user["id"], user)
        return _json(200, self._world.menus.shown(chat, user["id"], user.get("language_code", "")))

    async def calls(self, request: web.Request) -> web.Response:
        """Bot API calls with a number above `after`."""
        after = _number(request, "after", 0)
        return _json(200, [call for call in self._world.calls if call.number > after])

    async def violations(self, request: web.Request) -> web.Response:
        """Where requests, answers and updates were not what the schema says."""
        return _json(200, self._world.violations)


@web.middleware
async def own_pages_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuses what another site's page could send: the emulator can press buttons.

    The Host must be a loopback name (else a name of another site points here), the Origin its own or absent.
    """
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    if host.rpartition(":")[0].strip("[]") not in LOOPBACK and host.strip("[]") not in LOOPBACK:
        raise _problem(403, f"Host is {host!r}, takes 127.0.0.1 or localhost")
    if origin is not None and origin != f"http://{host}":
        raise _problem(403, f"Origin is {origin!r}, takes its own page or none")
    return await handler(request)


async def _order[T](request: web.Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise _problem(400, str(error)) from error


async def _next(listener: Listener) -> Event | None:
    """The next event, or after a while of silence one that only keeps the line open."""
    try:
        return await asyncio.wait_for(listener.get(), HEARTBEAT_S)
    except TimeoutError:
        return Event("silence", None)


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    try:
        return int(text)
    except ValueError as error:
        raise _problem(400, f"{name} is {text!r}, takes a whole number") from error


def _problem(status: int, sentence: str) -> web.HTTPException:
    kinds = {400: web.HTTPBadRequest, 403: web.HTTPForbidden, 404: web.HTTPNotFound}
    body = msgspec.json.encode({"ok": False, "description": sentence}).decode()
    return kinds[status](text=body, content_type="application/json")


def _done(result: object) -> web.Response:
    return _json(200, {"ok": True, "result": result})


def _json(status: int, value: object) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(
        status=status, body=msgspec.json.encode(value), content_type="application/json", headers=headers
    )


def _frame(event: Event) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event.name.encode(), msgspec.json.encode(event.data))
