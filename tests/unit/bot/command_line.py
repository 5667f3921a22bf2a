"""The program as its tests run it: in this process, in an empty folder."""

from collections.abc import Callable

Run = Callable[..., tuple[int, str, str]]
"""Takes the words of the command line; gives exit code, stdout, stderr."""
