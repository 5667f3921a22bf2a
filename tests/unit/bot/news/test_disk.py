"""A full disk is told once, critically, and once again when it is over."""

from bot.news.disk import DiskWatch
from bot.outbox.outbox import Say
from tests.unit.bot.stand_ins import Shelf


async def test_each_change_of_the_disk_is_one_critical_message_to_everybody() -> None:
    shelf, trouble = Shelf(), [""]

    async def people() -> dict[int, int]:
        return {1: 3, 2: 1}

    watch = DiskWatch(lambda: trouble[0], Say(shelf, lambda: 0), people)
    for now in ("", "It is full.", "It is full.", "It is locked.", "", ""):
        trouble[0] = now
        await watch.look()
    assert [(item.chat, item.lane) for item in shelf.items] == [(who, "critical") for who in (1, 2, 1, 2)]
    assert [text.partition("\n")[0] for text in shelf.texts()[::2]] == [
        "🟥 DISK: nothing can be stored",
        "🟢 DISK: well again",
    ]
