"""The emulated exchange on a loopback port: REST, the /market and /public WebSockets, and faults by name."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.exchange.market import Frame, Market
from tests.exchange.rest import Refused, answer

HOST = "127.0.0.1"
PUBLIC = ("trade", "bookTicker", "depth")
"""Channels served under /public; the others are under /market. Coin-margined ones are all together."""


@dataclass
class Request:
    """One request as it arrived; `status` is what it was answered."""

    path: str
    query: dict[str, str]
    status: int = 0


@dataclass(eq=False)
class Socket:
    """One open WebSocket and what it subscribed to."""

    ws: web.WebSocketResponse
    request: web.Request
    category: str
    streams: set[str] = field(default_factory=set)


class Exchange:
    """A running exchange. Faults: `close`, `abort`, `mute`, `garbage`, `refuse`, `fail_rest`; gaps are the market's."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.requests: list[Request] = []
        self.sockets: list[Socket] = []
        self.muted = False
        self.dials = 0
        self._failure: tuple[int, int] | None = None
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._outgoing: set[asyncio.Task[None]] = set()
        market.listeners.append(self._publish)

    @property
    def url(self) -> str:
        """Base of every REST address (EXCHANGE_URL)."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Accept connections, at the same port as before when there was one."""
        app = web.Application()
        app.router.add_get("/{category:public|market}/ws/{number}", self._socket)
        app.router.add_get("/ws/{number}", self._socket)
        app.router.add_get("/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Drop everybody and refuse connections until `start`."""
        self.abort()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        """Close every socket politely."""
        for socket in list(self.sockets):
            await socket.ws.close(code=1001, message=b"going away")

    def abort(self) -> None:
        """Cut every socket's TCP connection."""
        for socket in list(self.sockets):
            if socket.request.transport is not None:
                socket.request.transport.abort()

    def garbage(self) -> None:
        """Send every socket a frame that is not JSON."""
        for socket in self.sockets:
            self._send(socket, '{"e":"kline","k":{"t":')

    def fail_rest(self, status: int | None, retry_after: int = 1) -> None:
        """Answer every REST request with this status (429, 418, 503) until called with None."""
        self._failure = None if status is None else (status, retry_after)

    def asked(self, path: str) -> list[Request]:
        """REST requests of one path so far."""
        return [request for request in self.requests if request.path == path]

    def subscribed(self, *channels: str) -> bool:
        """Whether each of these channels (kline_1m, trade, bookTicker) has a subscriber for every contract."""
        taken = {stream for socket in self.sockets for stream in socket.streams}
        return all(f"{symbol.lower()}@{name}" in taken for symbol in self.market.books for name in channels)

    def _publish(self, stream: str, frame: Frame) -> None:
        if self.muted:
            return
        text = json.dumps(frame)
        for socket in self.sockets:
            if stream in socket.streams:
                self._send(socket, text)

    def _send(self, socket: Socket, text: str) -> None:
        """Frames are handed to the connection in order, without waiting for it."""
        task = asyncio.get_running_loop().create_task(self._deliver(socket, text))
        self._outgoing.add(task)
        task.add_done_callback(self._outgoing.discard)

    async def _deliver(self, socket: Socket, text: str) -> None:
        if not socket.ws.closed:
            try:
                await socket.ws.send_str(text)
            except ConnectionError:
                return

    async def _rest(self, request: web.Request) -> web.Response:
        noted = Request(request.path, dict(request.query))
        self.requests.append(noted)
        response = self._answer(request)
        noted.status = response.status
        return response

    def _answer(self, request: web.Request) -> web.Response:
        if self._failure is not None:
            status, retry_after = self._failure
            if status == 503:
                return web.Response(status=503, text="Service Unavailable.")
            body = {"code": -1003, "msg": "Too many requests."}
            return web.json_response(body, status=status, headers={"Retry-After": str(retry_after)})
        try:
            return web.json_response(answer(self.market, request.path, dict(request.query)))
        except Refused as refused:
            return web.json_response({"code": refused.code, "msg": refused.text}, status=refused.status)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, request, request.match_info.get("category", ""))
        self.requests.append(Request(request.path, {}, 101))
        self.sockets.append(socket)
        self.dials += 1
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    await self._command(socket, json.loads(message.data))
        finally:
            self.sockets.remove(socket)
        return ws

    async def _command(self, socket: Socket, command: dict[str, object]) -> None:
        wanted = command.get("params")
        names = {str(name) for name in wanted} if isinstance(wanted, list) else set()
        misplaced = {n for n in names if (n.split("@")[1].startswith(PUBLIC)) != (socket.category == "public")}
        if socket.category and misplaced:
            error = {"code": 2, "msg": f"not served under /{socket.category}: {sorted(misplaced)}"}
            await socket.ws.send_json({"error": error, "id": command.get("id")})
            return
        if command.get("method") == "SUBSCRIBE":
            socket.streams |= names
        else:
            socket.streams -= names
        await socket.ws.send_json({"result": None, "id": command.get("id")})


@asynccontextmanager
async def running(market: Market) -> AsyncIterator[Exchange]:
    """An exchange on a free port of 127.0.0.1."""
    exchange = Exchange(market)
    await exchange.start()
    try:
        yield exchange
    finally:
        await exchange.refuse()
