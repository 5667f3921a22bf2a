"""The control endpoints over HTTP, as the page, curl and a test in another process use them."""

import asyncio
import json
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import pytest
from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from aiohttp import ClientSession

from bot.playground import Emulator

pytest_plugins = ["tests.e2e.emulator_fixture"]

ADMIN = 1001
GO = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go on", callback_data="go")]])


@pytest.fixture
async def http(emulator: Emulator) -> AsyncIterator[ClientSession]:
    async with ClientSession(emulator.url) as session:
        yield session


async def test_say_answers_the_message_and_defaults_to_the_admin(http: ClientSession) -> None:
    async with http.post("/emu/say", json={"text": "/status"}) as response:
        body = await response.json()
    message = body["result"]
    assert body["ok"] is True
    assert (message["chat"]["id"], message["from"]["id"], message["text"]) == (ADMIN, ADMIN, "/status")


async def test_press_answers_the_query_and_404_where_no_such_button_is(http: ClientSession, bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "desk", reply_markup=GO)
    for button in ({"label": "Go on"}, {"data": "go"}):
        async with http.post("/emu/press", json={"message_id": sent.message_id, **button}) as response:
            body = await response.json()
        assert body["ok"] is True
        assert (body["result"]["data"], body["result"]["from"]["id"]) == ("go", ADMIN)
    for wrong in ({"message_id": sent.message_id, "label": "go"}, {"message_id": 99, "data": "go"}):
        async with http.post("/emu/press", json=wrong) as response:
            assert response.status == 404
            assert "has no button" in (await response.json())["description"]


async def test_fault_switches_the_world_and_shows_it(emulator: Emulator, http: ClientSession, bot: Bot) -> None:
    async with http.post("/emu/fault", json={"down": True, "skew": 10_800, "rate": [3, 30]}) as response:
        state = (await response.json())["result"]
    assert (state["down"], state["skew"], state["rate"]) == (True, 10_800, [3, 30])
    async with http.post("/emu/fault", json={"rate": None}) as response:
        assert (await response.json())["result"]["rate"] is None
    async with http.post("/emu/fault", json={"clear": True}) as response:
        state = (await response.json())["result"]
    assert (state["down"], state["skew"], state["faults"]) == (False, 0, [])
    await bot.get_me()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/emu/say", b"{"),
        ("/emu/say", b"[]"),
        ("/emu/say", b'{"text": ""}'),
        ("/emu/say", b'{"text": "a", "user": 1002}'),
        ("/emu/say", b'{"text": "a", "chat_id": 1001, "user_id": 1002}'),
        ("/emu/press", b'{"message_id": 1}'),
        ("/emu/press", b'{"message_id": "1", "data": "a"}'),
        ("/emu/fault", b"{}"),
        ("/emu/fault", b'{"drop": true, "lose": true}'),
        ("/emu/update", b'{"update": {}}'),
        ("/emu/update", b'{"message": {"text": "a"}}'),
    ],
)
async def test_a_wrong_body_gets_one_sentence_and_changes_nothing(
    emulator: Emulator, http: ClientSession, path: str, body: bytes
) -> None:
    async with http.post(path, data=body) as response:
        assert response.status == 400
        assert len((await response.json())["description"]) > 10
    assert emulator.messages() == []
    assert emulator.world.updates.pending() == 0


async def test_messages_come_in_bot_api_shape_after_a_revision(http: ClientSession, bot: Bot) -> None:
    first = await bot.send_message(ADMIN, "one", reply_markup=GO, disable_notification=True)
    await bot.send_document(ADMIN, BufferedInputFile(b"a;b", "t.csv"), caption="two")
    await bot.edit_message_text("three", chat_id=ADMIN, message_id=first.message_id)
    await bot.delete_message(ADMIN, first.message_id)
    async with http.get("/emu/messages?after=0") as response:
        document, text = await response.json()
    assert (document["revision"], document["caption"], document["document"]["file_name"]) == (
        2,
        "two",
        "t.csv",
    )
    assert (text["revision"], text["text"], text["silent"], text["deleted"]) == (4, "three", True, True)
    async with http.get("/emu/messages?after=3") as response:
        assert [view["revision"] for view in await response.json()] == [4]
    async with http.get("/emu/messages?after=x") as response:
        assert response.status == 400
    async with http.get(f"/emu/file/{document['document']['file_id']}") as response:
        assert (await response.read(), response.content_type) == (b"a;b", "text/csv")
    async with http.get("/emu/file/none") as response:
        assert response.status == 404


async def test_events_tell_of_every_send_edit_deletion_and_answer(
    emulator: Emulator, http: ClientSession, bot: Bot
) -> None:
    async with http.get("/emu/events") as stream:
        sent = await bot.send_message(ADMIN, "one", reply_markup=GO)
        await bot.edit_message_text("two", chat_id=ADMIN, message_id=sent.message_id, reply_markup=GO)
        query = emulator.press(sent.message_id, data="go")
        await bot.answer_callback_query(query["id"], "done")
        await bot.delete_message(ADMIN, sent.message_id)
        lines = b""
        while b"event: delete" not in lines:
            lines += await asyncio.wait_for(stream.content.readany(), 5)
    frames = [frame.split("\n") for frame in lines.decode().strip().split("\n\n")]
    told = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]
    assert [name for name, _ in told] == ["state", "message", "edit", "answer", "delete"]
    assert [data["text"] for _, data in told[1:]] == ["one", "two", "done", "two"]


async def test_the_command_menu_of_a_person_is_the_one_of_the_scope(http: ClientSession, bot: Bot) -> None:
    await bot.set_my_commands([BotCommand(command="help", description="help")])
    mine = [BotCommand(command="close_all", description="close everything")]
    await bot.set_my_commands(mine, scope=BotCommandScopeChat(chat_id=ADMIN))
    seen = []
    for user_id in (ADMIN, 1003, 4004):
        async with http.get(f"/emu/commands?user_id={user_id}") as response:
            seen.append([one["command"] for one in await response.json()])
    assert seen == [["close_all"], ["help"], ["help"]]


async def test_calls_and_violations_can_be_read_from_outside(emulator: Emulator, http: ClientSession) -> None:
    body = {"chat_id": 1001, "text": "a", "entities": [], "colour": "red"}
    async with http.post(f"/bot{emulator.token}/SENDMESSAGE", json=body) as response:
        assert (await response.json())["result"]["text"] == "a"
    async with http.get("/emu/calls") as response:
        (call,) = await response.json()
    assert (call["method"], call["status"], call["parameters"]["chat_id"]) == ("sendMessage", 200, "1001")
    async with http.get("/emu/violations") as response:
        (violation,) = await response.json()
    assert violation["detail"] == "colour: sendMessage has no such parameter"
    emulator.violations.clear()


async def test_parameters_may_come_in_the_query(emulator: Emulator, http: ClientSession) -> None:
    async with http.get(f"/bot{emulator.token}/sendmessage?chat_id=1001&text=123") as response:
        assert (await response.json())["result"]["text"] == "123"
    async with http.post(f"/bot{emulator.token}/sendMessage", data={"chat_id": "1001"}) as response:
        body = await response.json()
    assert body == {"ok": False, "error_code": 400, "description": "Bad Request: message text is empty"}
    emulator.violations.clear()


async def test_an_unknown_method_and_an_unknown_path_are_not_found(emulator: Emulator, http: ClientSession) -> None:
    async with http.get(f"/bot{emulator.token}/sendMoney") as response:
        assert (await response.json())["description"] == "Not Found: method not found"
    async with http.get(f"/file/bot{emulator.token}/documents/none") as response:
        assert response.status == 404


async def test_answers_are_dated_by_the_emulators_clock(emulator: Emulator, http: ClientSession) -> None:
    emulator.fault(skew=-10_800)
    async with http.get(f"/bot{emulator.token}/getMe") as early, http.get("/emu/state") as now:
        behind = parsedate_to_datetime(now.headers["Date"]) - parsedate_to_datetime(early.headers["Date"])
    assert abs(behind.total_seconds() - 10_800) <= 2


@pytest.mark.parametrize("path", ["/", "/emu/messages", "/emu/state", "/page/app.js"])
async def test_another_sites_page_is_kept_out(http: ClientSession, emulator: Emulator, path: str) -> None:
    own = emulator.url
    hosts = [{"Host": name} for name in ("evil.example", "evil.example:80", "127.0.0.1.evil.example")]
    origins = [{"Origin": name} for name in ("https://evil.example", "null")]
    for headers in hosts + origins:
        async with http.get(path, headers=headers) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
    for headers in ({}, {"Origin": own}, {"Host": "localhost"}):
        async with http.get(path, headers=headers) as response:
            assert response.status == 200
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]


async def test_another_sites_page_cannot_press_a_button(http: ClientSession, emulator: Emulator, bot: Bot) -> None:
    sent = await bot.send_message(ADMIN, "x", reply_markup=GO)
    evil = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    body = json.dumps({"message_id": sent.message_id, "data": "go"})
    async with http.post("/emu/press", data=body, headers=evil) as response:
        assert response.status == 403
    assert emulator.world.updates.pending() == 0
