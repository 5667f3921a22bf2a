"""getMe, the bot's name and descriptions, its command menus and its menu button."""

import msgspec

from bot.playground import errors
from bot.playground.commands import DEFAULT, Scope
from bot.playground.methods.call import Call
from bot.playground.objects import BotCommand
from bot.playground.world import World


class GetMe(Call, kw_only=True):
    """Who the bot is."""

    def answer(self, world: World) -> dict[str, object]:
        """A User with what only getMe tells."""
        abilities = {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return {**world.bot, **abilities}


class CommandScope(msgspec.Struct):
    """A BotCommandScope of any type."""

    type: str
    chat_id: int | str = 0
    user_id: int = 0


class CommandsCall(Call, kw_only=True):
    """The parameters that the command methods share."""

    scope: CommandScope | None = None
    language_code: str = ""

    def key(self, world: World) -> Scope:
        """The scope to store under; an ApiError where it names a chat that the bot does not know."""
        if self.scope is None:
            return DEFAULT
        chat_id = world.chats.find(self.scope.chat_id)["id"] if self.scope.chat_id else 0
        return self.scope.type, chat_id, self.scope.user_id


class SetMyCommands(CommandsCall, kw_only=True):
    """Sets the menu of a scope and language."""

    commands: list[BotCommand]

    def answer(self, world: World) -> bool:
        """True."""
        world.menus.set(self.key(world), self.language_code, self.commands)
        world.events.publish("commands", {})
        return True


class GetMyCommands(CommandsCall, kw_only=True):
    """Reads the menu of a scope and language."""

    def answer(self, world: World) -> list[BotCommand]:
        """The commands, none where no menu was set."""
        return world.menus.get(self.key(world), self.language_code)


class DeleteMyCommands(CommandsCall, kw_only=True):
    """Takes the menu of a scope and language away."""

    def answer(self, world: World) -> bool:
        """True."""
        world.menus.delete(self.key(world), self.language_code)
        world.events.publish("commands", {})
        return True


class ProfileText(Call, kw_only=True):
    """A text of the bot's profile by language: read it here, subclasses write it."""

    language_code: str = ""

    def read(self, world: World, field: str) -> dict[str, str]:
        """The text in this language, else in every language, else none."""
        for language in (self.language_code, ""):
            if (field, language) in world.profile:
                return {field: world.profile[field, language]}
        return {field: world.bot["first_name"] if field == "name" else ""}

    def write(self, world: World, field: str, text: str, limit: int) -> bool:
        """Stores the text; an ApiError where it is longer than `limit` characters."""
        if len(text) > limit:
            raise errors.bad_request(f"{field.replace('_', ' ')} is too long")
        world.profile[field, self.language_code] = text
        return True


class GetMyName(ProfileText, kw_only=True):
    """Reads the bot's name."""

    def answer(self, world: World) -> dict[str, str]:
        """A BotName."""
        return self.read(world, "name")


class SetMyName(ProfileText, kw_only=True):
    """Sets the bot's name."""

    name: str = ""

    def answer(self, world: World) -> bool:
        """True."""
        return self.write(world, "name", self.name, 64)


class GetMyDescription(ProfileText, kw_only=True):
    """Reads what an empty chat shows."""

    def answer(self, world: World) -> dict[str, str]:
        """A BotDescription."""
        return self.read(world, "description")


class SetMyDescription(ProfileText, kw_only=True):
    """Sets what an empty chat shows."""

    description: str = ""

    def answer(self, world: World) -> bool:
        """True."""
        return self.write(world, "description", self.description, 512)


class GetMyShortDescription(ProfileText, kw_only=True):
    """Reads what the profile page shows."""

    def answer(self, world: World) -> dict[str, str]:
        """A BotShortDescription."""
        return self.read(world, "short_description")


class SetMyShortDescription(ProfileText, kw_only=True):
    """Sets what the profile page shows."""

    short_description: str = ""

    def answer(self, world: World) -> bool:
        """True."""
        return self.write(world, "short_description", self.short_description, 120)


class SetChatMenuButton(Call, kw_only=True):
    """Sets the button beside the input; the page always shows the command menu there."""

    def answer(self, world: World) -> bool:
        """True."""
        return True


class GetChatMenuButton(Call, kw_only=True):
    """Reads the button beside the input."""

    def answer(self, world: World) -> dict[str, str]:
        """A MenuButtonCommands."""
        return {"type": "commands"}


CALLS: list[type[Call]] = [
    GetMe,
    SetMyCommands,
    GetMyCommands,
    DeleteMyCommands,
    GetMyName,
    SetMyName,
    GetMyDescription,
    SetMyDescription,
    GetMyShortDescription,
    SetMyShortDescription,
    SetChatMenuButton,
    GetChatMenuButton,
]
