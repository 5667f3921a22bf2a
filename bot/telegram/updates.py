"""What the pump reads of an update before anything parses it: who, where, when, and which words."""

import msgspec

FULL = 4095
"""UTF-16 units of a message that has no room left: of 4096, for a character of two is not cut."""
KINDS = ("message", "callback_query", "my_chat_member")
"""The updates we ask for; every other kind is refused."""


class RawUser(msgspec.Struct, frozen=True):
    """The sender."""

    id: int
    is_bot: bool = False


class RawChat(msgspec.Struct, frozen=True):
    """The chat."""

    id: int
    type: str


class RawMessage(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A message, or what is left of one behind a button."""

    chat: RawChat
    sender: RawUser | None = None
    message_id: int = 0
    date: int = 0
    text: str | None = None
    forward_origin: msgspec.Raw = msgspec.Raw()
    is_automatic_forward: bool = False
    via_bot: msgspec.Raw = msgspec.Raw()
    sender_chat: msgspec.Raw = msgspec.Raw()
    edit_date: int | None = None


class RawQuery(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A press on a button."""

    id: str
    sender: RawUser
    message: RawMessage | None = None
    data: str | None = None


class RawMember(msgspec.Struct, frozen=True):
    """What the bot is to a chat now."""

    status: str


class RawMembership(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A person blocked or unblocked the bot."""

    chat: RawChat
    sender: RawUser
    date: int
    new_chat_member: RawMember


class RawUpdate(msgspec.Struct, frozen=True):
    """An update of a kind we asked for; of the others only the id is read."""

    update_id: int
    message: RawMessage | None = None
    callback_query: RawQuery | None = None
    my_chat_member: RawMembership | None = None


class Said(msgspec.Struct, frozen=True):
    """An update from one person in the private chat with us: the only kind that is acted on."""

    update_id: int
    user: int
    date: int
    """When it was said, seconds; 0 for a press, which carries no time."""
    text: str = ""
    query: str = ""
    """Id of the press, empty for a message."""
    data: str = ""
    message_id: int = 0
    """The pressed message."""
    member: str = ""
    """The status of my_chat_member."""

    @property
    def command(self) -> str:
        """The command without slash and bot name, in lower case; empty where the text is none.

        Any white space parts it from what stands beside it, as for the dispatcher: what one of the two took for no
        command would pass the gates and be carried out all the same.
        """
        first, *_ = self.text.split(maxsplit=1) or ("",)
        return first[1:].partition("@")[0].lower() if first.startswith("/") else ""

    def continues(self, before: "Said") -> bool:
        """Whether a client cut this off the end of the text before: that one is full, and both were sent at once."""
        full = len(before.text.encode("utf-16-le", "surrogatepass")) // 2 >= FULL
        return bool(self.text) and full and 0 <= self.date - before.date <= 1

    @property
    def arguments(self) -> str:
        """What follows the command."""
        return "".join(self.text.split(maxsplit=1)[1:]).strip()


class Refused(msgspec.Struct, frozen=True):
    """An update that nobody may act on, with the reason; `user` is None where there is none."""

    update_id: int
    user: int | None
    why: str


def read(raw: bytes) -> Said | Refused:
    """Sorts an update; a msgspec.DecodeError for what is no update at all."""
    update = msgspec.json.decode(raw, type=RawUpdate)
    if update.message:
        return _message(update.update_id, update.message)
    if update.callback_query:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    return Refused(update.update_id, None, "kind")


def _message(update_id: int, message: RawMessage) -> Said | Refused:
    sender = message.sender
    if sender is None or sender.is_bot or message.sender_chat:
        return Refused(update_id, sender.id if sender else None, "not a person")
    if why := _elsewhere(message.chat, sender):
        return Refused(update_id, sender.id, why)
    if message.forward_origin or message.is_automatic_forward:
        return Refused(update_id, sender.id, "forwarded")
    if message.via_bot:
        return Refused(update_id, sender.id, "through another bot")
    if message.edit_date is not None:
        return Refused(update_id, sender.id, "edited")
    if message.text is None:
        return Refused(update_id, sender.id, "no plain text")
    return Said(update_id, sender.id, message.date, text=message.text, message_id=message.message_id)


def _press(update_id: int, query: RawQuery) -> Said | Refused:
    if query.message is None or query.data is None:
        return Refused(update_id, query.sender.id, "a press without message or data")
    if why := _elsewhere(query.message.chat, query.sender):
        return Refused(update_id, query.sender.id, why)
    return Said(
        update_id,
        query.sender.id,
        0,
        query=query.id,
        data=query.data,
        message_id=query.message.message_id,
    )


def _membership(update_id: int, change: RawMembership) -> Said | Refused:
    if why := _elsewhere(change.chat, change.sender):
        return Refused(update_id, change.sender.id, why)
    return Said(update_id, change.sender.id, change.date, member=change.new_chat_member.status)


def _elsewhere(chat: RawChat, sender: RawUser) -> str | None:
    private = chat.type == "private" and chat.id == sender.id
    return None if private else "not in a private chat"
