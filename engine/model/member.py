"""A strategy as data: what a command carries, the journal keeps and a restart builds the same strategy from."""

from typing import Literal

import msgspec

from engine.model.market import Timeframe

HandOver = Literal["keep", "close", "adopt"]
"""What becomes of open positions when a version goes (strategies.md section 16): the old version manages them to
their exit, they are closed at market, or the new version's exits apply to them."""


class Member(msgspec.Struct, frozen=True):
    """One strategy of the desk: which code, with which parameters, on what."""

    id: str
    name: str
    """Name of the code in the program; for rules the id their document states."""
    timeframe: Timeframe
    symbols: tuple[str, ...]
    params: dict[str, str] = {}
    """As typed; what is not named has its default."""
    document: str = ""
    """The whole JSON file of rules, empty for code: what runs does not depend on a file that may change."""
