"""Each journaled step is told once, to everybody who has a role, across stops in between."""

import asyncio
from zoneinfo import ZoneInfo

from bot.alerts import Alerts
from bot.outbox import Say
from engine.model.facts import Fact, LinkMoved, StateChanged
from engine.model.messages import Report, Step, Timer
from engine.model.roles import Role
from tests.unit.bot import pictures
from tests.unit.bot.stand_ins import Picture, Records, Shelf

PEOPLE = {1001: Role.ADMIN, 1002: Role.TRADER, 1003: Role.VIEWER}
DOWN = LinkMoved(pictures.NOW, "feed", False, "no data")


async def people() -> dict[int, Role]:
    return PEOPLE


def alerts(records: Records, shelf: Shelf) -> Alerts:
    say = Say(shelf, lambda: pictures.NOW)
    return Alerts(Picture(), records, shelf, say, people, ZoneInfo("UTC"), lambda: pictures.NOW)


def step(seq: int, fact: Fact = DOWN) -> Step:
    return Step(seq, Timer(pictures.NOW, "minute"), (Report(fact),))


async def test_everybody_with_a_role_hears_in_the_private_chat() -> None:
    records, shelf = Records(), Shelf()
    records.kept = [step(1), step(2, StateChanged(pictures.NOW, "ACTIVE", "HALTED", "max_drawdown"))]
    await alerts(records, shelf).catch_up()
    assert [item.chat for item in shelf.items] == [1001, 1002, 1003] * 2
    assert shelf.at == 2


async def test_a_new_process_goes_on_after_the_last_step_told() -> None:
    records, shelf = Records(), Shelf()
    records.kept = [step(seq) for seq in range(1, 6)]
    await alerts(records, shelf).catch_up()
    records.kept.append(step(6))
    again = alerts(records, shelf)
    await asyncio.gather(again.catch_up(), again.catch_up())
    assert len(shelf.items) == 6 * len(PEOPLE)
    assert shelf.at == 6


async def test_a_step_seen_wakes_the_teller() -> None:
    records, shelf = Records(), Shelf()
    teller = alerts(records, shelf)
    running = asyncio.create_task(teller.run())
    await asyncio.sleep(0)
    records.kept.append(step(1))
    teller.observe(records.kept[0])
    async with asyncio.timeout(5):
        while not shelf.items:  # noqa: ASYNC110 - the teller itself is what is waited for
            await asyncio.sleep(0)
    running.cancel()
    assert shelf.texts()[0].startswith("🟠 feed is down")


async def test_admins_are_greeted_with_the_main_menu_when_the_desk_starts() -> None:
    shelf = Shelf()
    await alerts(Records(), shelf).greet()
    assert [item.chat for item in shelf.items] == [1001]
    (greeting,) = shelf.bodies()
    assert greeting.text.startswith("🟢 SIM · running · equity 10,421.50")
    assert [button.label for row in greeting.buttons for button in row] == ["Status", "PnL", "Positions", "Settings"]
