import pytest

from bot.dialogue.intents import Intents
from bot.outbox.outbox import Say
from bot.telegram.conflicts import Conflicts
from engine.model.commands import Pause
from tests.doubles.obedient import ObedientDesk
from tests.doubles.outbox import MemoryOutbox

ADMINS = [1001, 1004]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class World:
    def __init__(self) -> None:
        self.desk, self.outbox, self.clock, self.intents = ObedientDesk(), MemoryOutbox(), Clock(), Intents("run")
        say = Say(self.outbox, lambda: 0)
        self.conflicts = Conflicts(self.desk, self.intents, say, self.admins, self.clock)

    async def admins(self) -> list[int]:
        return ADMINS

    async def seen(self, *times: float) -> None:
        for self.clock.now in times:
            await self.conflicts.seen()


@pytest.fixture
def world() -> World:
    return World()


async def test_three_within_a_minute_pause_the_desk_and_tell_every_admin_once(world: World) -> None:
    await world.seen(0, 20, 40, 41, 42)
    assert [action for action, *_ in world.desk.done] == [Pause()]
    assert [(item.lane, item.chat) for item in world.outbox.waiting_rows.values()] == [
        ("critical", 1001),
        ("critical", 1004),
    ]


async def test_now_and_then_one_is_no_reason(world: World) -> None:
    await world.seen(0, 40, 80, 120)
    assert world.desk.done == []


async def test_a_halted_desk_is_not_relaxed_to_a_pause(world: World) -> None:
    world.desk.enter("HALTED")
    await world.seen(0, 1, 2)
    assert world.desk.done == []
    assert len(world.outbox.waiting_rows) == 2


async def test_a_quiet_minute_ends_it_but_entries_stay_paused(world: World) -> None:
    await world.seen(0, 1, 2)
    world.clock.now = 61.9
    world.conflicts.calm()
    assert (world.conflicts.lasting, bool(world.intents.hold)) == (True, True)
    world.clock.now = 62
    world.conflicts.calm()
    assert (world.conflicts.lasting, world.intents.hold) == (False, None)
    assert world.desk.status().state == "REDUCING"
