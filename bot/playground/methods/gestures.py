"""answerCallbackQuery, sendChatAction, setMessageReaction, and pinning."""

import msgspec

from bot.playground import errors
from bot.playground.methods.call import Call
from bot.playground.objects import Answer, Reaction
from bot.playground.world import World

ANSWER_LIMIT = 200

ACTIONS = {
    *(
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
    ),
    *("choose_sticker", "find_location", "record_video_note", "upload_video_note"),
}

EMOJI = {
    *"👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪",
    *"🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡",
    *("❤\u200d🔥", "👨\u200d💻", "🤷\u200d♂", "🤷\u200d♀"),
}
"""The reactions that a bot may set."""


class AnswerCallbackQuery(Call, kw_only=True):
    """Ends the waiting of the button that was pressed: silently, with a toast or with an alert."""

    callback_query_id: str
    text: str = ""
    show_alert: bool = False
    url: str = ""

    def answer(self, world: World) -> bool:
        """True. A press can be answered once, and for 150 s."""
        press = world.presses.get(self.callback_query_id)
        if press is None or press.expires_at <= world.clock.now():
            raise errors.query_too_old()
        if len(self.text) > ANSWER_LIMIT:
            raise errors.bad_request("MESSAGE_TOO_LONG")
        del world.presses[self.callback_query_id]
        shown = Answer(
            callback_query_id=self.callback_query_id,
            user_id=press.user_id,
            chat_id=press.chat_id,
            message_id=press.message_id,
            text=self.text,
            show_alert=self.show_alert,
            url=self.url,
        )
        world.answers.append(shown)
        world.events.publish("answer", shown)
        return True


class SendChatAction(Call, kw_only=True):
    """Shows for 5 s, or until the next message, what the bot is doing."""

    chat_id: int | str
    action: str

    def answer(self, world: World) -> bool:
        """True."""
        chat = world.chats.writable(self.chat_id)
        if self.action not in ACTIONS:
            raise errors.missing("action")
        world.events.publish("action", {"chat_id": chat["id"], "action": self.action})
        return True


class SetMessageReaction(Call, kw_only=True):
    """Puts one emoji under a message, or takes it away."""

    chat_id: int | str
    message_id: int
    reaction: list[Reaction] = msgspec.field(default_factory=list)

    def answer(self, world: World) -> bool:
        """True."""
        chat = world.chats.writable(self.chat_id)
        record = world.chats.record(chat["id"], self.message_id, "react")
        if len(self.reaction) > 1:
            raise errors.bad_request("REACTIONS_TOO_MANY")
        if any(reaction.get("emoji") not in EMOJI for reaction in self.reaction):
            raise errors.bad_request("REACTION_INVALID")
        world.chats.react(record, self.reaction)
        return True


class PinChatMessage(Call, kw_only=True):
    """Pins a message at the top of its chat; the page shows the last one pinned."""

    chat_id: int | str
    message_id: int

    def answer(self, world: World) -> bool:
        """True."""
        chat = world.chats.writable(self.chat_id)
        world.chats.record(chat["id"], self.message_id, "pin")
        return _pin(world, chat["id"], self.message_id)


class UnpinChatMessage(Call, kw_only=True):
    """Unpins a message, or the last one pinned."""

    chat_id: int | str
    message_id: int | None = None

    def answer(self, world: World) -> bool:
        """True."""
        chat = world.chats.writable(self.chat_id)
        pinned = world.chats.pinned.get(chat["id"])
        if pinned is None or self.message_id not in (None, pinned):
            raise errors.bad_request("message to unpin not found")
        return _pin(world, chat["id"], None)


class UnpinAllChatMessages(Call, kw_only=True):
    """Unpins everything in a chat."""

    chat_id: int | str

    def answer(self, world: World) -> bool:
        """True."""
        return _pin(world, world.chats.writable(self.chat_id)["id"], None)


def _pin(world: World, chat_id: int, message_id: int | None) -> bool:
    if message_id is None:
        world.chats.pinned.pop(chat_id, None)
    else:
        world.chats.pinned[chat_id] = message_id
    world.events.publish("pin", {"chat_id": chat_id, "message_id": message_id})
    return True


CALLS: list[type[Call]] = [
    AnswerCallbackQuery,
    SendChatAction,
    SetMessageReaction,
    PinChatMessage,
    UnpinChatMessage,
    UnpinAllChatMessages,
]
