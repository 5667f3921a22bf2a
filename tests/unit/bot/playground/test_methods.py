"""What single calls answer, and in which words they are refused; the wire is tried in tests/e2e."""

import io
import json

import pytest
from PIL import Image

from bot.playground import people, switches
from bot.playground.errors import ApiError
from bot.playground.faults import FaultOrder
from bot.playground.methods import CALLS
from bot.playground.world import World
from tests.unit.bot.playground.conftest import ADMIN, CallMethod

HOUR = 3600
KEYBOARD = json.dumps({"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]})


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "PNG")
    return out.getvalue()


async def refusal(call: CallMethod, method: str, **texts: str) -> str:
    with pytest.raises(ApiError) as error:
        await call(method, **texts)
    return error.value.description


def test_every_method_served_is_one_of_the_schema(world: World) -> None:
    assert all(world.schema.method(name) for name in CALLS)


async def test_a_message_is_stored_trimmed_with_its_keyboard(world: World, call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text=" 123 ", reply_markup=KEYBOARD, disable_notification="true")
    (record,) = world.chats.since(0)
    assert record.message["text"] == "123"
    assert record.message["reply_markup"] == json.loads(KEYBOARD)
    assert record.silent
    assert world.violations == []


@pytest.mark.parametrize(
    ("method", "texts", "said"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "1001"}, "message text is empty"),
        ("sendMessage", {"chat_id": "1001", "text": " \n"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": "5", "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": "1001", "text": "😀" * 2049}, "message is too long"),
        ("sendPhoto", {"chat_id": "1001"}, "there is no photo in the request"),
        ("sendDocument", {"chat_id": "1001", "document": "x"}, "wrong file identifier/HTTP URL specified"),
        ("editMessageText", {"chat_id": "1001", "message_id": "9", "text": "a"}, "message to edit not found"),
        ("editMessageText", {"text": "a"}, "message identifier is not specified"),
        ("deleteMessage", {"chat_id": "1001", "message_id": "9"}, "message to delete not found"),
        ("sendChatAction", {"chat_id": "1001", "action": "dancing"}, "wrong parameter action in request"),
        ("getFile", {"file_id": "x"}, "invalid file_id"),
        ("sendMediaGroup", {"chat_id": "1001", "media": "[]"}, "there are no messages to send"),
        ("setMessageReaction", {"chat_id": "1001", "message_id": "9"}, "message to react not found"),
    ],
)
async def test_a_refusal_is_worded_as_the_server_words_it(
    call: CallMethod, method: str, texts: dict[str, str], said: str
) -> None:
    assert await refusal(call, method, **texts) == f"Bad Request: {said}"


async def test_a_reply_to_nothing_is_refused_unless_it_may_go_without(world: World, call: CallMethod) -> None:
    message = {"chat_id": "1001", "text": "a"}
    said = await refusal(call, "sendMessage", reply_parameters='{"message_id":9}', **message)
    assert said == "Bad Request: message to be replied not found"
    may = '{"message_id":9,"allow_sending_without_reply":true}'
    await call("sendMessage", reply_parameters=may, **message)
    await call("sendMessage", reply_parameters='{"message_id":1}', **message)
    without, reply = (record.message.get("reply_to_message") for record in world.chats.since(0))
    assert without is None
    assert reply
    assert reply["message_id"] == 1


async def test_4096_utf16_units_are_the_last_that_pass(world: World, call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text="😀" * 2048)
    assert len(world.chats.since(0)) == 1


async def test_a_caption_is_too_long_from_1025_units_on(call: CallMethod) -> None:
    with pytest.raises(ApiError, match="message caption is too long"):
        await call("sendDocument", {"document": b"x"}, chat_id="1001", caption="a" * 1025)
    await call("sendDocument", {"document": b"x"}, chat_id="1001", caption="a" * 1024)


async def test_an_edit_that_changes_nothing_is_refused_and_one_of_the_keyboard_is_not(
    world: World, call: CallMethod
) -> None:
    await call("sendMessage", chat_id="1001", text="a", reply_markup=KEYBOARD)
    same = {"chat_id": "1001", "message_id": "1", "text": "a "}
    assert "message is not modified" in await refusal(call, "editMessageText", reply_markup=KEYBOARD, **same)
    await call("editMessageText", **same)
    (record,) = world.chats.since(1)
    assert "reply_markup" not in record.message
    assert record.message["edit_date"] >= record.message["date"]


async def test_a_persons_message_cannot_be_edited_but_deleted(world: World, call: CallMethod) -> None:
    message = people.say(world, "123456")
    where = {"chat_id": "1001", "message_id": str(message["message_id"])}
    assert await refusal(call, "editMessageText", text="a", **where) == "Bad Request: message can't be edited"
    await call("deleteMessage", **where)
    assert [record.deleted for record in world.chats.since(0)] == [True]
    assert await refusal(call, "deleteMessage", **where) == "Bad Request: message to delete not found"


async def test_after_two_days_a_message_cannot_be_deleted(world: World, call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text="a")
    world.clock.skew = 49 * HOUR
    said = await refusal(call, "deleteMessage", chat_id="1001", message_id="1")
    assert said == "Bad Request: message can't be deleted for everyone"


async def test_text_and_caption_are_edited_each_by_its_own_method(call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text="a")
    await call("sendPhoto", {"photo": picture()}, chat_id="1001", caption="b")
    said = await refusal(call, "editMessageText", chat_id="1001", message_id="2", text="c")
    assert said == "Bad Request: there is no text in the message to edit"
    said = await refusal(call, "editMessageCaption", chat_id="1001", message_id="1", caption="c")
    assert said == "Bad Request: there is no caption in the message to edit"


async def test_an_album_is_one_message_each_and_of_one_kind(world: World, call: CallMethod) -> None:
    album = [
        {"type": "photo", "media": "attach://a"},
        {"type": "photo", "media": "attach://b", "caption": "c"},
    ]
    await call("sendMediaGroup", {"a": picture(), "b": picture()}, chat_id="1001", media=json.dumps(album))
    first, second = (record.message for record in world.chats.since(0))
    assert first["media_group_id"] == second["media_group_id"]
    assert second["caption"] == "c"
    mixed = json.dumps([album[0], {"type": "document", "media": "attach://b"}])
    assert "type in the album" in await refusal(call, "sendMediaGroup", chat_id="1001", media=mixed)
    assert world.violations == []


async def test_a_press_is_answered_once_and_within_150_seconds(world: World, call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text="a", reply_markup=KEYBOARD)
    query = people.press(world, 1, None, "Go")
    await call("answerCallbackQuery", callback_query_id=query["id"], text="done", show_alert="true")
    assert [(answer["text"], answer["show_alert"]) for answer in world.answers] == [("done", True)]
    assert "query is too old" in await refusal(call, "answerCallbackQuery", callback_query_id=query["id"])
    late = people.press(world, 1, "go", None)
    world.clock.skew = 151
    assert "query is too old" in await refusal(call, "answerCallbackQuery", callback_query_id=late["id"])


async def test_who_has_blocked_the_bot_gets_nothing_and_the_bot_is_told(world: World, call: CallMethod) -> None:
    switches.carry_out(world, FaultOrder(blocked=[ADMIN]))
    said = await refusal(call, "sendMessage", chat_id="1001", text="a")
    assert said == "Forbidden: bot was blocked by the user"
    people.say(world, "I am back")
    await call("sendMessage", chat_id="1001", text="a")
    kinds = [sorted(update)[0] for update in await world.updates.poll(0, 100, 0)]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]


async def test_entities_that_nobody_can_show_are_refused(call: CallMethod) -> None:
    async def said(entity: dict[str, object]) -> str:
        entities = json.dumps([{"offset": 0, "length": 1, **entity}])
        return await refusal(call, "sendMessage", chat_id="1001", text="a", entities=entities)

    assert "Unsupported type specified" in await said({"type": "blink"})
    assert 'Can\'t find field "url"' in await said({"type": "text_link"})
    assert "Invalid date-time format" in await said({"type": "date_time", "unix_time": 1, "date_time_format": "q"})


async def test_an_entity_beyond_the_text_is_noted_for_it_was_counted_wrongly(world: World, call: CallMethod) -> None:
    entities = json.dumps([{"type": "bold", "offset": 0, "length": 3}])
    await call("sendMessage", chat_id="1001", text="😀", entities=entities)
    (violation,) = world.violations
    assert "beyond the text" in violation.detail


async def test_what_the_bot_may_not_ask_is_noted(world: World, call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text="a", colour="red")
    await refusal(call, "sendPoll", chat_id="1001", question="q", options='[{"text":"a"}]')
    await refusal(call, "sendMessage", chat_id="1001", text="a", parse_mode="HTML")
    assert [violation.method for violation in world.violations] == ["sendMessage", "sendPoll", "sendMessage"]


async def test_commands_are_kept_by_scope_and_only_for_known_chats(call: CallMethod) -> None:
    commands = '[{"command":"status","description":"how things stand"}]'
    scope = '{"type":"chat","chat_id":1001}'
    await call("setMyCommands", commands=commands, scope=scope)
    assert await call("getMyCommands", scope=scope) == json.loads(commands)
    assert await call("getMyCommands") == []
    stranger = '{"type":"chat","chat_id":4004}'
    assert "chat not found" in await refusal(call, "setMyCommands", commands=commands, scope=stranger)


async def test_texts_of_the_profile_fall_back_to_the_one_for_all_languages(call: CallMethod) -> None:
    await call("setMyDescription", description="A desk.")
    await call("setMyDescription", description="Ein Pult.", language_code="de")
    assert await call("getMyDescription", language_code="de") == {"description": "Ein Pult."}
    assert await call("getMyDescription", language_code="fr") == {"description": "A desk."}
    assert await call("getMyName") == {"name": "pocketdesk"}


async def test_a_pinned_message_is_part_of_its_chat_until_it_is_unpinned(call: CallMethod) -> None:
    await call("sendMessage", chat_id="1001", text="a")
    await call("pinChatMessage", chat_id="1001", message_id="1")
    chat = await call("getChat", chat_id="1001")
    assert isinstance(chat, dict)
    assert chat["pinned_message"]["text"] == "a"
    await call("unpinChatMessage", chat_id="1001")
    assert "not found" in await refusal(call, "unpinChatMessage", chat_id="1001")


async def test_after_log_out_every_call_is_refused(call: CallMethod) -> None:
    await call("logOut")
    assert await refusal(call, "getMe") == "Logged out"


async def test_close_is_refused_in_the_first_ten_minutes(world: World, call: CallMethod) -> None:
    assert await refusal(call, "close") == "Too Many Requests: retry after 600"
    world.clock.skew = 601
    assert await call("close") is True
