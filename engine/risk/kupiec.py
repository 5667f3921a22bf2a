"""Did value at risk hold? The proportion-of-failures test (risk.md R3.6; Kupiec 1995, J. Derivatives 3)."""

from math import erfc, log, sqrt

import msgspec

REJECTED_BELOW = 0.05


class Kupiec(msgspec.Struct, frozen=True):
    """Likelihood ratio and its p-value (chi-squared, one degree); rejected: breaches do not fit the share."""

    ratio: float
    p_value: float

    @property
    def rejected(self) -> bool:
        """True when so many, or so few, breaches are not chance."""
        return self.p_value < REJECTED_BELOW


def kupiec(breaches: int, days: int, share: float) -> Kupiec | None:
    """`breaches` of `days` days lost more than the VaR of expected `share`; None without a day to test on."""
    if not 0 <= breaches <= days or days == 0 or not 0 < share < 1:
        return None
    calm = days - breaches
    expected = calm * log(1 - share) + breaches * log(share)
    seen = _log_likelihood(calm, days) + _log_likelihood(breaches, days)
    ratio = max(0.0, -2 * (expected - seen))
    return Kupiec(ratio, erfc(sqrt(ratio / 2)))


def _log_likelihood(count: int, days: int) -> float:
    return count * log(count / days) if count else 0.0
