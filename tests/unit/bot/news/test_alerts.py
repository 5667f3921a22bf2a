"""Each journaled step is told once, to everybody who has a role, across stops in between."""

import asyncio
from zoneinfo import ZoneInfo

from bot.news.alerts import Alerts
from bot.outbox.outbox import Say
from bot.people.preferences import MATTERS, PreferenceBook, Preferences
from engine.model.commands import CloseAll
from engine.model.facts import CommandDone, Fact, Flattened, LinkMoved, StateChanged, TradeClosed
from engine.model.messages import Command, Report, Step, Timer
from engine.model.roles import Role
from engine.model.views import StatusView
from tests.doubles.archive import MemoryArchive
from tests.doubles.users import MemoryUsers
from tests.unit.bot import pictures
from tests.unit.bot.stand_ins import Picture, Shelf

PEOPLE = {1001: Role.ADMIN, 1002: Role.TRADER, 1003: Role.VIEWER}
DOWN = LinkMoved(pictures.NOW, "feed", False, "no data")


async def people() -> dict[int, Role]:
    return PEOPLE


def alerts(
    records: MemoryArchive, shelf: Shelf, users: MemoryUsers | None = None, status: StatusView | None = None
) -> Alerts:
    say, picture = Say(shelf, lambda: pictures.NOW), Picture()
    picture.view = status or picture.view
    return Alerts(
        picture,
        records,
        shelf,
        say,
        people,
        PreferenceBook(users or MemoryUsers()),
        ZoneInfo("UTC"),
        lambda: pictures.NOW,
    )


def step(seq: int, *facts: Fact) -> Step:
    return Step(seq, Timer(pictures.NOW, "minute"), tuple(Report(fact) for fact in facts or [DOWN]))


async def test_everybody_with_a_role_hears_in_the_private_chat() -> None:
    records, shelf = MemoryArchive(), Shelf()
    records.kept = [step(1), step(2, StateChanged(pictures.NOW, "ACTIVE", "HALTED", "max_drawdown"))]
    await alerts(records, shelf).catch_up()
    assert [item.chat for item in shelf.items] == [1001, 1002, 1003] * 2
    assert shelf.at == 2


async def test_a_new_process_goes_on_after_the_last_step_told() -> None:
    records, shelf = MemoryArchive(), Shelf()
    records.kept = [step(seq) for seq in range(1, 6)]
    await alerts(records, shelf).catch_up()
    records.kept.append(step(6))
    again = alerts(records, shelf)
    await asyncio.gather(again.catch_up(), again.catch_up())
    assert len(shelf.items) == 6 * len(PEOPLE)
    assert shelf.at == 6


async def test_a_step_seen_wakes_the_teller() -> None:
    records, shelf = MemoryArchive(), Shelf()
    teller = alerts(records, shelf)
    running = asyncio.create_task(teller.run())
    await asyncio.sleep(0)
    records.kept.append(step(1))
    teller.observe(records.kept[0])
    async with asyncio.timeout(30):
        while not shelf.items:  # noqa: ASYNC110 - the teller itself is what is waited for
            await asyncio.sleep(0)
    running.cancel()
    assert shelf.texts()[0].startswith("🟠 feed is down")


async def test_admins_are_greeted_with_the_main_menu_when_the_desk_starts() -> None:
    shelf = Shelf()
    await alerts(MemoryArchive(), shelf).greet()
    assert [item.chat for item in shelf.items] == [1001]
    (greeting,) = shelf.bodies()
    assert greeting.text.startswith("🟢 SIM · running · equity 10,421.50")
    assert [button.label for row in greeting.buttons for button in row] == ["Status", "PnL", "Positions", "Settings"]


async def told(wishes: Preferences, *facts: Fact) -> list[tuple[str, bool]]:
    """First words and silence of what a viewer with these wishes is told."""
    users, records, shelf = MemoryUsers(), MemoryArchive(), Shelf()
    await PreferenceBook(users).keep(1003, wishes)
    records.kept = [step(1, *facts)]
    await alerts(records, shelf, users).catch_up()
    own = [(item, text) for item, text in zip(shelf.items, shelf.texts(), strict=True) if item.chat == 1003]
    return [(text.split()[0], item.silent) for item, text in own]


async def test_what_a_person_turned_off_is_not_told_to_that_person_alone() -> None:
    closed = TradeClosed(pictures.NOW, pictures.trade(17), pictures.status().account)
    assert await told(Preferences(), closed) == [("✅", True), ("✅", False)]
    assert await told(Preferences({"exit_win": "off"}), closed) == [("✅", True)]
    assert await told(Preferences({"exit_win": "silent"}), closed) == [("✅", True), ("✅", True)]
    assert await told(Preferences({"exit_loss": "off"}), closed) == [("✅", True), ("✅", False)]
    nothing = Preferences(dict.fromkeys(("entry", "fill", "exit_win", "exit_loss", "stop"), "off"))
    assert await told(nothing, closed) == []


async def test_what_is_critical_rings_whatever_a_person_has_set() -> None:
    halted = StateChanged(pictures.NOW, "ACTIVE", "HALTED", "max_drawdown")
    deaf = Preferences(dict.fromkeys(MATTERS, "off"), (0, 23))
    assert await told(deaf, halted, DOWN) == [("🟥", False), ("🟠", False)]


async def test_a_desk_killed_while_it_closed_everything_tells_the_whole_of_it_in_the_message_that_asked() -> None:
    command = Command(pictures.NOW, 1002, "ABC", CloseAll())
    halted = StateChanged(pictures.NOW, "ACTIVE", "HALTED", "close_all", 1002)
    done = CommandDone(pictures.NOW, "ABC", True, "closing", "Closing 2 positions.")
    ends = [
        TradeClosed(pictures.NOW, pictures.trade(number, won, symbol=symbol), pictures.status().account)
        for number, won, symbol in ((17, "24.60", "BTC/USDT:USDT"), (18, "-12.06", "ETH/USDT:USDT"))
    ]
    records, shelf = MemoryArchive(), Shelf()
    records.kept = [step(1), Step(2, command, (Report(halted), Report(done))), step(3), step(4, ends[0])]
    await alerts(records, shelf).catch_up()
    told = len(shelf.items)
    flat = Flattened(pictures.NOW + 2000, "close_all", pictures.status().account)
    records.kept += [step(5, ends[1]), step(6, flat)]
    await alerts(records, shelf, status=pictures.status(state="HALTED", positions=())).catch_up()
    later = [
        (item.chat, text) for item, text in zip(shelf.items, shelf.texts(), strict=True) if item.key == "intent:ABC"
    ]
    assert later[-1][0] == 1002
    assert later[-1][1].splitlines() == [
        "⬜ FLAT +12.54 · 2 closed · 2s",
        "BTC      L    +2.46%      +24.60",
        "ETH      L    +2.46%      -12.06",
        "HALTED · verified flat",
    ]
    assert all("BTC" not in text or "FLAT" in text or "CLOSE ALL" in text for text in shelf.texts()[told:]), (
        "not told again"
    )
