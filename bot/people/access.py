"""Who may do what: numeric user ids, viewer < trader < admin, everybody else a stranger."""

from collections.abc import Sequence

from engine.model.roles import Role
from engine.ports import Users


def refusal(thing: str, needed: Role, role: Role) -> str:
    """What everybody is told who asks for more than the role allows."""
    return f"⛔ {thing} needs the role {needed.name.lower()}, yours is {role.name.lower()}."


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
