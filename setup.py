"""Compiles the core to C where POCKETDESK_COMPILE is set; all else that is said of the package is in pyproject.toml."""

import os
import re
import tomllib
from pathlib import Path

from setuptools import Extension, setup

STAYS = re.compile(r"^class .*\b(Struct|Protocol|StrEnum)\b", re.MULTILINE)
"""What mypyc cannot make out of a class: such a module stays as it is, and compiled ones use it."""


def modules() -> list[str]:
    """Files that are compiled: those of `tool.pocketdesk.compiled` without such a class."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    found = {path for pattern in project["tool"]["pocketdesk"]["compiled"] for path in Path().glob(pattern)}
    return sorted(path.as_posix() for path in found if not STAYS.search(path.read_text(encoding="utf-8")))


def extensions() -> list[Extension]:
    """One library of all of them, or nothing."""
    if not os.environ.get("POCKETDESK_COMPILE"):
        return []
    from mypyc.build import mypycify

    return mypycify(["--follow-imports=silent", *modules()], group_name="pocketdesk", target_dir="build/c")


setup(ext_modules=extensions())
