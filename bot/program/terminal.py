"""What a command shows on the terminal: text, a table as wide as the window, a bar while it works."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

PIPED_WIDTH = 140

Progress = Callable[[int, int], None]
"""Told what is done and what there is in all, 0 when that is not known."""


def show(what: object) -> None:
    """Text as it is, a table drawn as wide as the terminal."""
    if isinstance(what, str):
        typer.echo(what)
        return
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(what)


@contextmanager
def progress(what: str = "bars") -> Iterator[Progress | None]:
    """A bar on the terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    with Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
