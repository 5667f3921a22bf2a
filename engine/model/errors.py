"""Errors by consequence.

PocketdeskError
├── BadInput          one sentence for a person: what, where, what is accepted; nothing was changed
│   └── BadSetting    the same, naming the setting
├── Unavailable       a source is down; the action that needs it is denied
├── StorageDegraded   the database is busy or full: entries stop, exits go on
└── Fatal             stop the process; start is recovery
    ├── Invariant     the core met a state that must not exist
    └── Corrupt       a stored file is not what was written
"""


class PocketdeskError(Exception):
    """Root of every error this product raises on purpose."""


class BadInput(PocketdeskError):
    """Input that is refused; its text is the one sentence a person reads."""


class BadSetting(BadInput):
    """A setting that is refused: names the variable, what it got and what it takes."""

    def __init__(self, name: str, got: object, takes: str) -> None:
        super().__init__(f"{name} is {got!r}, but it takes {takes}.")
        self.name = name


class Unavailable(PocketdeskError):
    """A source is down; whatever needs it is denied for now."""


class StorageDegraded(PocketdeskError):
    """The database cannot be written just now (busy, full, slow)."""


class Fatal(PocketdeskError):
    """The process has to stop."""


class Invariant(Fatal):
    """A state that must not exist: a bug, never an input."""


class Corrupt(Fatal):
    """A stored file does not hold what was written."""
