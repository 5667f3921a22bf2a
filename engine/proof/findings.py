"""What a check found."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec

Level = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """One check's result; `bar`, `at` (opening time, UTC ms) and `column` where one bar shows it."""

    check: str
    level: Level
    sentence: str
    bar: int | None = None
    at: int | None = None
    column: str | None = None


class Verdict(msgspec.Struct, frozen=True):
    """All findings of one strategy with its parameters, on one timeframe."""

    strategy: str
    timeframe: str
    params: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of the findings."""
        levels = {finding.level for finding in self.findings}
        return "fail" if "fail" in levels else "warn" if "warn" in levels else "ok"

    @property
    def refusal(self) -> str:
        """Why it must not trade for real, in one sentence; empty when nothing failed."""
        return next((f"{f.check}: {f.sentence}" for f in self.findings if f.level == "fail"), "")


def failed(findings: Sequence[Finding]) -> bool:
    """Whether one of them is a fail."""
    return any(finding.level == "fail" for finding in findings)


def utc(at: int) -> str:
    """UTC ms as `2024-03-01 12:05 UTC`."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
