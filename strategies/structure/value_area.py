"""Point of control and value area of one profile, exactly (strategies.md 4.2)."""

from decimal import Decimal
from typing import NamedTuple

from engine.model.money import ZERO, exact
from strategies.structure.profile import Profile

SHARE = 0.70
"""Part of the volume a value area holds at least."""


class ValueArea(NamedTuple):
    """Prices of a value area: its lower edge, the middle of its busiest row, its upper edge."""

    val: Decimal
    poc: Decimal
    vah: Decimal


def poc_row(profile: Profile) -> int:
    """Place of the row with the largest volume; of equal ones the nearest to the middle, then the lower."""
    volumes = profile.volumes
    least = max(volumes) - profile.same
    centre = len(volumes) - 1
    return min((row for row, volume in enumerate(volumes) if volume >= least), key=lambda row: abs(2 * row - centre))


def value_area(profile: Profile, share: float = SHARE) -> ValueArea:
    """Grow from the point of control until `share` (0.50..0.95) of the volume is inside.

    Of the next two rows above and the next two below the larger group is added, the upper one when equal.
    Sources: CBOT Market Profile; TradingView help, "Volume profile indicators".
    """
    volumes, same = profile.volumes, profile.same
    poc = low = high = poc_row(profile)
    held, wanted = volumes[poc], exact(share) * profile.total - same
    while held < wanted and (low > 0 or high < len(volumes) - 1):
        above, below = volumes[high + 1 : high + 3], volumes[max(low - 2, 0) : low]
        up, down = sum(above, ZERO), sum(below, ZERO)
        if above and up >= down - same:  # where none are left below, down is 0
            high, held = high + len(above), held + up
        else:
            low, held = low - len(below), held + down
    return ValueArea(profile.lower(low), profile.middle(poc), profile.lower(high + 1))
