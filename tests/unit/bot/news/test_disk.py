"""A full disk is told once, critically, and once again when it is over."""

from bot.news.disk import DiskWatch
from bot.outbox.outbox import Say
from engine.model.views import StatusView
from tests.unit.bot import pictures
from tests.unit.bot.stand_ins import Shelf


async def test_each_change_of_the_disk_is_one_critical_message_to_everybody() -> None:
    shelf, trouble = Shelf(), [""]

    async def people() -> dict[int, int]:
        return {1: 3, 2: 1}

    watch = DiskWatch(lambda: trouble[0], lambda: 0, pictures.status, Say(shelf, lambda: 0), people)
    for now in ("", "It is full.", "It is full.", "It is locked.", "", ""):
        trouble[0] = now
        await watch.look()
    assert [(item.chat, item.lane) for item in shelf.items] == [(who, "critical") for who in (1, 2, 1, 2)]
    assert [text.partition("\n")[0] for text in shelf.texts()[::2]] == [
        "🟥 DISK: nothing can be stored",
        "🟢 DISK: well again",
    ]


async def test_that_trading_halts_and_that_all_is_closed_is_told_before_it_is_stored() -> None:
    shelf, held = Shelf(), pictures.status().positions
    running = pictures.status(state="ACTIVE", positions=held)
    halted, flat = (
        pictures.status(state="HALTED", state_reason="kill switch: SIGUSR1", positions=left) for left in (held, ())
    )
    seen = [running]

    def status() -> StatusView:
        return seen[0]

    async def people() -> list[int]:
        return [1]

    watch = DiskWatch(lambda: "It is locked.", lambda: 9, status, Say(shelf, lambda: 0), people)
    for view in (running, halted, halted, flat, flat, running):
        seen[0] = view
        await watch.look()
    assert shelf.texts()[1:] == [
        f"🟥 HALTED · kill switch: SIGUSR1\nEverything is being closed, {len(held)} open. None of it is stored yet.",
        "⬜ FLAT\nHalted (kill switch: SIGUSR1), nothing is open any more. None of it is stored yet.",
    ]


async def test_a_halt_that_can_be_stored_is_told_by_the_journal_alone() -> None:
    shelf = Shelf()

    async def people() -> list[int]:
        return [1]

    halted = pictures.status(state="HALTED", state_reason="stopped by hand")
    trouble = ["", "It is full."]
    watch = DiskWatch(lambda: trouble[0], lambda: 0, lambda: halted, Say(shelf, lambda: 0), people)
    await watch.look()
    trouble.pop(0)
    await watch.look()
    assert len(shelf.items) == 1, "what people know already is not said again"


async def test_a_halt_that_was_waiting_to_be_stored_when_the_trouble_began_is_told() -> None:
    shelf = Shelf()

    async def people() -> list[int]:
        return [1]

    flat = pictures.status(state="HALTED", state_reason="kill switch: SIGUSR1", positions=())
    trouble = ["", "It is locked."]
    watch = DiskWatch(lambda: trouble[0], lambda: 3, lambda: flat, Say(shelf, lambda: 0), people)
    await watch.look()
    trouble.pop(0)
    await watch.look()
    assert [text.partition("\n")[0] for text in shelf.texts()] == ["🟥 DISK: nothing can be stored", "⬜ FLAT"]
