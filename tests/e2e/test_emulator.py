"""An unmodified aiogram Bot, over HTTP, in fair weather; the foul weather is in test_emulator_trouble.py."""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    BufferedInputFile,
    CopyTextButton,
    DisabledButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    ReactionTypeEmoji,
    ReplyParameters,
    TelegramObject,
)
from aiogram.utils.formatting import BlockQuote, Bold, Code, DateTime, Pre, Spoiler, Text, TextLink
from PIL import Image

from bot.playground import Emulator

pytest_plugins = ["tests.e2e.emulator_fixture"]

ADMIN, TRADER, VIEWER, STRANGER = 1001, 1002, 1003, 4004


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    buttons = [InlineKeyboardButton(text=label, callback_data=label.lower()) for label in labels]
    return InlineKeyboardMarkup(inline_keyboard=[buttons])


def picture(colour: str = "navy") -> BufferedInputFile:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return BufferedInputFile(out.getvalue(), "chart.png")


def dumped(objects: Sequence[TelegramObject]) -> list[dict[str, object]]:
    """Without the bot that aiogram binds to what it has received."""
    return [one.model_dump() for one in objects]


async def test_the_bot_learns_who_it_is(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (4242424242, True, "pocketdesk_demo_bot")


async def test_a_command_is_answered_in_the_chat_it_came_from(emulator: Emulator, bot: Bot) -> None:
    said = emulator.say("/status", user_id=TRADER)
    (update,) = await bot.get_updates(timeout=5)
    assert update.message
    assert update.message.from_user
    assert (update.message.text, update.message.from_user.id) == ("/status", TRADER)
    await bot.send_message(update.message.chat.id, "all is well")
    answer = await emulator.bot_message(after=said, timeout_s=30)
    assert (answer["text"], answer["chat"]["id"]) == ("all is well", TRADER)


async def test_markup_of_every_kind_arrives_as_it_was_built(emulator: Emulator, bot: Bot) -> None:
    when = datetime(2026, 8, 24, 12, 0, tzinfo=UTC)
    built = Text(
        *("😀 <script>&", Bold("bold ", Code("code")), " ", Spoiler("hidden"), "\n"),
        *(
            Pre("a  b", language="py"),
            BlockQuote("quote"),
            "\n",
            TextLink("link", url="https://example.org/"),
        ),
        *("\n", DateTime("then", unix_time=when, date_time_format="r")),
    )
    sent = await bot.send_message(ADMIN, **built.as_kwargs())
    text, entities = built.render()
    assert sent.text == text
    assert sent.entities
    entities.sort(key=lambda entity: entity.offset)
    assert dumped(sent.entities) == dumped(entities)
    assert emulator.messages()[0]["text"] == text


async def test_buttons_of_every_kind_arrive_as_they_were_built(bot: Bot) -> None:
    row = [
        InlineKeyboardButton(text="Confirm: close 3", callback_data="c", style="danger"),
        InlineKeyboardButton(text="Docs", url="https://example.org/"),
        InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="#A3F")),
        InlineKeyboardButton(text="Off", disabled=DisabledButton()),
    ]
    sent = await bot.send_message(ADMIN, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[row]))
    assert sent.reply_markup
    assert dumped(sent.reply_markup.inline_keyboard[0]) == dumped(row)


async def test_a_press_is_delivered_and_its_answer_seen(emulator: Emulator, bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "desk", reply_markup=keyboard("Refresh"))
    emulator.press(sent.message_id, label="Refresh")
    (update,) = await bot.get_updates(timeout=5)
    query = update.callback_query
    assert query
    assert isinstance(query.message, Message)
    assert (query.data, query.from_user.id, query.message.message_id) == ("refresh", ADMIN, sent.message_id)
    await bot.answer_callback_query(query.id, "Refreshed", show_alert=True)
    (answer,) = emulator.answers
    assert (answer["text"], answer["show_alert"], answer["message_id"]) == (
        "Refreshed",
        True,
        sent.message_id,
    )


async def test_an_edit_replaces_the_message_and_takes_the_next_revision(emulator: Emulator, bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "one", reply_markup=keyboard("Refresh"))
    await bot.send_message(ADMIN, "another")
    edited = await bot.edit_message_text("two", chat_id=ADMIN, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.edit_date
    assert edited.reply_markup is None
    assert [(view["revision"], view["text"]) for view in emulator.messages()] == [(2, "another"), (3, "two")]
    assert [view["text"] for view in emulator.messages(after=2)] == ["two"]


async def test_an_edit_that_changes_nothing_says_so(bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "same", reply_markup=keyboard("Refresh"))
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await sent.edit_text("same", reply_markup=keyboard("Refresh"))
    await bot.edit_message_reply_markup(chat_id=ADMIN, message_id=sent.message_id)


async def test_a_photo_goes_up_is_captioned_exchanged_and_comes_down(emulator: Emulator, bot: Bot) -> None:
    first = picture()
    sent = await bot.send_photo(ADMIN, first, caption="equity")
    assert sent.photo
    assert (sent.photo[-1].width, sent.photo[-1].height) == (64, 48)
    await bot.edit_message_caption(chat_id=ADMIN, message_id=sent.message_id, caption="equity 7d")
    other = picture("teal")
    edited = await bot.edit_message_media(InputMediaPhoto(media=other), chat_id=ADMIN, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.photo
    down = await bot.download(edited.photo[-1].file_id)
    assert down
    assert down.read() == other.data
    again = await bot.send_photo(ADMIN, sent.photo[-1].file_id)
    assert again.photo
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    assert [view.get("caption") for view in emulator.messages()] == [None, None]


async def test_a_document_keeps_its_name_and_its_bytes(bot: Bot) -> None:
    content = bytes(range(256)) * 400
    sent = await bot.send_document(ADMIN, BufferedInputFile(content, "trades 7d & ü.csv"), caption="7 trades")
    assert sent.document
    assert (sent.document.file_name, sent.document.file_size) == ("trades 7d & ü.csv", 102_400)
    file = await bot.get_file(sent.document.file_id)
    assert file.file_path
    down = await bot.download_file(file.file_path)
    assert down
    assert down.read() == content


async def test_an_album_arrives_as_messages_of_one_group(bot: Bot) -> None:
    trades = InputMediaDocument(media=BufferedInputFile(b"a", "a.csv"))
    fees = InputMediaDocument(media=BufferedInputFile(b"b", "b.csv"), caption="both")
    first, second = await bot.send_media_group(ADMIN, [trades, fees])
    assert first.media_group_id == second.media_group_id
    assert second.document
    assert (second.document.file_name, second.caption) == ("b.csv", "both")


async def test_a_reply_carries_the_message_it_answers(bot: Bot) -> None:
    root = await bot.send_message(ADMIN, "BTC long OPEN")
    to = ReplyParameters(message_id=root.message_id)
    reply = await bot.send_message(ADMIN, "BTC +2.46%", reply_parameters=to)
    assert reply.reply_to_message
    assert reply.reply_to_message.text == "BTC long OPEN"


async def test_silence_deletion_reaction_pin_and_action_are_seen(emulator: Emulator, bot: Bot) -> None:
    command = emulator.say("/status")
    sent = await bot.send_message(ADMIN, "13h +12.40", disable_notification=True, protect_content=True)
    assert sent.has_protected_content
    await bot.set_message_reaction(ADMIN, command["message_id"], [ReactionTypeEmoji(emoji="👀")])
    await bot.pin_chat_message(ADMIN, sent.message_id)
    pinned = (await bot.get_chat(ADMIN)).pinned_message
    assert isinstance(pinned, Message)
    assert pinned.text == "13h +12.40"
    await bot.send_chat_action(ADMIN, "upload_photo")
    person, report = emulator.messages()
    assert person["reaction"] == [{"type": "emoji", "emoji": "👀"}]
    assert (report["silent"], report["deleted"]) == (True, False)
    await bot.delete_message(ADMIN, sent.message_id)
    await bot.delete_messages(ADMIN, [command["message_id"], 99])
    assert [view["deleted"] for view in emulator.messages()] == [True, True]


async def test_commands_differ_by_scope_and_language(bot: Bot) -> None:
    def menu(*names: str) -> list[BotCommand]:
        return [BotCommand(command=name, description=f"does {name}") for name in names]

    await bot.set_my_commands(menu("help"), scope=BotCommandScopeDefault())
    await bot.set_my_commands(menu("status"), scope=BotCommandScopeAllPrivateChats(), language_code="de")
    await bot.set_my_commands(menu("close_all", "mode"), scope=BotCommandScopeChat(chat_id=ADMIN))
    assert dumped(await bot.get_my_commands()) == dumped(menu("help"))
    of_chat = await bot.get_my_commands(scope=BotCommandScopeChat(chat_id=ADMIN))
    assert dumped(of_chat) == dumped(menu("close_all", "mode"))
    await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=ADMIN))
    assert await bot.get_my_commands(scope=BotCommandScopeChat(chat_id=ADMIN)) == []
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.set_my_commands(menu("help"), scope=BotCommandScopeChat(chat_id=STRANGER))


async def test_a_stranger_has_no_chat_before_the_first_word(emulator: Emulator, bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(STRANGER, "hello?")
    emulator.say("hi", user_id=STRANGER)
    await bot.send_message(STRANGER, "hello")
    emulator.say("/status@pocketdesk_demo_bot", user_id=STRANGER, chat_id=-100_200)
    update = (await bot.get_updates(timeout=5))[-1]
    assert update.message
    assert (update.message.chat.type, update.message.chat.id) == ("supergroup", -100_200)


async def test_what_was_fetched_comes_again_until_it_is_confirmed(emulator: Emulator, bot: Bot) -> None:
    for text in ("a", "b", "c"):
        emulator.say(text)
    fetched = [update.update_id for update in await bot.get_updates(timeout=5)]
    assert fetched == [fetched[0], fetched[0] + 1, fetched[0] + 2]
    assert [update.update_id for update in await bot.get_updates(timeout=5)] == fetched
    rest = await bot.get_updates(offset=fetched[2], timeout=5)
    assert [update.message.text for update in rest if update.message] == ["c"]
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == []


async def test_a_long_poll_waits_for_the_word_and_the_filter_lasts(emulator: Emulator, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20, allowed_updates=["callback_query"]))
    await emulator.until(lambda: emulator.world.updates.polling, 30)
    emulator.say("not asked for")
    sent = await bot.send_message(ADMIN, "x", reply_markup=keyboard("Go"))
    emulator.press(sent.message_id, data="go")
    (update,) = await poll
    assert update.callback_query
    emulator.say("still not asked for")
    assert await bot.get_updates(offset=update.update_id + 1, timeout=0) == []
    assert (await bot.get_webhook_info()).allowed_updates == ["callback_query"]


async def test_the_profile_can_be_written_and_read(bot: Bot) -> None:
    await bot.set_my_description("A trading desk in your pocket.")
    await bot.set_my_short_description("A desk.")
    assert (await bot.get_my_description()).description == "A trading desk in your pocket."
    assert (await bot.get_my_short_description()).short_description == "A desk."
    assert (await bot.get_my_name()).name == "pocketdesk"
    assert (await bot.get_chat_member(ADMIN, ADMIN)).status == "member"


async def test_every_call_but_polls_is_on_record(emulator: Emulator, bot: Bot) -> None:
    await bot.send_message(ADMIN, "a")
    await bot.get_updates(timeout=0)
    with pytest.raises(TelegramBadRequest):
        await bot.send_message(STRANGER, "b")
    assert [(call.method, call.status) for call in emulator.calls] == [
        ("sendMessage", 200),
        ("sendMessage", 400),
    ]
