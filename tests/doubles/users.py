"""Users in memory."""


class MemoryUsers:
    """Port Users."""

    def __init__(self, roles: dict[int, int] | None = None) -> None:
        self.stored = dict(roles or {})
        self._preferences: dict[int, str] = {}

    async def roles(self) -> dict[int, int]:
        return dict(self.stored)

    async def set_role(self, user: int, role: int | None, actor: int, at: int) -> None:
        if role is None:
            self.stored.pop(user, None)
        else:
            self.stored[user] = role

    async def preferences(self, user: int) -> str:
        return self._preferences.get(user, "{}")

    async def set_preferences(self, user: int, text: str) -> None:
        self._preferences[user] = text
