"""The Bot API methods that the emulator serves, and how a call finds its own."""

import inspect
from collections.abc import Mapping

import msgspec

from bot.playground import errors
from bot.playground.methods import editing, gestures, polling, profile, reading, sending
from bot.playground.methods.call import Call
from bot.playground.schema import Method
from bot.playground.world import World

ATTACHED = "attach://"

CALLS: dict[str, type[Call]] = {
    call.method().lower(): call
    for module in (sending, editing, gestures, polling, profile, reading)
    for call in module.CALLS
}


class Upload(msgspec.Struct, frozen=True):
    """A file part of a multipart body."""

    name: str
    content: bytes


async def serve_call(world: World, method: Method, texts: Mapping[str, str], uploads: Mapping[str, Upload]) -> object:
    """The result of one call, checked on the way in and out; an ApiError where the server would refuse."""
    if world.logged_out:
        raise errors.ApiError(400, "Logged out")
    texts = {**{name: ATTACHED + name for name in uploads if name in method.parameters}, **texts}
    values, problems = world.schema.decode(method, texts)
    for problem in problems:
        world.note(method.name, "request", problem)
    for problem in problems:
        if not problem.unknown:
            raise (errors.missing(problem.where) if problem.missing else errors.bad_request(f"can't parse {problem}"))
    call = CALLS.get(method.name.lower())
    if call is None:
        world.note(method.name, "request", "the method is not emulated")
        raise errors.ApiError(404, f"Not Found: method {method.name} is not emulated")
    result = msgspec.convert(_attached(world, values, uploads), call).answer(world)
    answer = await result if inspect.isawaitable(result) else result
    for problem in world.schema.check(method.returns, answer, method.name):
        world.note(method.name, "answer", problem)
    return answer


def _attached(world: World, value: object, uploads: Mapping[str, Upload]) -> object:
    """The value with every `attach://name` replaced by the file_id of that part, now stored."""
    if isinstance(value, dict):
        return {name: _attached(world, item, uploads) for name, item in value.items()}
    if isinstance(value, list):
        return [_attached(world, item, uploads) for item in value]
    if isinstance(value, str) and value.startswith(ATTACHED):
        upload = uploads.get(value.removeprefix(ATTACHED))
        return world.files.add(upload.name, upload.content).file_id if upload else value
    return value
