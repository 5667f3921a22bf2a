"""Raw getUpdates: each update stays the bytes it came as, and the server's own clock is read beside it."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime

import msgspec
from aiogram.client.session.aiohttp import AiohttpSession
from aiohttp import ClientError, ClientTimeout

from bot.outbox.courier import Away, Throttled, TokenRefused
from bot.telegram.updates import KINDS

LONG_POLL_S = 25
REQUEST_S = 35
BATCH = 100


class Conflict(Exception):
    """409: somebody else polls with our token."""


class _Answer(msgspec.Struct):
    ok: bool
    result: list[msgspec.Raw] = []
    description: str = ""
    parameters: dict[str, float] = {}


class ServerClock:
    """The Bot API server's time, from the Date of its last answer; the wall clock until there was one.

    A message is dated by that server, so its age is measured there: our own clock may be wrong.
    """

    def __init__(self, wall: Callable[[], int], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._seen: tuple[float, float] | None = None

    def note(self, date: str | None) -> None:
        """Takes the Date header of an answer that has just come."""
        if date is None:
            return
        try:
            self._seen = parsedate_to_datetime(date).timestamp(), self._monotonic()
        except ValueError:
            self._seen = None

    def now(self) -> float:
        """Seconds since the epoch."""
        if self._seen is None:
            return self._wall() / 1000
        served, at = self._seen
        return served + self._monotonic() - at


class Poller:
    """Asks for updates over an aiogram session, one poll at a time."""

    def __init__(self, session: AiohttpSession, token: str, clock: ServerClock) -> None:
        self._session = session
        self._token = token
        self._clock = clock

    async def poll(self, offset: int | None, wait_s: int = LONG_POLL_S) -> Sequence[bytes]:
        """What waits from `offset` on (confirming all before it); waits for the first up to `wait_s`.

        Raises Conflict, Throttled, TokenRefused or Away.
        """
        body = {"timeout": wait_s, "limit": BATCH, "allowed_updates": KINDS}
        status, answer = await self._post(body if offset is None else {**body, "offset": offset})
        match status:
            case 200 if answer.ok:
                return [bytes(one) for one in answer.result]
            case 409:
                raise Conflict(answer.description)
            case 429:
                raise Throttled(answer.parameters.get("retry_after", 1))
            case 401 | 404:
                raise TokenRefused(answer.description)
            case _:
                raise Away(f"getUpdates was answered {status}")

    async def _post(self, body: dict[str, object]) -> tuple[int, _Answer]:
        url = self._session.api.api_url(token=self._token, method="getUpdates")
        headers = {"Content-Type": "application/json"}
        session = await self._session.create_session()
        try:
            async with session.post(
                url,
                data=msgspec.json.encode(body),
                headers=headers,
                timeout=ClientTimeout(total=REQUEST_S),
            ) as response:
                content = await response.read()
                self._clock.note(response.headers.get("Date"))
                return response.status, msgspec.json.decode(content, type=_Answer)
        except (ClientError, TimeoutError, OSError, msgspec.DecodeError) as error:
            raise Away(type(error).__name__) from None


class Backoff:
    """Waits that grow from 1 to 60 s, each shortened by up to half so that many do not come back at once."""

    def __init__(self, first_s: float = 1.0, longest_s: float = 60.0) -> None:
        self._first = first_s
        self._longest = longest_s
        self._next = first_s

    def reset(self) -> None:
        """All is well: the next wait is the shortest again."""
        self._next = self._first

    async def wait(self) -> None:
        """Waits, and doubles the next wait."""
        seconds = self._next * random.uniform(0.5, 1.0)
        self._next = min(self._longest, self._next * 2)
        await asyncio.sleep(seconds)
