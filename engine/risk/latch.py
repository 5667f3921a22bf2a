"""What the breakers of section 6 have in common: plain frozen states, and a word for what a look at them changed.

Every breaker is a struct with functions `(state, observation) -> (state, move)`. The struct is all there is to store:
a restart between any two observations changes nothing. Pauses end by the clock: `look` comes before any other
observation, so that the end of one is announced.
"""

from typing import Literal

RESUMED = "or after an admin's /resume"
"""The other way back of every breaker that time ends."""
Move = Literal["tripped", "reset"]
"""What an observation did to a breaker; None: nothing that anybody has to hear of."""


def moved(before: bool, after: bool) -> Move | None:
    """The change between two looks."""
    if before == after:
        return None
    return "tripped" if after else "reset"


def resting(until: int | None, at: int) -> bool:
    """Whether a pause that ends at `until` is on; at exactly that time it is over."""
    return until is not None and at < until
