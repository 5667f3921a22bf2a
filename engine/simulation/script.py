"""What goes wrong in a simulated market, and when: so that every brake of the desk can be seen at work. Pure."""

from typing import Literal, get_args

import msgspec

What = Literal["refuse", "part", "silence", "deaf", "ahead"]
WHATS: tuple[What, ...] = get_args(What)
AHEAD_MS = 5_000
"""By so much the times of prices are off in a spell of `ahead`."""


class Spell(msgspec.Struct, frozen=True):
    """From `at` up to but without `until` (market ms) this goes wrong.

    `refuse`: the venue refuses the orders that it is given; `part`: of a market order given then it fills half, the
    rest expires; `silence`: it takes orders and tells nothing of them before the end. `deaf`: nothing is heard of the
    market; `ahead`: minutes come with a time five seconds from now.
    """

    at: int
    until: int
    what: What
    symbol: str | None = None
    """None: every symbol."""


class Script(msgspec.Struct, frozen=True):
    """All that goes wrong."""

    spells: tuple[Spell, ...] = ()

    def on(self, what: What, at: int, symbol: str | None = None) -> Spell | None:
        """The spell of this kind that holds now, for this symbol."""
        for spell in self.spells:
            if spell.what == what and spell.at <= at < spell.until and spell.symbol in (None, symbol):
                return spell
        return None
