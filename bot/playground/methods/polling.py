"""getUpdates, deleteWebhook, getWebhookInfo, logOut, close."""

from bot.playground import errors
from bot.playground.methods.call import Call
from bot.playground.world import World

CLOSABLE_AFTER_S = 600
"""The server refuses `close` in the first ten minutes."""


class GetUpdates(Call, kw_only=True):
    """Long poll; confirms everything below the offset."""

    offset: int = 0
    limit: int = 100
    timeout: int = 0
    allowed_updates: list[str] | None = None

    async def answer(self, world: World) -> list[dict[str, object]]:
        """The updates that wait, or that come before the timeout."""
        if self.allowed_updates is not None:
            world.updates.allow(self.allowed_updates)
        return await world.updates.poll(self.offset, self.limit, self.timeout)


class DeleteWebhook(Call, kw_only=True):
    """There never is a webhook; what waits can be dropped."""

    drop_pending_updates: bool = False

    def answer(self, world: World) -> bool:
        """True."""
        if self.drop_pending_updates:
            world.updates.drop()
        return True


class GetWebhookInfo(Call, kw_only=True):
    """Says that there is no webhook, and how much waits."""

    def answer(self, world: World) -> dict[str, object]:
        """A WebhookInfo."""
        info: dict[str, object] = {
            "url": "",
            "has_custom_certificate": False,
            "pending_update_count": world.updates.pending(),
        }
        if world.updates.allowed:
            info["allowed_updates"] = world.updates.allowed
        return info


class LogOut(Call, kw_only=True):
    """Ends the session; every later call is refused."""

    def answer(self, world: World) -> bool:
        """True."""
        world.logged_out = True
        return True


class Close(Call, kw_only=True):
    """Closes the bot's instance at the server, which the next call opens again."""

    def answer(self, world: World) -> bool:
        """True, but a 429 in the first ten minutes."""
        left = world.started + CLOSABLE_AFTER_S - world.clock.now()
        if left > 0:
            raise errors.too_many(int(left) + 1)
        return True


CALLS: list[type[Call]] = [GetUpdates, DeleteWebhook, GetWebhookInfo, LogOut, Close]
