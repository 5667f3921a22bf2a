"""`make compiled` asks: do both forms of the core come to the same on this machine? Exit code 1 where they do not."""

import sys
from concurrent.futures import ThreadPoolExecutor
from subprocess import CalledProcessError

import msgspec

from tests.forms.cases import Told
from tests.forms.program import told


def differing(plain: dict[str, Told], compiled: dict[str, Told]) -> list[str]:
    """Names of the cases that do not come to the same."""
    return [name for name in plain | compiled if plain.get(name) != compiled.get(name)]


def verdict() -> str:
    """What is wrong, in a sentence; empty when nothing is."""
    with ThreadPoolExecutor(2) as both:
        asked = [both.submit(told, "tests.forms.cases", compiled=compiled) for compiled in (False, True)]
        try:
            plain, compiled = (msgspec.json.decode(each.result(), type=dict[str, Told]) for each in asked)
        except CalledProcessError as error:
            return f"A form of the core did not come to the end of the backtests (exit code {error.returncode})."
    wrong = differing(plain, compiled)
    return f"The compiled core differs from the plain one in the backtests: {', '.join(wrong)}." if wrong else ""


if __name__ == "__main__":
    sys.exit(verdict() or None)
