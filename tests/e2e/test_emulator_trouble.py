"""An unmodified aiogram Bot, over HTTP, in foul weather: limits, outages, lost answers, old updates."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    RestartingTelegram,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from aiohttp import ClientSession

from bot.playground import DEMO_TOKEN, Emulator, serve

pytest_plugins = ["tests.e2e.emulator_fixture"]

ADMIN, TRADER, STRANGER = 1001, 1002, 4004
HOUR = 3600
GO = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go")]])

PERSON = {"id": STRANGER, "is_bot": False, "first_name": "Stranger"}
GROUP = {"id": -100_200, "type": "supergroup", "title": "Group"}
POST = {"message_id": 7, "date": 1, "chat": GROUP, "text": "/close_all"}
MEMBER = {"status": "member", "user": PERSON}
CHANGE = {"chat": GROUP, "from": PERSON, "date": 1, "old_chat_member": MEMBER, "new_chat_member": MEMBER}
PAYMENT = {"id": "1", "from": PERSON, "invoice_payload": "x"}
ADDRESS = dict.fromkeys(("country_code", "state", "city", "street_line1", "street_line2", "post_code"), "x")
REACTION = {"type": "emoji", "emoji": "👍"}
REACTED = {"chat": GROUP, "message_id": 7, "date": 1}
POLL = {
    **dict.fromkeys(("allows_multiple_answers", "allows_revoting", "members_only", "is_closed"), False),
    "id": "1",
    "question": "q",
    "options": [],
    "total_voter_count": 0,
    "type": "regular",
    "is_anonymous": True,
}

FROM_A_STRANGER: dict[str, dict[str, object]] = {
    "edited_message": {**POST, "from": PERSON},
    "channel_post": POST,
    "edited_channel_post": POST,
    "callback_query": {"id": "1", "from": PERSON, "chat_instance": "1", "data": "close_all"},
    "inline_query": {"id": "1", "from": PERSON, "query": "", "offset": ""},
    "chosen_inline_result": {"result_id": "1", "from": PERSON, "query": ""},
    "my_chat_member": CHANGE,
    "chat_member": CHANGE,
    "chat_join_request": {"chat": GROUP, "from": PERSON, "user_chat_id": STRANGER, "date": 1},
    "message_reaction": {**REACTED, "user": PERSON, "old_reaction": [], "new_reaction": [REACTION]},
    "message_reaction_count": {**REACTED, "reactions": [{"type": REACTION, "total_count": 1}]},
    "poll": POLL,
    "poll_answer": {"poll_id": "1", "user": PERSON, "option_ids": [], "option_persistent_ids": []},
    "shipping_query": {**PAYMENT, "shipping_address": ADDRESS},
    "pre_checkout_query": {**PAYMENT, "currency": "XTR", "total_amount": 1},
}


def texts(emulator: Emulator) -> list[str | None]:
    return [view.get("text") for view in emulator.messages()]


async def test_sends_and_edits_share_one_budget_of_the_chat(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(rate=[3, 30])
    sent = await bot.send_message(ADMIN, "1")
    await bot.edit_message_text("2", chat_id=ADMIN, message_id=sent.message_id)
    await bot.send_message(ADMIN, "3")
    with pytest.raises(TelegramRetryAfter) as refusal:
        await bot.edit_message_text("4", chat_id=ADMIN, message_id=sent.message_id)
    assert 28 <= refusal.value.retry_after <= 30
    await bot.send_message(TRADER, "another chat has a budget of its own")
    await bot.delete_message(ADMIN, sent.message_id)
    emulator.fault(skew=31)
    await bot.send_message(ADMIN, "5")


async def test_a_429_on_order_says_how_long_to_wait(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(method="sendMessage", times=2, code=429, parameters={"retry_after": 17})
    for _ in range(2):
        with pytest.raises(TelegramRetryAfter) as refusal:
            await bot.send_message(ADMIN, "a")
        assert refusal.value.retry_after == 17
    await bot.send_message(ADMIN, "b")
    assert texts(emulator) == ["b"]


async def test_down_means_that_nothing_gets_through_and_nothing_is_lost(emulator: Emulator, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await emulator.until(lambda: emulator.world.updates.polling, 30)
    emulator.fault(down=True)
    with pytest.raises(TelegramNetworkError):
        await poll
    emulator.say("are you there?")
    for call in (bot.get_updates(timeout=0), bot.send_message(ADMIN, "a"), bot.get_me()):
        with pytest.raises(TelegramNetworkError):
            await call
    emulator.fault(down=False)
    (update,) = await bot.get_updates(timeout=5)
    assert update.message
    assert update.message.text == "are you there?"
    assert len(emulator.messages()) == 1


async def test_a_dropped_call_never_arrived_but_one_with_a_lost_answer_did(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(method="sendMessage", drop=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ADMIN, "dropped")
    emulator.fault(method="sendMessage", lose=True)
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(ADMIN, "answer lost")
    await bot.send_message(ADMIN, "answer lost")
    assert texts(emulator) == ["answer lost", "answer lost"]


async def test_a_confirming_poll_whose_answer_is_lost_has_confirmed(emulator: Emulator, bot: Bot) -> None:
    emulator.say("a")
    (update,) = await bot.get_updates(timeout=5)
    emulator.fault(method="getUpdates", lose=True)
    with pytest.raises(TelegramNetworkError):
        await bot.get_updates(offset=update.update_id + 1, timeout=0)
    assert await bot.get_updates(timeout=0) == []


async def test_a_delayed_call_is_served_late(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(method="sendMessage", delay=0.15)
    start = time.monotonic()
    await bot.send_message(ADMIN, "late")
    assert time.monotonic() - start >= 0.15
    emulator.fault(method="sendMessage", delay=0.15)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.send_message(ADMIN, "later"), 0.05)
    await emulator.until(lambda: len(emulator.messages()) == 2, 30)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (400, TelegramBadRequest),
        (401, TelegramUnauthorizedError),
        (403, TelegramForbiddenError),
        (404, TelegramNotFound),
        (409, TelegramConflictError),
        (429, TelegramRetryAfter),
        (502, ClientDecodeError),
    ],
)
async def test_every_code_can_be_ordered(emulator: Emulator, bot: Bot, code: int, error: type[Exception]) -> None:
    emulator.fault(code=code)
    with pytest.raises(error):
        await bot.send_message(ADMIN, "a")
    await bot.send_message(ADMIN, "b")


async def test_an_order_can_bring_its_own_words_and_parameters(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(code=500, description="Internal Server Error: restart")
    with pytest.raises(RestartingTelegram):
        await bot.send_message(ADMIN, "a")
    emulator.fault(code=400, description="Bad Request: upgraded", parameters={"migrate_to_chat_id": -100_300})
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(ADMIN, "a")
    assert moved.value.migrate_to_chat_id == -100_300


async def test_who_blocks_the_bot_is_lost_to_it_until_the_next_word(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(blocked=[TRADER])
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(TRADER, "a")
    await bot.send_message(ADMIN, "the trader has blocked me")
    emulator.say("sorry", user_id=TRADER)
    await bot.send_message(TRADER, "b")
    updates = await bot.get_updates(timeout=5)
    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_a_revoked_a_foreign_and_a_malformed_token_are_refused(emulator: Emulator, bot: Bot) -> None:
    emulator.fault(revoked=True)
    with pytest.raises(TelegramUnauthorizedError):
        await bot.get_me()
    emulator.fault(clear=True)
    await bot.get_me()
    session = AiohttpSession(api=TelegramAPIServer.from_base(emulator.url))
    async with Bot("7:" + "z" * 35, session=session) as foreign:
        with pytest.raises(TelegramUnauthorizedError):
            await foreign.get_me()
    async with Bot("7:short", session=session) as malformed:
        with pytest.raises(TelegramNotFound):
            await malformed.get_me()


async def test_the_older_of_two_instances_gets_the_conflict(emulator: Emulator, bot: Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=30))
    await emulator.until(lambda: emulator.world.updates.polling, 30)
    newer = asyncio.create_task(bot.get_updates(timeout=30))
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await older
    emulator.say("a")
    assert len(await newer) == 1


async def test_a_command_of_three_hours_ago_is_delivered_and_one_of_yesterday_not(emulator: Emulator, bot: Bot) -> None:
    said = emulator.say("/close_all")
    emulator.fault(skew=3 * HOUR)
    (update,) = await bot.get_updates(timeout=0)
    assert update.message
    assert update.message.date.timestamp() == said["date"]
    assert int(emulator.world.clock.now()) - said["date"] >= 3 * HOUR
    emulator.fault(skew=25 * HOUR)
    assert await bot.get_updates(timeout=0) == []


async def test_a_press_is_not_delivered_after_150_seconds_and_not_answered_either(emulator: Emulator, bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "x", reply_markup=GO)
    emulator.press(sent.message_id, label="Go")
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query
    emulator.fault(skew=151)
    assert await bot.get_updates(timeout=0) == []
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(update.callback_query.id)


async def test_an_edit_of_what_is_gone_and_a_press_on_it_fail(emulator: Emulator, bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "x", reply_markup=GO)
    await bot.delete_message(ADMIN, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("y", chat_id=ADMIN, message_id=sent.message_id)
    with pytest.raises(LookupError):
        emulator.press(sent.message_id, label="Go")


async def test_an_upload_above_50_mb_is_refused(bot: Bot) -> None:
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_document(ADMIN, BufferedInputFile(bytes(52 * 1024 * 1024), "big.bin"))


@pytest.mark.parametrize("kind", sorted(FROM_A_STRANGER))
async def test_a_stranger_can_reach_the_bot_by_every_kind_of_update(emulator: Emulator, bot: Bot, kind: str) -> None:
    await bot.get_updates(timeout=0, allowed_updates=sorted(FROM_A_STRANGER))
    emulator.update(kind, FROM_A_STRANGER[kind])
    (update,) = await bot.get_updates(timeout=5)
    assert update.event_type == kind
    assert emulator.calls == []


async def test_a_port_in_use_is_an_os_error(emulator: Emulator) -> None:
    with pytest.raises(OSError, match="in use"):
        async with serve(port=int(emulator.url.rpartition(":")[2])):
            pass


async def test_the_end_waits_neither_for_open_polls_nor_for_open_pages() -> None:
    async with AsyncExitStack() as clients:
        async with serve() as other:
            session = AiohttpSession(api=TelegramAPIServer.from_base(other.url))
            polling = await clients.enter_async_context(Bot(DEMO_TOKEN, session=session))
            poll = asyncio.create_task(polling.get_updates(timeout=50))
            await other.until(lambda: other.world.updates.polling, 30)
            watching = await clients.enter_async_context(ClientSession())
            stream = await clients.enter_async_context(watching.get(f"{other.url}/emu/events"))
            start = time.monotonic()
        assert time.monotonic() - start < 2
        with pytest.raises(TelegramNetworkError):
            await poll
        assert b"event: state" in await stream.read()
