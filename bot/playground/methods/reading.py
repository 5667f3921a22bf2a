"""getChat, getChatMember, getFile."""

from bot.playground import errors
from bot.playground.files import DOWNLOAD_LIMIT
from bot.playground.methods.call import Call
from bot.playground.world import World


class GetChat(Call, kw_only=True):
    """What is known about a chat."""

    chat_id: int | str

    def answer(self, world: World) -> dict[str, object]:
        """A ChatFullInfo with the pinned message."""
        chat = world.chats.find(self.chat_id)
        gifts = (
            "unlimited_gifts",
            "limited_gifts",
            "unique_gifts",
            "premium_subscription",
            "gifts_from_channels",
        )
        info: dict[str, object] = {
            **chat,
            "accent_color_id": chat["id"] % 7,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts, False),
        }
        pinned = world.chats.lookup(world.chats.pinned.get(chat["id"], 0))
        if pinned:
            info["pinned_message"] = pinned.message
        return info


class GetChatMember(Call, kw_only=True):
    """A person in a chat: everybody who spoke there is a member."""

    chat_id: int | str
    user_id: int

    def answer(self, world: World) -> dict[str, object]:
        """A ChatMemberMember."""
        chat = world.chats.find(self.chat_id)
        known = {chat["id"], world.bot["id"]} if chat["type"] == "private" else {self.user_id}
        if self.user_id not in known:
            raise errors.bad_request("member not found")
        user = world.bot if self.user_id == world.bot["id"] else world.person(self.user_id)
        return {"status": "member", "user": user}


class GetFile(Call, kw_only=True):
    """Where a file can be downloaded."""

    file_id: str

    def answer(self, world: World) -> dict[str, object]:
        """A File with its path; an ApiError above 20 MB."""
        stored = world.files.get(self.file_id)
        if stored is None:
            raise errors.bad_request("invalid file_id")
        if len(stored.content) > DOWNLOAD_LIMIT:
            raise errors.bad_request("file is too big")
        return {
            "file_id": stored.file_id,
            "file_unique_id": stored.unique_id,
            "file_size": len(stored.content),
            "file_path": stored.path,
        }


CALLS: list[type[Call]] = [GetChat, GetChatMember, GetFile]
