"""What is wrong with a strategy file: one entry for each mistake, with the place and what is accepted there.

BadInput
└── BadRules          the file is refused as a whole; `errors` holds every mistake found
"""

from typing import Literal

import msgspec

from engine.model.errors import BadInput
from strategies.params import shown

LONGEST = 200
MOST_TOLD = 10
"""Mistakes that a sentence tells of; `errors` holds all."""

Code = Literal[
    "dsl_syntax",
    "dsl_unknown_key",
    "dsl_type",
    "dsl_range",
    "dsl_unknown_indicator",
    "dsl_not_mirrorable",
    "dsl_no_stop",
    "dsl_too_large",
]


class RuleError(msgspec.Struct, frozen=True):
    """One mistake: a stable code, the JSON pointer (RFC 6901) of the place, a sentence with what is accepted."""

    code: Code
    pointer: str
    text: str

    def __str__(self) -> str:
        where = self.pointer or "the root"
        return f"{self.code} at {where if where.isprintable() and len(where) <= LONGEST else shown(where)}: {self.text}"


class BadRules(BadInput):
    """A strategy file that is refused; nothing of it is used."""

    def __init__(self, name: str, errors: tuple[RuleError, ...]) -> None:
        count = "1 mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
        told = [str(error) for error in errors[:MOST_TOLD]]
        if len(errors) > MOST_TOLD:
            told.append(f"And {len(errors) - MOST_TOLD} more.")
        super().__init__(f"{name} is refused, {count}: {' '.join(told)}")
        self.errors = errors


def below(pointer: str, key: str | int) -> str:
    """The pointer of a key or index inside `pointer`."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
