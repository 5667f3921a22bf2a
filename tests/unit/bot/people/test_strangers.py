"""Strangers are counted, and the admins hear of them once a day, on the clock."""

from zoneinfo import ZoneInfo

import msgspec

from bot.outbox.outbox import Say
from bot.people.strangers import StrangerNotice, Strangers
from tests.doubles.users import MemoryUsers
from tests.unit.bot import pictures
from tests.unit.bot.stand_ins import Picture, Shelf

ADMINS = [1001, 1004]
KIM, LEE = 4004, 5005


async def admins() -> list[int]:
    return ADMINS


class Desk:
    """A desk whose day a test ends, and whose process a test starts again."""

    def __init__(self) -> None:
        self.control, self.shelf, self.users = Picture(), Shelf(), MemoryUsers()
        self.start()

    def start(self) -> None:
        self.strangers = Strangers(lambda: 0.0)
        say = Say(self.shelf, lambda: pictures.NOW)
        self.notice = StrangerNotice(
            self.strangers, self.control, self.users, say, admins, ZoneInfo("UTC"), lambda: pictures.NOW
        )

    async def day(self, number: int) -> None:
        """The clock looks, on this day."""
        at = pictures.NOW + number * pictures.DAY
        self.control.view = msgspec.structs.replace(self.control.view, at=at)
        await self.notice.look()


async def test_every_stranger_is_counted() -> None:
    strangers = Strangers()
    for user in (KIM, KIM, None):
        strangers.count(user)
    assert strangers.seen == 3
    assert strangers.counted.ever == {KIM: 2}


async def test_admins_hear_once_a_day_and_silently_of_who_tried() -> None:
    desk = Desk()
    await desk.day(0)
    for user in (KIM, LEE, KIM):
        desk.strangers.count(user)
    await desk.day(0)
    assert desk.shelf.items == []
    await desk.day(1)
    await desk.day(1)
    assert [(item.chat, item.silent) for item in desk.shelf.items] == [(admin, True) for admin in ADMINS]
    lines = desk.shelf.texts()[0].splitlines()
    assert lines[0] == "👤 2 strangers wrote to me"
    assert sorted(line.split() for line in lines[1:3]) == [["4004", "2", "times"], ["5005", "once"]]
    assert [one.label for row in desk.shelf.bodies()[0].buttons for one in row] == ["Review"]
    await desk.day(2)
    assert len(desk.shelf.items) == 2


async def test_who_came_before_the_first_look_is_told_of_too() -> None:
    desk = Desk()
    desk.strangers.count(KIM)
    await desk.day(0)
    await desk.day(1)
    assert len(desk.shelf.items) == len(ADMINS)


async def test_what_was_counted_before_a_restart_is_told_after_it() -> None:
    desk = Desk()
    await desk.day(0)
    desk.strangers.count(KIM)
    await desk.day(0)
    desk.start()
    desk.strangers.count(KIM)
    await desk.day(1)
    assert "4004          2 times" in desk.shelf.texts()[0]
    desk.start()
    await desk.day(1)
    assert len(desk.shelf.items) == len(ADMINS)
    assert desk.strangers.counted.ever == {KIM: 2}


async def test_who_was_blocked_or_enrolled_is_not_told_of() -> None:
    desk = Desk()
    await desk.day(0)
    desk.strangers.count(KIM)
    await desk.users.set_role(KIM, 0, 1001, 0)
    await desk.day(1)
    assert desk.shelf.items == []


async def test_a_flood_of_strangers_is_remembered_by_the_fifty_who_wrote_last() -> None:
    desk = Desk()
    for user in range(1, 1001):
        desk.strangers.count(user)
    assert list(desk.strangers.counted.ever) == list(range(951, 1001))
    await desk.day(0)
    assert len(await desk.users.preferences(0)) < 2_000
