"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

import asyncio
from collections.abc import Mapping
from email.utils import formatdate

import msgspec
from aiohttp import web

from bot.playground import errors
from bot.playground.errors import ApiError, LinkCut
from bot.playground.faults import FaultOrder
from bot.playground.files import UPLOAD_LIMIT
from bot.playground.methods import Upload, serve_call
from bot.playground.schema import Method
from bot.playground.world import TOKEN, World

BODY_LIMIT = UPLOAD_LIMIT + 1024 * 1024
"""Bytes of a request; above it the answer is 413."""


class BotApi:
    """The handlers that a bot meets."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The two paths of the Bot API server."""
        return [
            web.route("*", "/bot{token}/{method}", self.call),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of a method, after the trouble that was ordered for it."""
        world = self._world
        try:
            method = self._method(request)
            texts, uploads = await _read(request)
            fault = world.faults.take(method.name)
            if fault and fault.delay is not None:
                await asyncio.sleep(fault.delay)
            if world.down or (fault and fault.drop):
                raise LinkCut
            answer = await self._serve(method, texts, uploads, fault)
            if world.down or (fault and fault.lose):
                raise LinkCut
        except ApiError as error:
            return self._refusal(error)
        except LinkCut:
            return _cut(request)
        return self._response(200, {"ok": True, "result": answer})

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file that getFile has named."""
        if self._world.down:
            return _cut(request)
        try:
            self._authorise(request)
        except ApiError as error:
            return self._refusal(error)
        stored = self._world.files.by_path(request.match_info["path"])
        if stored is None:
            return self._refusal(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    async def _serve(
        self,
        method: Method,
        texts: Mapping[str, str],
        uploads: Mapping[str, Upload],
        fault: FaultOrder | None,
    ) -> object:
        status = 200
        try:
            if fault and fault.code is not None:
                raise errors.ordered(fault.code, fault.description, fault.parameters)
            return await serve_call(self._world, method, texts, uploads)
        except ApiError as error:
            status = error.code
            raise
        finally:
            self._world.log(method.name, texts, status)

    def _method(self, request: web.Request) -> Method:
        self._authorise(request)
        method = self._world.schema.method(request.match_info["method"])
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        return method

    def _authorise(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self._world.token or self._world.revoked:
            raise errors.unauthorized()

    def _refusal(self, error: ApiError) -> web.Response:
        if not error.description:
            return web.Response(status=error.code, text=f"<html>{error.code}</html>", content_type="text/html")
        body: dict[str, object] = {"ok": False, "error_code": error.code, "description": error.description}
        if error.parameters:
            body["parameters"] = error.parameters
        response = self._response(error.code, body)
        if "retry_after" in error.parameters:
            response.headers["Retry-After"] = str(error.parameters["retry_after"])
        return response

    def _response(self, status: int, body: Mapping[str, object]) -> web.Response:
        """An answer dated by the emulator's own clock."""
        headers = {"Date": formatdate(self._world.clock.now(), usegmt=True)}
        return web.Response(
            status=status, headers=headers, body=msgspec.json.encode(body), content_type="application/json"
        )


def _cut(request: web.Request) -> web.Response:
    """Ends the connection; the response returned never reaches anybody."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _read(request: web.Request) -> tuple[dict[str, str], dict[str, Upload]]:
    """Parameters as text, and uploaded files, from the query and a body of any of the three kinds."""
    texts = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        return {**texts, **_read_json(await request.read())}, uploads
    try:
        fields = await request.post()
    except web.HTTPRequestEntityTooLarge as error:
        raise ApiError(413, "Request Entity Too Large") from error
    except ConnectionResetError as error:
        raise LinkCut from error
    for name, value in fields.items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.file.read())
        elif isinstance(value, str):
            texts[name] = value
    return texts, uploads


def _read_json(body: bytes) -> dict[str, str]:
    try:
        fields = msgspec.json.decode(body, type=dict[str, object]) if body else {}
    except msgspec.DecodeError as error:
        raise errors.bad_request("can't parse JSON object") from error
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in fields.items()
        if value is not None
    }
