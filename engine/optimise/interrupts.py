"""Ctrl-C that waits: a write to the study's database is never cut in two."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold SIGINT back until the block is done. Only the main thread gets signals; in others nothing is changed."""
    if current_thread() is not main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        held.append(number)

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        signal.raise_signal(signal.SIGINT)
