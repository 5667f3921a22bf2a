"""A person's role changes: stored and audited, and whoever is let in is told."""

from bot.dialogue.intents import SetRole
from bot.dialogue.services import Services
from bot.outbox.body import body
from engine.model.roles import Role
from engine.model.views import Answer


async def set_role(services: Services, action: SetRole, actor: int) -> Answer:
    """Store it. Who is named in the settings keeps the role that they give."""
    before = (await services.people()).get(action.user)
    await services.users.set_role(action.user, action.role, actor, services.clock())
    now = (await services.people()).get(action.user)
    wanted = Role(action.role) if action.role else None
    if now is not wanted:
        stays = now.name.lower() if now else "blocked"
        return Answer(False, "in_settings", f"{action.user} stays {stays}: TELEGRAM_ADMIN_IDS names this account.")
    if now is None:
        return Answer(True, "blocked", f"{action.user} is blocked.")
    if before is None:
        welcome = body(f"✅ You are {now.name.lower()} here now. /help shows what you can do.")
        await services.say.reply(action.user, welcome)
    return Answer(True, "role", f"{action.user} is {now.name.lower()} now.")
