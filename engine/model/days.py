"""The user's day and hour in market time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from engine.model.market import HOUR_MS

KEPT: Final = 1_024
"""Answers kept: of a few years of days, which every backtest over them asks about."""


@lru_cache(KEPT)
def day_of(at: int, zone: ZoneInfo) -> str:
    """Calendar date (ISO) of an instant in the user's zone (risk.md R6.2)."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date().isoformat()


@lru_cache(KEPT)
def day_end(at: int, zone: ZoneInfo) -> int:
    """The next local midnight after `at`, UTC ms; days of 23 and 25 hours included."""
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
    return int(midnight.timestamp() * 1000)


def hour_end(at: int) -> int:
    """The next full hour after `at`."""
    return at - at % HOUR_MS + HOUR_MS
