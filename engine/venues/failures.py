"""What goes wrong at an exchange, in one word for those who wait for it to heal (exchange.md section 7, reads)."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

from engine.model.errors import Unavailable

BAN_S = 60.0
"""Pause after a rate limit answer that names no time."""
_ADDRESS = re.compile(r"(https?|wss?)://(\S*?@)?([^\s/?]+)\S*")
TEXT_LENGTH = 160


class VenueFailure(Unavailable):
    """An exchange did not answer as it should; to be asked again later."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after
        """Seconds for which the exchange asked to be left alone."""


WORDS = {
    "ExchangeNotAvailable": "it does not answer",
    "NetworkError": "the connection failed",
    "RequestTimeout": "no answer in time",
    "RateLimitExceeded": "it asks for fewer questions",
    "DDoSProtection": "it asks for fewer questions",
}
"""What the errors mean that everybody meets; ccxt's own name for the others."""


@contextmanager
def venue_failures(what: str) -> Iterator[None]:
    """Turns whatever ccxt raises inside into a VenueFailure that says what was wanted.

    A cancellation that is not this task's own comes from a socket that ccxt gave up: a failure too.
    """
    from ccxt.base.errors import BaseError, DDoSProtection, RateLimitExceeded

    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise VenueFailure(f"{what}: the connection was dropped") from None
    except (DDoSProtection, RateLimitExceeded) as error:
        raise VenueFailure(f"{what}: {_plain(error)}", BAN_S) from error
    except BaseError as error:
        raise VenueFailure(f"{what}: {_plain(error)}") from error
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        raise VenueFailure(f"{what}: unreadable answer ({type(error).__name__})") from error


def _plain(error: Exception) -> str:
    """An error without addresses and their queries, short enough for a chat."""
    text = _ADDRESS.sub(r"\3", " ".join(str(error).split()))
    kind = type(error).__name__
    return f"{WORDS.get(kind, kind)} ({text[:TEXT_LENGTH]})" if text else WORDS.get(kind, kind)
