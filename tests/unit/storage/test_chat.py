"""The stores behind the chat: inbox, outbox, people, reports, settings."""

import asyncio

import pytest

from engine.model.roles import Role
from engine.ports import Inbox, InboxRow, Outbox, Outgoing, Reports, Users
from storage.db import Database
from storage.inbox import SqliteInbox
from storage.outbox import SqliteOutbox
from storage.reports import SqliteReports
from storage.users import SqliteUsers
from tests.journaled import asked


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return SqliteInbox(database)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return SqliteOutbox(database)


@pytest.fixture
def users(database: Database) -> Users:
    return SqliteUsers(database)


@pytest.fixture
def reports(database: Database) -> Reports:
    return SqliteReports(database)


def saying(body: str, **fields: str | None) -> Outgoing:
    return Outgoing("trade", 42, body, 1_000, dedupe=fields.get("dedupe"), key=fields.get("key"))


async def test_an_update_is_stored_once(inbox: Inbox) -> None:
    await inbox.store([(7, "first"), (8, "{}")], 1)
    await inbox.store([(7, "again"), (9, "{}")], 2)
    assert await inbox.unfinished() == [
        InboxRow(7, 1, "first", "new"),
        InboxRow(8, 1, "{}", "new"),
        InboxRow(9, 2, "{}", "new"),
    ]
    assert await inbox.cursor() == 9


async def test_an_empty_inbox_has_cursor_zero(inbox: Inbox) -> None:
    assert await inbox.cursor() == 0


async def test_an_update_moves_until_it_is_final(inbox: Inbox) -> None:
    await inbox.store([(7, "{}")], 1)
    assert await inbox.move(7, "running")
    assert await inbox.unfinished() == [InboxRow(7, 1, "{}", "running")]
    assert await inbox.move(7, "done", "Closed.")
    assert not await inbox.move(7, "failed", "late")
    assert not await inbox.move(99, "done")
    assert await inbox.unfinished() == []
    assert await inbox.cursor() == 7


async def test_what_is_put_waits_in_order_with_its_cursor(outbox: Outbox) -> None:
    full = Outgoing("critical", 42, "b", 2, "d", "k", "r", silent=True, not_after=9, topic=3)
    await outbox.put([saying("a"), full], cursor=12)
    assert [row.item for row in await outbox.waiting()] == [saying("a"), full]
    assert {(row.tries, row.retry_at) for row in await outbox.waiting()} == {(0, 0)}
    assert await outbox.cursor() == 12


async def test_a_cursor_moves_forward_only(outbox: Outbox) -> None:
    assert await outbox.cursor() == 0
    await outbox.put([], cursor=12)
    await outbox.put([], cursor=11)
    await outbox.put([saying("a")])
    assert await outbox.cursor() == 12


async def test_a_known_dedupe_key_is_ignored_even_after_delivery(outbox: Outbox) -> None:
    await outbox.put([saying("a", dedupe="t1"), saying("b", dedupe="t1"), saying("c"), saying("c")])
    assert [row.item.body for row in await outbox.waiting()] == ["a", "c", "c"]
    await outbox.delivered((await outbox.waiting())[0].id, 500)
    await outbox.put([saying("a", dedupe="t1")])
    assert [row.item.body for row in await outbox.waiting()] == ["c", "c"]


async def test_a_delivered_key_stands_for_its_message_in_its_chat(outbox: Outbox) -> None:
    await outbox.put([saying("a", key="trade:7"), saying("b", key="trade:7")])
    first, second = await outbox.waiting()
    assert await outbox.message_id(42, "trade:7") is None
    await outbox.delivered(first.id, 500)
    assert await outbox.message_id(42, "trade:7") == 500
    assert await outbox.message_id(43, "trade:7") is None
    await outbox.delivered(second.id, 501)
    assert await outbox.message_id(42, "trade:7") == 501
    assert await outbox.waiting() == []


async def test_a_postponed_row_waits_and_a_dropped_one_does_not(outbox: Outbox, database: Database) -> None:
    await outbox.put([saying("a"), saying("b")])
    first, second = await outbox.waiting()
    await outbox.postpone(first.id, 5_000)
    await outbox.postpone(first.id, 9_000)
    await outbox.drop(second.id, "superseded")
    await outbox.delivered(second.id, 500)
    assert [(row.item.body, row.tries, row.retry_at) for row in await outbox.waiting()] == [("a", 2, 9_000)]
    assert asked(database.path, "SELECT state, why, message_id FROM outbox WHERE id = ?", second.id) == [
        ("dropped", "superseded", None)
    ]


async def test_roles_are_stored_removed_and_audited(users: Users, database: Database) -> None:
    await users.set_role(7, Role.TRADER, actor=1, at=10)
    await users.set_role(7, Role.TRADER, actor=1, at=11)
    assert await users.roles() == {7: Role.TRADER}
    await users.set_role(7, None, actor=1, at=12)
    assert await users.roles() == {}
    assert asked(database.path, "SELECT at, kind, actor, subject, before, after FROM audit ORDER BY id") == [
        (10, "role", 1, "7", None, "trader"),
        (12, "role", 1, "7", "trader", None),
    ]


async def test_who_is_shut_out_has_no_role_and_the_audit_says_so(users: Users, database: Database) -> None:
    await users.set_role(7, 0, actor=1, at=10)
    assert await users.roles() == {7: 0}
    assert asked(database.path, "SELECT before, after FROM audit") == [(None, "blocked")]


async def test_preferences_outlive_a_role(users: Users) -> None:
    assert await users.preferences(7) == "{}"
    await users.set_preferences(7, '{"tz":"Europe/Berlin"}')
    await users.set_role(7, Role.VIEWER, actor=1, at=1)
    await users.set_role(7, None, actor=1, at=2)
    assert await users.preferences(7) == '{"tz":"Europe/Berlin"}'
    assert await users.roles() == {}


async def test_a_report_is_claimed_exactly_once(reports: Reports) -> None:
    claims = await asyncio.gather(*(reports.claim("daily", 42, "2026-03-29", at) for at in range(20)))
    assert sorted(claims) == [False] * 19 + [True]
    assert await reports.claim("daily", 43, "2026-03-29", 1)
    assert await reports.claim("hourly", 42, "2026-03-29", 1)


async def test_the_last_report_is_the_one_claimed_last(reports: Reports) -> None:
    assert await reports.last("daily", 42) is None
    await reports.claim("daily", 42, "2026-03-29", 50)
    await reports.claim("daily", 42, "2026-03-30", 20)
    await reports.claim("daily", 43, "2026-03-31", 60)
    assert await reports.last("daily", 42) == "2026-03-30"
