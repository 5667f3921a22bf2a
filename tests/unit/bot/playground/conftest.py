"""A world without HTTP, and one call of a Bot API method in it."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from bot.playground.methods import Upload, serve_call
from bot.playground.world import World

ADMIN = 1001
TOKEN = "4242424242:a-token-of-at-least-thirty-characters"

type CallMethod = Callable[..., Awaitable[object]]


@pytest.fixture
def world() -> World:
    """The playground as it starts: three people who have pressed Start, no message."""
    return World(TOKEN)


@pytest.fixture
def call(world: World) -> CallMethod:
    """Calls a method with its parameters as they travel: `await call("getChat", chat_id="1001")`."""

    async def make(name: str, uploads: Mapping[str, bytes] | None = None, **texts: str) -> object:
        method = world.schema.method(name)
        assert method
        parts = {part: Upload(part, content) for part, content in (uploads or {}).items()}
        return await serve_call(world, method, texts, parts)

    return make
