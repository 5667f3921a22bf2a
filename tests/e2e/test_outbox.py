"""What is said, over HTTP through the emulator: nothing lost, nobody else delayed, late things marked."""

import asyncio

import msgspec
import pytest
from aiogram.utils.formatting import Bold

from bot.outbox.body import Button, body, encode
from bot.playground.objects import View
from engine.ports import Outgoing
from tests.e2e.phone import ADMIN, STRANGER, TRADER, VIEWER, Phone, now

pytest_plugins = ["tests.e2e.emulator_fixture", "tests.e2e.telegram_fixture"]
MINUTE_MS = 60_000


def alert(text: str, *, chat: int = ADMIN, age_ms: int = 0, lane: str = "trade", key: str | None = None) -> Outgoing:
    return Outgoing(lane, chat, encode(body(text)), now() - age_ms, key=key)


def views(phone: Phone, chat: int = ADMIN) -> list[View]:
    return [view for view in phone.emulator.messages() if view["chat"]["id"] == chat]


async def test_bold_text_buttons_photo_and_document_arrive(phone: Phone) -> None:
    phone.start()
    buttons = ((Button("Go", "s", "danger"),),)
    await phone.say.reply(ADMIN, body("a ", Bold("😀 <b>"), buttons=buttons))
    await phone.say.document(ADMIN, body("trades", document=b"a,b\n", filename="trades.csv"))
    await phone.say.alert([TRADER, VIEWER], body("news"), dedupe="n1")
    await phone.say.alert([TRADER], body("news again"), dedupe="n1")
    await phone.settled()
    text, document = views(phone)
    assert (text["text"], text["entities"]) == ("a 😀 <b>", [{"type": "bold", "offset": 2, "length": 6}])
    assert text["reply_markup"]["inline_keyboard"][0][0]["style"] == "danger"
    assert (document["caption"], document["document"]["file_name"]) == ("trades", "trades.csv")
    assert [view["text"] for view in views(phone, TRADER)] == ["news"]
    assert [view["text"] for view in views(phone, VIEWER)] == ["news"]


async def test_a_keyed_message_is_made_once_then_edited_and_answered(phone: Phone) -> None:
    phone.start()
    await phone.say.alert([ADMIN], body("BTC opening"), key="t1")
    await phone.settled()
    await phone.say.alert([ADMIN], body("BTC open"), key="t1")
    await phone.say.alert([ADMIN], body("BTC open"), key="t1")
    await phone.say.alert([ADMIN], body("BTC +2%"), reply_to="t1")
    await phone.settled()
    root, push = sorted(views(phone), key=lambda view: view["message_id"])
    assert root["text"] == "BTC open"
    assert push["reply_to_message"]["message_id"] == root["message_id"]


async def test_a_list_that_was_read_slowly_sends_nothing_twice(phone: Phone) -> None:
    phone.outbox.delay_s = 0.05
    phone.start()
    for number in range(6):
        await phone.say.alert([ADMIN, TRADER], body(f"news {number}"), critical=True)
        await asyncio.sleep(0.02)
    await phone.settled()
    for chat in (ADMIN, TRADER):
        assert [view["text"] for view in views(phone, chat)] == [f"news {number}" for number in range(6)]


async def test_an_edit_that_changes_nothing_is_a_success(phone: Phone) -> None:
    phone.start()
    for _ in range(2):
        await phone.say.reply(ADMIN, body("same"), "k")
        await phone.settled()
    assert phone.texts() == ["same"]
    assert phone.outbox.dropped == {}


@pytest.mark.parametrize("words", ["message to edit not found", "there is no text in the message to edit"])
async def test_an_edit_of_what_is_gone_becomes_a_new_message(phone: Phone, words: str) -> None:
    phone.start()
    await phone.say.reply(ADMIN, body("old"), "k")
    await phone.settled()
    phone.emulator.fault(method="editMessageText", code=400, description=f"Bad Request: {words}")
    await phone.say.edit(ADMIN, "k", body("new"))
    await phone.settled()
    assert [view["text"] for view in views(phone) if not view["deleted"]] == ["new"]


async def test_what_telegram_cannot_parse_goes_out_as_plain_text(phone: Phone) -> None:
    phone.start()
    phone.emulator.fault(method="sendMessage", code=400, description="Bad Request: can't parse entities: offset")
    await phone.say.reply(ADMIN, body(Bold("bold")))
    await phone.settled()
    (view,) = views(phone)
    assert (view["text"], view.get("entities")) == ("bold", None)


async def test_what_telegram_never_takes_is_told_in_its_place(phone: Phone) -> None:
    phone.start()
    phone.emulator.fault(method="sendMessage", code=400, description="Bad Request: PHOTO_INVALID")
    await phone.say.reply(ADMIN, body("x"))
    await phone.settled()
    assert phone.texts() == ["🟠 A message could not be delivered, ref 1\nBad Request: PHOTO_INVALID"]


async def test_a_429_pauses_one_chat_and_no_other(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status", TRADER)
    phone.emulator.fault(method="sendMessage", code=429, parameters={"retry_after": 2})
    await phone.say.alert([ADMIN], body("for the admin"))
    await phone.until(lambda: any(call.status == 429 for call in phone.emulator.calls))
    begun = now()
    await phone.say.alert([TRADER], body("for the trader"))
    await phone.until(lambda: "for the trader" in phone.texts())
    assert now() - begun < 1000
    assert "for the admin" not in phone.texts()
    await phone.until(lambda: "for the admin" in phone.texts())
    assert now() - begun > 1500
    assert len([call for call in phone.emulator.calls if call.status == 429]) == 1


async def test_a_burst_stays_within_what_the_server_allows(phone: Phone) -> None:
    phone.emulator.fault(rate=[20, 60])
    for number in range(60):
        await phone.say.publish([alert(f"alert {number}", lane="critical")])
    phone.start()
    await phone.until(lambda: len(phone.texts()) >= 5)
    await phone.ask("/status")
    assert all(call.status == 200 for call in phone.emulator.calls)


async def test_at_the_end_of_a_demo_all_is_said_at_once_in_its_order(phone: Phone) -> None:
    for number in range(60):
        await phone.say.reply(ADMIN, body(f"answer {number}"))
    await phone.say.alert([TRADER], body("news"))
    phone.start()
    await phone.telegram.empty(5)
    assert [view["text"] for view in views(phone)] == [f"answer {number}" for number in range(60)]
    assert [view["text"] for view in views(phone, TRADER)] == ["news"]
    assert phone.outbox.waiting_rows == {}


async def test_an_answer_passes_alerts_that_have_to_wait_for_their_turn(phone: Phone) -> None:
    phone.start()
    for number in range(6):
        await phone.say.alert([ADMIN], body(f"news {number}"), key=f"k{number}")
        await asyncio.sleep(0.05)
    await phone.say.reply(ADMIN, body("answer"))
    await phone.until(lambda: "answer" in phone.texts())
    assert len(phone.texts()) < 7


async def test_more_than_three_trade_alerts_become_one_that_lists_all(phone: Phone) -> None:
    exits = [alert(f"✅ T{number} +1.0\ndetail") for number in range(5)]
    await phone.say.publish([msgspec.structs.replace(one, reply_to="card") for one in exits])
    phone.start()
    await phone.settled()
    (text,) = phone.texts()
    assert text.splitlines()[0] == "✅ T4 +1.0 · +4 more"
    assert text.splitlines()[1:] == [f"✅ T{number} +1.0" for number in range(5)]


async def test_more_than_twenty_become_one_with_the_list_as_a_file(phone: Phone) -> None:
    await phone.say.publish([alert(f"T{number}") for number in range(25)])
    phone.start()
    await phone.settled()
    (view,) = views(phone)
    stored = phone.emulator.world.files.get(view["document"]["file_id"])
    assert stored
    assert [row.split(",")[1] for row in stored.content.decode().split()[1:]] == [f"T{number}" for number in range(25)]


async def test_a_late_message_says_so_and_a_report_out_of_time_is_left_out(phone: Phone) -> None:
    report = msgspec.structs.replace(alert("hourly", lane="report"), not_after=now() - 1)
    await phone.say.publish([alert("BTC closed", age_ms=37 * MINUTE_MS), report])
    phone.start()
    await phone.settled()
    assert phone.texts() == ["BTC closed\n⏰ 37 min late"]
    assert phone.outbox.dropped == {2: "out of time"}


async def test_an_outage_loses_nothing_and_is_told_first(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    phone.emulator.fault(down=True)
    for number in range(3):
        await phone.say.alert([ADMIN], body(f"alert {number}"))
    await asyncio.sleep(10.5)
    assert len(phone.texts()) == 1
    phone.emulator.fault(down=False)
    await phone.until(lambda: len(phone.texts()) == 5, 40)
    away, *alerts = phone.texts()[1:]
    assert away.startswith("🟠 Telegram was away ")
    assert away.endswith(", 3 alerts follow")
    assert alerts == ["alert 0", "alert 1", "alert 2"]


async def test_a_lost_answer_costs_one_duplicate_at_most(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    phone.emulator.fault(method="sendMessage", lose=True)
    await phone.say.alert([ADMIN], body("stop hit #A3F"), critical=True)
    await phone.settled()
    assert phone.texts()[1:] == ["stop hit #A3F"] * 2


async def test_who_blocks_the_bot_is_parked_others_are_told_and_nothing_is_lost(phone: Phone) -> None:
    phone.start()
    phone.emulator.fault(blocked=[TRADER])
    await phone.say.alert([TRADER], body("for you"))
    await phone.until(lambda: any("cannot be reached" in text for text in phone.texts()))
    assert [view["text"] for view in views(phone, TRADER)] == []
    phone.emulator.fault(blocked=[])
    await phone.until(lambda: [view["text"] for view in views(phone, TRADER)] == ["for you"])


async def test_an_alert_for_who_never_came_waits_without_hammering(phone: Phone) -> None:
    phone.start()
    await phone.say.alert([STRANGER], body("for you"))
    await phone.until(lambda: any("cannot be reached" in text for text in phone.texts()))
    await asyncio.sleep(0.3)
    assert len([call for call in phone.emulator.calls if call.status == 400 and call.method == "sendMessage"]) == 1
    assert len(phone.outbox.waiting_rows) == 1


async def test_a_long_text_arrives_whole_in_several_messages(phone: Phone) -> None:
    text = "\n".join(f"{number:04} 😀 {'x' * 60}" for number in range(150))
    phone.start()
    await phone.say.reply(ADMIN, body(text, buttons=((Button("Go", "s"),),)))
    await phone.settled()
    shown = views(phone)
    assert "\n".join(view["text"] for view in shown) == text
    assert ["reply_markup" in view for view in shown] == [False] * (len(shown) - 1) + [True]


async def test_critical_messages_go_out_before_the_end(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    await phone.say.alert([ADMIN], body("going down"), critical=True)
    await phone.stop()
    assert phone.texts()[-1] == "going down"


async def test_a_call_beside_the_outbox_does_not_get_out(phone: Phone) -> None:
    phone.start()
    with pytest.raises(RuntimeError, match="SendMessage was called beside the outbox"):
        await phone.telegram._bot.send_message(ADMIN, "psst")
    assert phone.texts() == []
