"""Refusals by a limit: told when a limit begins to refuse, then ever less often, the others counted. Pure.

A breaker tells of itself when it trips and when it is armed again; what it refuses meanwhile is in the log and `/why`.
"""

from collections.abc import Sequence

import msgspec

from engine.model.facts import Denied

MINUTE_MS = 60_000
BACKOFF_MS = (5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS)
"""Market time for which a limit is silent after it was told once, twice, and more often."""
OVER_MS = BACKOFF_MS[-1]
"""A limit that has refused nothing for so long is news again."""

DESK_WIDE = frozenset(
    (
        *("clock_skew", "order_rate", "reserve_failed", "max_positions", "same_direction", "insufficient_margin"),
        *("gross_limit", "heat_limit", "stress_heat_limit", "correlated_exposure", "daily_headroom"),
        *("strategy_budget", "net_limit", "var_limit", "es_limit"),
    )
)
"""Reason codes (risk.md section 8) of limits on the whole desk: they back off for all pairs together."""

LIMITS = DESK_WIDE | {
    *("bad_price", "max_position", "concentration", "leverage_above_tier", "stop_beyond_liquidation_buffer"),
    *("spread_too_wide", "depth_too_thin", "symbol_quarantined"),
}
"""Reason codes that a person hears of: a limit was reached. The others are in the log."""


class Heard(msgspec.Struct):
    """How a limit has been told of: when last, how often in a row, and how many refusals were silent since."""

    told_at: int
    refused_at: int
    times: int = 1
    silent: int = 0

    def again(self, at: int) -> bool:
        """Whether another refusal is to be told."""
        return at - self.told_at >= BACKOFF_MS[min(self.times, len(BACKOFF_MS)) - 1]


class Denials:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], Heard] = {}

    def news(self, denied: Sequence[Denied]) -> list[tuple[list[Denied], int]]:
        """Of refusals in their order those to be told, together for each code, with the number kept silent before."""
        told: dict[str, tuple[list[Denied], int]] = {}
        for one in denied:
            if not _is_news(one):
                continue
            before = self._heard.get(_key(one))
            if one.code in told and one.code in DESK_WIDE and before is not None and before.told_at == one.at:
                told[one.code][0].append(one)
                continue
            silent = self._hear(one)
            if silent is not None:
                group, so_far = told.get(one.code, ([], 0))
                told[one.code] = ([*group, one], so_far + silent)
        return list(told.values())

    def _hear(self, one: Denied) -> int | None:
        """How many were silent before this one; None when it is to be silent as well."""
        heard = self._heard.get(_key(one))
        if heard is None or one.at - heard.refused_at >= OVER_MS:
            self._heard[_key(one)] = Heard(one.at, one.at)
            return 0 if heard is None else heard.silent
        heard.refused_at = one.at
        if not heard.again(one.at):
            heard.silent += 1
            return None
        silent, heard.silent = heard.silent, 0
        heard.told_at, heard.times = one.at, heard.times + 1
        return silent


def _is_news(one: Denied) -> bool:
    """Limits, and a kept position that its strategy wants to leave: a halt was announced, this was not."""
    return one.code in LIMITS or (one.code == "halted" and one.leg == "exit")


def _key(one: Denied) -> tuple[str, str]:
    return (one.code, "" if one.code in DESK_WIDE else one.symbol)
