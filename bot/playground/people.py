"""What people do: write, edit, press, block."""

import secrets
from collections.abc import Mapping
from typing import cast

from bot.playground import entities, markup
from bot.playground.objects import CallbackQuery, Chat, Message, User
from bot.playground.world import Press, World

ADMIN = 1001
PRESS_LIFETIME_S = 150
"""How long a press can be answered."""


def say(
    world: World,
    text: str,
    user_id: int | None = None,
    chat_id: int | None = None,
    extra: Mapping[str, object] | None = None,
) -> Message:
    """Someone writes to the bot; answers the message (the first, when the text is too long for one).

    Without ids it is the admin in the private chat; an id below zero is a group. `extra` adds fields of a
    Message, e.g. forward_origin; with it the text may be empty. A ValueError for what no client could send.
    """
    if chat_id is None:
        chat_id = user_id if user_id is not None else ADMIN
    if user_id is None:
        user_id = chat_id if chat_id > 0 else ADMIN
    if user_id <= 0:
        raise ValueError(f"user_id is {user_id}, takes a number above 0")
    if chat_id > 0 and chat_id != user_id:
        raise ValueError(f"chat {chat_id} is the private chat of user {chat_id}, not of {user_id}")
    if not text.strip() and not extra:
        raise ValueError("text is empty, takes at least one visible character")
    person = world.person(user_id)
    chat = world.chats.open(chat_id, person)
    block(world, world.chats.blocked - {chat_id})
    pieces = entities.split(text) or [""]
    first, *_ = [_write(world, piece, person, chat, extra or {}) for piece in pieces]
    return first


def edit(world: World, message_id: int, text: str) -> Message:
    """Someone edits an own message; a LookupError where there is none of that id."""
    record = world.chats.lookup(message_id)
    if record is None or record.message["from"] == world.bot:
        raise LookupError(f"person's message {message_id} not found")
    message = record.message.copy()
    message["text"], message["entities"] = entities.finish(text, [])
    world.chats.edit(record, message)
    world.deliver("edited_message", message)
    return message


def press(
    world: World, message_id: int, data: str | None, label: str | None, user_id: int | None = None
) -> CallbackQuery:
    """Someone presses the button with this data, or else this label; a LookupError where there is none."""
    record = world.chats.lookup(message_id)
    found = markup.pressed(record.message.get("reply_markup"), data, label) if record else None
    if record is None or found is None:
        raise LookupError(f"message {message_id} has no button {data if data is not None else label!r}")
    chat = record.message["chat"]
    person = world.person(user_id or max(chat["id"], 0) or ADMIN)
    query = CallbackQuery(
        {
            "id": str(secrets.randbits(62)),
            "from": person,
            "chat_instance": str(chat["id"]),
            "message": record.message,
            "data": found,
        }
    )
    now = world.clock.now()
    world.presses = {key: one for key, one in world.presses.items() if one.expires_at > now}
    world.presses[query["id"]] = Press(person["id"], chat["id"], message_id, now + PRESS_LIFETIME_S)
    world.deliver("callback_query", query)
    return query


def block(world: World, users: set[int]) -> None:
    """These users, and nobody else, have blocked the bot; it is told of every change."""
    for user_id in sorted(users ^ world.chats.blocked):
        person = world.person(user_id)
        kicked: dict[str, object] = {"status": "kicked", "user": world.bot, "until_date": 0}
        member: dict[str, object] = {"status": "member", "user": world.bot}
        before, after = (member, kicked) if user_id in users else (kicked, member)
        change = {
            "chat": world.chats.open(user_id, person),
            "from": person,
            "date": world.clock.date(),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        world.deliver("my_chat_member", change)
    world.chats.blocked = set(users)


def _write(world: World, text: str, person: User, chat: Chat, extra: Mapping[str, object]) -> Message:
    message = world.chats.draft(chat, person)
    if text:
        message["text"], found = entities.finish(text, [])
        if found:
            message["entities"] = found
    # what `extra` holds is judged by the schema check of the update
    message = cast(Message, {**message, **extra})
    world.chats.add(message)
    world.deliver("message", message)
    return message
