"""Refusals by a limit: told once in a quarter of an hour for each limit and pair, the others counted. Pure."""

from collections.abc import Sequence

import msgspec

from engine.model.facts import Denied

QUIET_MS = 900_000
"""Market time for which the same limit is silent on the same pair."""

LIMITS = frozenset(
    (
        *("kill_switch", "daily_loss", "weekly_loss", "consecutive_losses", "max_drawdown", "drawdown_ladder"),
        *("volatility_halt", "reject_rate", "blind", "max_position", "max_positions", "same_direction"),
        *("gross_limit", "heat_limit", "stress_heat_limit", "correlated_exposure", "daily_headroom"),
        *("strategy_budget", "concentration", "net_limit", "var_limit", "es_limit", "leverage_above_tier"),
        *("insufficient_margin", "stop_beyond_liquidation_buffer", "order_rate", "reserve_failed"),
    )
)
"""Reason codes (risk.md section 8) that a person hears of: a limit was reached. The others are in the log."""


class Heard(msgspec.Struct):
    """When a limit was last told of a pair, and how often it refused since."""

    at: int
    since: int = 0


class Denials:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], Heard] = {}

    def news(self, denied: Sequence[Denied]) -> list[tuple[list[Denied], int]]:
        """Of refusals in their order those to be told, together for each code, with the number kept silent before."""
        told: dict[str, tuple[list[Denied], int]] = {}
        for one in denied:
            if one.code not in LIMITS:
                continue
            heard = self._heard.get((one.code, one.symbol))
            if heard is not None and one.at - heard.at < QUIET_MS:
                heard.since += 1
                continue
            self._heard[one.code, one.symbol] = Heard(one.at)
            group, silent = told.get(one.code, ([], 0))
            told[one.code] = ([*group, one], silent + (heard.since if heard else 0))
        return list(told.values())
