"""The wish to stop: SIGTERM and SIGINT, or the program's own end."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(asyncio.Event):
    """Set when the program is to end."""

    asked = False
    """Whether a person did it, by a signal."""


@contextmanager
def asked_to_stop() -> Iterator[Stop]:
    """Set by SIGTERM and SIGINT from now on; the second signal forces."""
    loop, over = asyncio.get_running_loop(), Stop()

    def asked() -> None:
        if over.asked:
            raise SystemExit(1)
        over.asked = True
        over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    try:
        yield over
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
