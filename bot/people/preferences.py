"""What one person wants to hear, how loudly and when: stored as a JSON text, changed in chat, survives restarts."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from engine.ports import Users

Matter = Literal[
    "entry", "fill", "exit_win", "exit_loss", "stop", "risk", "error", "system", "hourly", "daily", "weekly"
]
MATTERS: tuple[Matter, ...] = get_args(Matter)
OF_A_TRADE: tuple[Matter, ...] = ("entry", "fill", "exit_win", "exit_loss", "stop")
"""A trade's card is shown to whoever hears any of these."""
UTC = ZoneInfo("UTC")
REPORTS: tuple[Matter, ...] = ("hourly", "daily", "weekly")

Loudness = Literal["rings", "silent", "off"]
NEXT: dict[Loudness, Loudness] = {"rings": "silent", "silent": "off", "off": "rings"}
"""What a tap makes of it."""


class Preferences(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person's; the defaults are everybody's."""

    loud: dict[Matter, Loudness] = {}
    """What differs from the usual: trades and trouble ring, reports are silent."""
    quiet: tuple[int, int] | None = None
    """Hours of the person's day from (inclusive) and to (exclusive) which only what is critical rings."""
    smallest: Decimal = Decimal(0)
    """Entries and fills of less notional (in the account's currency) arrive silently."""
    hour: int = 0
    """Hour of the person's day at which daily and weekly reports come."""
    zone: str = ""
    """IANA name; empty: the desk's."""

    def of(self, matter: Matter) -> Loudness:
        """How loud a matter is outside quiet hours."""
        return self.loud.get(matter, "silent" if matter in REPORTS else "rings")

    def turned(self, matter: Matter, loud: Loudness) -> "Preferences":
        """With another loudness of a matter."""
        return msgspec.structs.replace(self, loud={**self.loud, matter: loud})

    def where(self, desk: ZoneInfo) -> ZoneInfo:
        """The person's zone."""
        return ZoneInfo(self.zone) if self.zone else desk

    def manner(self, matter: Matter, at: int, desk: ZoneInfo, notional: Decimal | None = None) -> Loudness:
        """How something that is not critical arrives at wall time `at` (UTC ms)."""
        loud = self.of(matter)
        small = matter in ("entry", "fill") and notional is not None and notional < self.smallest
        return "silent" if loud == "rings" and (small or self.resting(at, desk)) else loud

    def resting(self, at: int, desk: ZoneInfo) -> bool:
        """Whether it is within the person's quiet hours; those may go over midnight."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        hour = datetime.fromtimestamp(at / 1000, self.where(desk)).hour
        return start <= hour < end if start <= end else hour >= start or hour < end

    @property
    def follows_trades(self) -> bool:
        """Whether the cards of trades are shown."""
        return any(self.of(matter) != "off" for matter in OF_A_TRADE)


class PreferenceBook:
    """Everybody's preferences, read once and kept: this process is the only one that changes them."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._read: dict[int, Preferences] = {}

    async def of(self, user: int) -> Preferences:
        """A person's; the usual ones where none are stored or what is stored cannot be read."""
        if user not in self._read:
            text = await self._users.preferences(user)
            try:
                found = msgspec.json.decode(text, type=Preferences)
                found.where(UTC)
            except (msgspec.DecodeError, ZoneInfoNotFoundError, ValueError):
                found = Preferences()
            self._read[user] = found
        return self._read[user]

    async def keep(self, user: int, preferences: Preferences) -> None:
        """Store them; they hold at once."""
        await self._users.set_preferences(user, msgspec.json.encode(preferences).decode())
        self._read[user] = preferences
