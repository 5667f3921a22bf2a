"""What people say, through the emulator, up to what the desk is told: once, in time, from the right people."""

import asyncio

import msgspec
import pytest

from bot.playground import Emulator
from engine.model.commands import CloseAll, Pause, Resume
from engine.model.messages import LinkDown, LinkUp
from tests.e2e.phone import ADMIN, STRANGER, TRADER, VIEWER, Phone
from tests.e2e.test_emulator_trouble import FROM_A_STRANGER

pytest_plugins = ["tests.e2e.emulator_fixture", "tests.e2e.telegram_fixture"]
HOUR = 3600


def said_by_bot(emulator: Emulator) -> list[str]:
    """Methods called, command menus apart."""
    return [call.method for call in emulator.calls if call.method != "setMyCommands"]


async def test_a_command_is_answered_with_the_role_of_who_asked(phone: Phone) -> None:
    phone.start()
    assert await phone.ask("/status") == "ACTIVE for ADMIN"
    assert await phone.ask("/status", TRADER) == "ACTIVE for TRADER"
    assert await phone.ask("/status", VIEWER) == "ACTIVE for VIEWER"


@pytest.mark.parametrize("filling", ["9" * 4_088, "😀" * 2_044])
async def test_a_long_text_that_comes_in_parts_is_answered_once(phone: Phone, filling: str) -> None:
    phone.start()
    phone.emulator.say(2 * f"/status {filling}" + "/status of the third part")
    assert await phone.ask("/status", TRADER) == "ACTIVE for TRADER"
    assert await phone.ask("/status") == "ACTIVE for ADMIN", "what is written after it is answered"
    assert phone.texts().count("ACTIVE for ADMIN") == 2
    assert phone.inbox.states() == ["done"] * len(phone.inbox.rows)


async def test_a_press_edits_the_message_and_is_answered(phone: Phone) -> None:
    phone.start()
    said = phone.emulator.say("/status")
    shown = await phone.emulator.bot_message(after=said, timeout_s=30)
    phone.emulator.press(shown["message_id"], label="Refresh")
    await phone.until(lambda: "refreshed" in phone.texts())
    await phone.until(lambda: phone.emulator.answers)
    assert phone.texts() == ["refreshed"]


@pytest.mark.parametrize("kind", sorted(FROM_A_STRANGER))
async def test_no_update_of_a_stranger_causes_a_call_or_a_row(phone: Phone, kind: str) -> None:
    phone.emulator.update(kind, FROM_A_STRANGER[kind])
    phone.emulator.say("/close_all", user_id=STRANGER)
    phone.start()
    await phone.until(lambda: phone.telegram.strangers >= 1)
    await phone.until(lambda: phone.emulator.world.updates.polling)
    assert said_by_bot(phone.emulator) == []
    assert phone.inbox.rows == {}
    assert phone.desk.done == []
    assert phone.outbox.waiting_rows == {}


@pytest.mark.parametrize(
    "extra",
    [
        {"forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "x"}},
        {"via_bot": {"id": 7, "is_bot": True, "first_name": "x"}},
        {"sender_chat": {"id": -100_200, "type": "supergroup", "title": "x"}},
        {"is_automatic_forward": True},
    ],
    ids=lambda extra: next(iter(extra)),
)
async def test_a_command_that_is_not_the_persons_own_word_is_not_run(phone: Phone, extra: dict[str, object]) -> None:
    phone.start()
    phone.emulator.say("/pause", extra=extra)
    assert await phone.ask("/status") == "ACTIVE for ADMIN"
    assert phone.desk.done == []


async def test_a_known_person_in_a_group_and_an_edited_command_are_met_with_silence(phone: Phone) -> None:
    said = phone.emulator.say("/pause", user_id=ADMIN, chat_id=-100_200)
    own = phone.emulator.say("hello", user_id=TRADER)
    phone.emulator.edit(own["message_id"], "/pause")
    phone.start()
    assert await phone.ask("/status") == "ACTIVE for ADMIN"
    assert phone.desk.done == []
    assert [view for view in phone.emulator.messages() if view["chat"] == said["chat"]][1:] == []


async def test_a_viewer_can_trade_neither_by_command_nor_by_a_foreign_nor_by_an_invented_button(phone: Phone) -> None:
    phone.start()
    assert await phone.ask("/pause", VIEWER) == "⛔ /pause needs the role trader, yours is viewer."
    said = phone.emulator.say("/close_all", user_id=TRADER)
    question = await phone.emulator.bot_message(after=said, timeout_s=30)
    data = question["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for chosen in (data, "y:AAAAAAAAAAAAAAAA", "zz:1"):
        forged = {
            "id": f"1{len(phone.emulator.answers)}",
            "from": {"id": VIEWER, "is_bot": False, "first_name": "v"},
            "chat_instance": "1",
            "message": {
                "message_id": 1,
                "date": 0,
                "chat": {"id": VIEWER, "type": "private", "first_name": "v"},
            },
            "data": chosen,
        }
        phone.emulator.update("callback_query", forged)
    assert await phone.ask("/status", VIEWER) == "ACTIVE for VIEWER"
    assert phone.desk.done == []
    phone.emulator.press(question["message_id"], data=data)
    await phone.until(lambda: phone.desk.done)
    assert [action for action, *_ in phone.desk.done] == [CloseAll()]


async def test_a_button_pressed_twice_acts_once(phone: Phone) -> None:
    phone.start()
    said = phone.emulator.say("/close_all")
    question = await phone.emulator.bot_message(after=said, timeout_s=30)
    for _ in range(2):
        phone.emulator.press(question["message_id"], label="Confirm: close")
    await phone.until(lambda: len(phone.emulator.answers) == 2)
    assert len(phone.desk.done) == 1


async def test_a_confirm_button_from_before_a_restart_is_void(phone: Phone) -> None:
    phone.start()
    said = phone.emulator.say("/close_all")
    question = await phone.emulator.bot_message(after=said, timeout_s=30)
    await phone.stop()
    phone.start()
    phone.emulator.press(question["message_id"], label="Confirm: close")
    await phone.until(lambda: any("before a restart" in text for text in phone.texts()))
    assert phone.desk.done == []


async def test_commands_of_three_hours_ago_are_listed_and_not_run(phone: Phone) -> None:
    for text in ("/close_all", "/pause", "/status"):
        phone.emulator.say(text)
    phone.emulator.fault(skew=3 * HOUR)
    phone.start()
    await phone.until(phone.texts)
    (notice,) = phone.texts()
    assert notice.startswith("⏳ 3 commands came while I was away, none was run:")
    assert [line.split()[1] for line in notice.splitlines()[1:4]] == ["/close_all", "/pause", "/status"]
    assert phone.desk.done == []
    assert phone.inbox.states() == ["stale"] * 3


async def test_after_half_an_hour_only_what_takes_risk_away_is_run_and_announced(phone: Phone) -> None:
    for text in ("/resume", "/pause", "/status"):
        phone.emulator.say(text)
    phone.emulator.fault(skew=HOUR / 2)
    phone.start()
    await phone.until(lambda: "did /pause" in phone.texts())
    await phone.settled()
    assert [action for action, *_ in phone.desk.done] == [Pause()]
    assert any("/pause came 30 min late and is carried out" in text for text in phone.texts())
    assert any("2 commands came while I was away" in text for text in phone.texts())


async def test_the_jump_makes_what_waits_stale_and_later_commands_run(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    phone.emulator.fault(down=True)
    phone.emulator.say("/close_all")
    phone.emulator.fault(skew=3 * HOUR)
    phone.emulator.fault(down=False)
    await phone.until(lambda: any("was not run" in text for text in phone.texts()), 15)
    phone.emulator.say("/resume")
    await phone.until(lambda: "did /resume" in phone.texts())
    assert [action for action, *_ in phone.desk.done] == [Resume()]


async def test_what_was_delivered_again_is_run_once(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    phone.emulator.fault(method="getUpdates", times=2, lose=True)
    phone.emulator.say("/pause")
    await phone.until(lambda: "did /pause" in phone.texts(), 15)
    await phone.stop()
    phone.start()
    await phone.ask("/status")
    assert len(phone.desk.done) == 1


async def test_a_command_cut_off_by_a_kill_is_reported_and_not_run_again(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    await phone.stop()
    said = phone.emulator.say("/pause")
    raw = msgspec.json.encode({"update_id": 77, "message": said})
    await phone.inbox.store([(77, raw.decode())], 0)
    await phone.inbox.move(77, "running")
    phone.start()
    await phone.until(lambda: any("A restart cut off 1 command" in text for text in phone.texts()))
    await phone.until(lambda: phone.desk.done)
    assert [inbox for *_, inbox in phone.desk.done] != [77]
    assert phone.inbox.rows[77].state == "failed"


async def test_a_poisonous_update_harms_neither_its_neighbours_nor_later_ones(phone: Phone) -> None:
    phone.start()
    await phone.ask("/status")
    bad = {
        "message_id": 5,
        "date": int(phone.emulator.world.clock.now()),
        "chat": {"id": ADMIN, "type": "private"},
        "from": {"id": ADMIN, "is_bot": False, "first_name": "a"},
        "text": "/pause",
        "entities": [{"type": "bot_command", "offset": "zero", "length": {}}],
    }
    phone.emulator.update("message", bad)
    phone.emulator.say("/status")
    await phone.until(lambda: phone.inbox.states() == ["done", "poison", "done"])
    await phone.settled()
    answer = "ACTIVE for ADMIN"
    assert phone.texts() == [answer, "🟠 I could not read that message, so nothing was done.", answer]
    assert phone.desk.done == []
    phone.emulator.violations.clear()


async def test_a_bug_in_a_handler_is_told_with_a_reference(phone: Phone) -> None:
    phone.start()
    assert (await phone.ask("/bug")).startswith("🟠 /bug failed, ref #")
    assert await phone.ask("/status") == "ACTIVE for ADMIN"
    assert phone.inbox.states() == ["failed", "done"]


async def test_pause_overtakes_what_is_slow(phone: Phone) -> None:
    phone.start()
    phone.emulator.say("/slow")
    phone.emulator.say("/pause")
    await phone.until(lambda: "slow done" in phone.texts())
    assert phone.texts() == ["did /pause", "slow done"]


async def test_telegram_down_at_the_start_is_waited_out(phone: Phone) -> None:
    phone.emulator.fault(down=True)
    phone.start()
    await phone.until(lambda: phone.links, 10)
    phone.emulator.say("/status")
    phone.emulator.fault(down=False)
    await phone.until(lambda: phone.texts() == ["ACTIVE for ADMIN"], 15)
    assert [type(event) for event in phone.links] == [LinkDown, LinkUp]


async def test_a_gateway_that_answers_html_and_a_429_on_polls_are_waited_out(phone: Phone) -> None:
    phone.emulator.fault(method="getUpdates", code=502)
    phone.emulator.fault(method="getUpdates", code=429, parameters={"retry_after": 1})
    phone.emulator.say("/status")
    phone.start()
    await phone.until(phone.texts, 20)
    assert phone.texts() == ["ACTIVE for ADMIN"]


async def test_while_another_polls_with_our_token_nothing_adds_risk_and_entries_stop(phone: Phone) -> None:
    phone.emulator.fault(method="getUpdates", times=3, code=409)
    phone.start()
    await phone.until(lambda: phone.desk.done, 15)
    assert [action for action, *_ in phone.desk.done] == [Pause()]
    await phone.until(lambda: any("uses this bot's token" in text for text in phone.texts()))
    said = phone.emulator.say("/resume")
    refusal = await phone.emulator.bot_message(after=said, timeout_s=15)
    assert "another program" in refusal["text"]
    assert await phone.ask("/status") == "REDUCING for ADMIN"
    phone.emulator.say("/pause")
    await phone.until(lambda: "did /pause" in phone.texts())


async def test_a_refused_token_ends_the_channel_and_not_the_desk(phone: Phone) -> None:
    phone.emulator.fault(revoked=True)
    phone.start()
    await phone.until(lambda: phone.telegram.trouble, 10)
    before = len(phone.emulator.world.calls)
    await asyncio.sleep(1.5)
    assert len(phone.emulator.world.calls) == before
    assert "TELEGRAM_TOKEN" in phone.telegram.trouble


async def test_everybody_gets_the_menu_of_the_role(phone: Phone) -> None:
    phone.start()
    menus = phone.emulator.world.menus
    person = phone.emulator.world.person(VIEWER)
    chat = phone.emulator.world.chats.open(VIEWER, person)
    shown = await phone.until(lambda: menus.shown(chat, VIEWER, ""))
    assert [entry["command"] for entry in shown] == ["status", "slow", "bug"]
