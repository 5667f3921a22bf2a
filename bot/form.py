"""The two forms of the core: plain, as it stands in the sources, and compiled to C (`make compiled`).

Research takes the compiled one where it has been made of these very sources; a desk always runs the plain one.
As a program: what a compiled core is marked with.
"""

import os
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Form = Literal["plain", "compiled"]
RESEARCH = frozenset({"backtest", "check", "optimise", "train"})
"""Commands that take it."""
VARIABLE = "POCKETDESK_CORE"
"""`plain`, or the folder of another compiled core than that of `make compiled`."""
MARK = "made"
"""File in the folder of a compiled core that was found to give the same answers: what it was made of."""
SOURCES = Path(__file__).parents[1]


def choose(arguments: Sequence[str]) -> None:
    """Let a command of research have the compiled core; to be called before anything of the engine is imported.

    It comes first on the path, which processes inherit. One that was made of other sources is passed over with a line.
    """
    wanted = os.environ.get(VARIABLE)
    if wanted == "plain" or not RESEARCH.intersection(arguments[:1]):
        return
    folder = Path(wanted).absolute() if wanted else SOURCES / "build" / "compiled"
    mark = folder / MARK
    if mark.is_file() and mark.read_text() == made_of(SOURCES):
        sys.path.insert(0, str(folder))
    elif wanted or mark.is_file():
        sys.stderr.write(f"{folder} is no compiled core of these sources, so the plain one runs; make compiled.\n")


def running() -> Form:
    """Which one this process imports."""
    core = find_spec("engine.core")
    return "plain" if core is None or core.origin is None or core.origin.endswith(".py") else "compiled"


def made_of(sources: Path) -> str:
    """The Python that runs, and the engine's sources in this folder, as a hash."""
    digest = sha256(sys.version.encode())
    for path in sorted((sources / "engine").rglob("*.py")):
        digest.update(path.relative_to(sources).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(made_of(SOURCES))
