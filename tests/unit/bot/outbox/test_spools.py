"""While the database cannot be written, what is said and heard is held in memory, and is stored once it can be."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.outbox.spools import MOST, SpooledInbox, SpooledOutbox
from engine.model.errors import StorageDegraded
from engine.ports import Outgoing
from tests.doubles.inbox import MemoryInbox
from tests.doubles.outbox import MemoryOutbox


class FullOutbox(MemoryOutbox):
    """On a disk that may be full."""

    full = False

    async def put(self, items: Sequence[Outgoing], cursor: int | None = None) -> None:
        self._expect_room()
        await super().put(items, cursor)

    async def delivered(self, row: int, message_id: int) -> None:
        self._expect_room()
        await asyncio.sleep(0)  # as a real one, it lets others go on meanwhile
        await super().delivered(row, message_id)

    def _expect_room(self) -> None:
        if self.full:
            raise StorageDegraded("disk is full")


class FullInbox(MemoryInbox):
    """The same."""

    full = False

    async def store(self, updates: Sequence[tuple[int, str]], at: int) -> None:
        self._expect_room()
        await super().store(updates, at)

    async def move(self, update_id: int, state: str, answer: str = "") -> bool:
        self._expect_room()
        return await super().move(update_id, state, answer)

    def _expect_room(self) -> None:
        if self.full:
            raise StorageDegraded("disk is full")


def said(text: str, lane: str = "reply", dedupe: str | None = None) -> Outgoing:
    return Outgoing(lane, 7, text, 0, dedupe)


async def bodies(outbox: SpooledOutbox) -> list[str]:
    return [row.item.body for row in await outbox.waiting()]


async def test_what_cannot_be_stored_waits_behind_what_is_stored_and_is_delivered_once() -> None:
    disk = FullOutbox()
    outbox = SpooledOutbox(disk)
    await outbox.put([said("before")])
    disk.full = True
    await outbox.put([said("now", dedupe="a")])
    await outbox.put([said("now", dedupe="a")])
    assert await bodies(outbox) == ["before", "now"]
    for number, row in enumerate(await outbox.waiting()):
        await outbox.delivered(row.id, number)
    assert await bodies(outbox) == []
    disk.full = False
    await outbox.put([said("now", dedupe="a"), said("after")])
    assert await bodies(outbox) == ["after"]
    assert disk.sent == {1: 0}, "what was delivered meanwhile is stored as delivered"


async def test_two_that_store_at_once_when_the_disk_is_back_both_succeed() -> None:
    disk = FullOutbox()
    outbox = SpooledOutbox(disk)
    await outbox.put([said("before")])
    disk.full = True
    await outbox.delivered(1, 9)
    disk.full = False
    await asyncio.gather(outbox.put([said("one")]), outbox.put([said("two")]))
    assert await bodies(outbox) == ["one", "two"]
    assert disk.sent == {1: 9}


async def test_what_was_made_from_the_journal_is_refused_so_that_it_is_made_again() -> None:
    disk = FullOutbox()
    disk.full = True
    with pytest.raises(StorageDegraded):
        await SpooledOutbox(disk).put([said("a trade")], cursor=5)


async def test_held_messages_are_bounded_and_critical_ones_go_last() -> None:
    disk = FullOutbox()
    disk.full = True
    outbox = SpooledOutbox(disk)
    await outbox.put([said("alarm", "critical")])
    await outbox.put([said(str(number)) for number in range(2 * MOST)])
    held = await bodies(outbox)
    assert (len(held), held[0], held[-1]) == (MOST, "alarm", str(2 * MOST - 1))


async def test_an_update_that_cannot_be_stored_is_not_confirmed_but_heard_and_run_once() -> None:
    disk = FullInbox()
    inbox = SpooledInbox(disk)
    await inbox.store([(1, "stored")], 0)
    disk.full = True
    for _ in range(2):  # an update that was not confirmed comes again
        with pytest.raises(StorageDegraded):
            await inbox.store([(2, "held")], 0)
    assert [row.raw for row in await inbox.unfinished()] == ["stored", "held"]
    for update in (1, 2):
        assert await inbox.move(update, "running")
        assert await inbox.move(update, "done")
        assert not await inbox.move(update, "running")
    with pytest.raises(StorageDegraded):
        await inbox.store([(2, "held")], 0)
    assert await inbox.unfinished() == []
    disk.full = False
    await inbox.store([(2, "held"), (3, "new")], 0)
    assert disk.states() == ["done", "done", "new"]
    assert [row.update_id for row in await inbox.unfinished()] == [3]
