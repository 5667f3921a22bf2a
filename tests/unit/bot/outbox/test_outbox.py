import pytest

from bot.outbox.body import body, decode
from bot.outbox.outbox import Say, explicit_id
from engine.ports import Outgoing
from tests.doubles.outbox import MemoryOutbox


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


def rows(outbox: MemoryOutbox) -> list[Outgoing]:
    return list(outbox.waiting_rows.values())


async def test_a_reply_is_durable_before_the_call_returns(outbox: MemoryOutbox) -> None:
    say = Say(outbox, lambda: 5)
    await say.reply(7, body("hello"), "menu")
    (item,) = rows(outbox)
    assert (item.lane, item.chat, item.at, item.key, decode(item.body).text) == ("reply", 7, 5, "menu", "hello")
    assert say.news.is_set()


async def test_a_message_can_be_edited_by_its_id_or_by_its_key(outbox: MemoryOutbox) -> None:
    say = Say(outbox, lambda: 5)
    await say.edit(7, 42, body("by id"))
    await say.edit(7, "menu", body("by key"), live=True)
    by_id, by_key = rows(outbox)
    assert by_id.key is not None
    assert explicit_id(by_id.key) == 42
    assert (by_key.key, by_key.lane) == ("menu", "live")
    assert explicit_id("menu") is None


async def test_an_alert_reaches_everybody_once(outbox: MemoryOutbox) -> None:
    say = Say(outbox, lambda: 5)
    for _ in range(2):
        await say.alert([7, 8], body("x"), critical=True, dedupe="seq 1")
    assert [(item.lane, item.chat) for item in rows(outbox)] == [("critical", 7), ("critical", 8)]


async def test_rows_made_from_the_journal_carry_their_cursor(outbox: MemoryOutbox) -> None:
    say = Say(outbox, lambda: 5)
    await say.publish([Outgoing("trade", 7, "{}", 5)], cursor=12)
    assert await outbox.cursor() == 12


async def test_a_document_without_a_file_is_a_mistake(outbox: MemoryOutbox) -> None:
    with pytest.raises(ValueError, match="holds no file"):
        await Say(outbox, lambda: 5).document(7, body("x"))
