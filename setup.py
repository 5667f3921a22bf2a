"""Compiles the core to C where POCKETDESK_COMPILE is set; all else that is said of the package is in pyproject.toml."""

import os
import re
import tomllib
from pathlib import Path

from setuptools import Extension, setup

STAYS = re.compile(r"^class .*\b(Struct|Protocol|StrEnum)\b", re.MULTILINE)
"""What mypyc cannot make out of a class: such a module stays as it is, and compiled ones use it."""
C = Path("build/c")
NAME = r"    (\w+) = CPyStatics\[\d+\]; /\* '\w+' \*/\n"
"""In mypyc's C: a name that stands in the source."""
LOOKUPS = (
    (rf"(    (\w+) = CPyStatic_\w+___globals;\n{NAME}    \w+ = )CPyDict_GetItem\(\2, \3\);", r"\1GLOBAL_READ(\2, \3);"),
    (rf"({NAME}    \w+ = )CPyObject_GetAttr\((\w+), \2\);", r"\1SLOT_READ(\3, \2);"),
    (rf"({NAME}(?:    .*\n){{0,4}}?    \w+ = )PyObject_SetAttr\((\w+), \2, (\w+)\);", r"\1SLOT_WRITE(\3, \2, \4);"),
    (r'(#include "__native_internal_\w+\.h"\n)', r'\1#include "../../.ci/lookups.h"\n'),
)
"""Where it reads such a global, or such an attribute of an object that is not compiled: what is written instead."""


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

    options = ["--follow-imports=silent", *modules()]
    # -O3 takes three times as long as -O1 to make a program that is not faster: time goes into what is called.
    made = mypycify(options, group_name="pocketdesk", target_dir=C.as_posix(), opt_level="1", debug_level="0")
    (library,) = C.glob("__native_*.c")
    text = library.read_text(encoding="utf-8")
    for pattern, better in LOOKUPS:
        text, count = re.subn(pattern, better, text)
        if not count:
            raise SystemExit(
                f"This mypyc writes other C than .ci/lookups.h was made for: nothing in it is {pattern!r}."
            )
    library.write_text(text, encoding="utf-8")
    return made


setup(ext_modules=extensions())
