"""Who may do what: numeric user ids, viewer < trader < admin, everybody else a stranger."""

import time
from collections.abc import Callable, Sequence

from loguru import logger

from engine.model.roles import Role
from engine.ports import Users

COUNT_EVERY_S = 60.0


class Access:
    """Roles from the settings and from storage.

    `admins` (TELEGRAM_ADMIN_IDS) are admins whatever is stored; a stored role comes next, and one that is no
    Role shuts the person out; `whitelist` (TELEGRAM_WHITELIST_IDS) without a stored role are traders, and the
    first of them is the admin where no admin is named.
    """

    def __init__(self, admins: Sequence[int], whitelist: Sequence[int], users: Users) -> None:
        self._admins = frozenset(admins or whitelist[:1])
        self._whitelist = tuple(whitelist)
        self._users = users

    async def role(self, user: int) -> Role | None:
        """The role of a user, None for a stranger."""
        if user in self._admins:
            return Role.ADMIN
        return (await self.people()).get(user)

    async def people(self) -> dict[int, Role]:
        """Everybody who has a role."""
        named: dict[int, int] = dict.fromkeys(self._whitelist, Role.TRADER)
        known = {**named, **await self._users.roles(), **dict.fromkeys(self._admins, Role.ADMIN)}
        return {user: Role(role) for user, role in known.items() if role in Role}

    async def admins(self) -> list[int]:
        """Users who are admins, in order of their ids."""
        return sorted(user for user, role in (await self.people()).items() if role == Role.ADMIN)


class Strangers:
    """Counts updates of people without a role: one line of the log a minute at most, ids without texts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.seen = 0
        """Updates refused since the start."""
        self._clock = clock
        self._counts: dict[int, int] = {}
        self._told: float | None = None

    def count(self, user: int | None) -> None:
        """One more update from this user (0 where none can be told)."""
        self.seen += 1
        if len(self._counts) < 100:
            self._counts[user or 0] = self._counts.get(user or 0, 0) + 1
        now = self._clock()
        if self._told is None or now - self._told >= COUNT_EVERY_S:
            logger.info("strangers", counts=dict(self._counts), total=self.seen)
            self._counts.clear()
            self._told = now
