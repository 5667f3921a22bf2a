"""A backtest asked for in chat: what the desk tells the process that runs it, and what that tells the desk.

Both ways each message is a line of JSON: the request goes in, Going comes out now and then, in the end Found or Failed.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.model.instrument import Instrument
from engine.model.member import Member
from engine.model.result import Result

FOLDER = "trials"
"""In the data directory: a file for each backtest that runs, so that the next start can say what became of it."""


class Simulated(msgspec.Struct, frozen=True, tag=True):
    """The demo's own market: the same seed gives the same candles, also from before the desk began."""

    seed: int
    began: int
    """When the desk did, UTC ms."""


class Stored(msgspec.Struct, frozen=True, tag=True):
    """Stored candles: those of `pocketdesk data` in a data directory, or those of a demo's recording."""

    data_dir: str
    exchange: str
    """Whose candles are taken where several have some."""


Ground = Simulated | Stored


class Terms(msgspec.Struct, frozen=True):
    """What the desk itself trades under, as texts: costs and bracket by the names of their fields."""

    costs: dict[str, str | int | bool | None]
    bracket: dict[str, str | None]
    zone: str


class LeftOut(msgspec.Struct, frozen=True):
    """Symbols that a strategy of a file, which names its own markets, is not run on: to be told."""

    unnamed: tuple[str, ...] = ()
    """Of this market, but not in the file."""
    absent: tuple[str, ...] = ()
    """In the file, but not in this market."""


class Setup(msgspec.Struct, frozen=True):
    """What backtests of this desk stand on."""

    ground: Ground
    terms: Terms
    folder: Path
    """The data directory."""
    prepare: Callable[[], None] | None = None
    """Stores the candles of the ground, where they are not yet; called in a thread before each backtest."""
    strange: Callable[[Member], str | None] | None = None
    """Why the model of a strategy belongs to another market's candles, if it does; blocks."""


class Request(msgspec.Struct, frozen=True):
    """One backtest. Nothing after `until` is looked at: a demo must not know its own future."""

    ground: Ground
    member: Member
    """The strategy, with the parameters it has on the desk."""
    instruments: tuple[Instrument, ...]
    """The symbols with their rules."""
    period: int | None
    """Market ms, None for everything there is."""
    until: int
    cash: str
    limits: dict[str, str]
    terms: Terms
    keep: str
    """The data directory, where the result is kept with all others."""
    left_out: LeftOut = LeftOut()


class Going(msgspec.Struct, frozen=True, tag=True):
    """It has come so far."""

    done: int
    total: int


class Found(msgspec.Struct, frozen=True, tag=True):
    """It has come to its end."""

    result: Result
    files: dict[str, str]
    """Texts by the ending of their file's name: a page to be opened in a browser, a record for programs."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """It cannot be run, in one sentence."""

    sentence: str


Told = Going | Found | Failed
"""What the process says."""
