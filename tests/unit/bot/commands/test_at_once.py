"""What is done without a question, the way back from it, and the end of questions."""

from decimal import Decimal

import msgspec
import pytest
from aiogram import Bot, Dispatcher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.model.commands import CloseAll, Halt, Pause, Resume, SetRisk
from engine.model.roles import Role
from engine.model.views import Answer, BreakerView, RiskView, StatusView
from tests.unit.bot import pictures
from tests.unit.bot.commands.person import Person

PAUSED = pictures.status(state="REDUCING", state_reason="paused by hand")


async def paused(person: Person) -> str:
    """Pauses, as the desk would; answers what the Undo button carries."""
    person.control.becomes = PAUSED
    answer = await person.say("/pause")
    assert [button.label for row in answer.buttons for button in row] == ["Undo 30 s", "Menu"]
    return answer.buttons[0][0].data


async def test_a_pause_is_undone_once_within_half_a_minute(admin: Person) -> None:
    undo = await paused(admin)
    admin.seconds = 29.9
    await admin.press(undo)
    await admin.press(undo)
    assert [done[0] for done in admin.control.done] == [Pause(), Resume()]
    assert admin.head() == "⚪ Not undone"


async def test_after_half_a_minute_a_pause_stays(admin: Person) -> None:
    undo = await paused(admin)
    admin.seconds = 30.0
    answer = await admin.press(undo)
    assert [done[0] for done in admin.control.done] == [Pause()]
    assert answer.text == "⚪ Not undone\nThat could be undone for 30 seconds."


@pytest.mark.parametrize(
    "since",
    [
        pictures.status(state="HALTED", state_reason="stopped by hand"),
        pictures.status(state="REDUCING", state_reason="daily_loss"),
    ],
)
async def test_an_undo_ends_nothing_but_the_pause_that_it_belongs_to(admin: Person, since: StatusView) -> None:
    undo = await paused(admin)
    admin.control.view = since
    await admin.press(undo)
    assert [done[0] for done in admin.control.done] == [Pause()]


async def test_an_undo_does_not_arm_a_breaker_that_tripped_after_the_pause(admin: Person) -> None:
    undo = await paused(admin)
    tripped = (BreakerView("daily_loss", True, pictures.NOW, "until tomorrow"),)
    admin.control.limits = pictures.risk(breakers=tripped)
    await admin.press(undo)
    assert [done[0] for done in admin.control.done] == [Pause()]


async def test_a_second_pause_takes_the_way_back_from_the_first(admin: Person) -> None:
    undo = await paused(admin)
    second = await admin.say("/pause")
    assert [button.label for row in second.buttons for button in row] == ["Menu"]
    await admin.press(undo)
    assert [done[0] for done in admin.control.done] == [Pause(), Pause()]


async def test_a_pause_that_was_refused_and_a_stop_offer_no_way_back(admin: Person) -> None:
    admin.control.answer = Answer(False, "halted", "Trading is halted already.")
    assert [one.label for one in (await admin.say("/pause")).buttons[0]] == ["Menu"]
    admin.control.answer = Answer(True, "halted", "Halted.")
    admin.control.view = pictures.status(positions=())
    assert [one.label for one in (await admin.say("/stop")).buttons[0]] == ["Menu"]
    assert [done[0] for done in admin.control.done] == [Pause(), Halt()]


async def test_keeping_the_positions_of_a_stopped_desk_is_said_in_words(admin: Person) -> None:
    admin.control.becomes = pictures.status(state="HALTED", state_reason="stopped by hand")
    await admin.say("/stop")
    answer = await admin.choose("Keep positions")
    assert "The desk stays halted; its positions keep their stops." in " ".join(answer.text.split("\n"))
    assert [done[0] for done in admin.control.done] == [Halt()]


async def test_nobody_else_undoes_it(dispatcher: Dispatcher, bot: Bot, admin: Person) -> None:
    undo = await paused(admin)
    trader = Person(dispatcher, bot, Role.TRADER, 1002)
    trader.services, trader.shelf = admin.services, admin.shelf
    await trader.press(undo)
    assert [done[0] for done in admin.control.done] == [Pause()]


def limits_with(value: str, changed: bool = True) -> RiskView:
    """The risk screen with another limit on positions."""
    view = pictures.risk()
    mine = msgspec.structs.replace(view.settings[1], value=value, changed=changed)
    return msgspec.structs.replace(view, settings=(view.settings[0], mine))


async def test_a_tighter_limit_holds_at_once_and_can_be_undone(admin: Person) -> None:
    answer = await admin.say("/risk max_positions 2")
    assert answer.text == "✅ Done\nIt is done."
    assert [done[:3] for done in admin.control.done] == [(SetRisk("MAX_POSITIONS", "2"), 1001, "u1")]
    await admin.choose("Undo 30 s")
    assert admin.control.done[-1][0] == SetRisk("MAX_POSITIONS", "3")


async def test_the_undo_of_a_first_change_goes_back_to_what_is_configured(admin: Person) -> None:
    await admin.say("/risk risk_per_trade_percent 1.5%")
    await admin.choose("Undo 30 s")
    assert [done[0] for done in admin.control.done] == [
        SetRisk("RISK_PER_TRADE_PERCENT", "1.5%"),
        SetRisk("RISK_PER_TRADE_PERCENT", None),
    ]


async def test_while_another_program_holds_the_token_a_limit_gets_tighter_and_not_looser(admin: Person) -> None:
    admin.services.intents.hold = "held"
    await admin.say("/risk max_positions 2")
    await admin.choose("Undo 30 s")
    await admin.say("/risk max_positions 9")
    await admin.choose("Confirm: change")
    assert [done[0] for done in admin.control.done] == [SetRisk("MAX_POSITIONS", "2")]


async def test_a_limit_that_somebody_changed_since_is_not_undone(admin: Person) -> None:
    await admin.say("/risk max_positions 2")
    admin.control.limits = limits_with("1")
    await admin.choose("Undo 30 s")
    assert [done[0] for done in admin.control.done] == [SetRisk("MAX_POSITIONS", "2")]


async def test_a_reset_to_a_tighter_value_is_done_at_once_and_to_a_looser_one_is_asked(admin: Person) -> None:
    await admin.press("rr:MAX_POSITIONS")
    assert admin.control.done == []
    assert admin.shelf.bodies()[-1].buttons[-1][0].label == "Confirm: change"
    admin.control.limits = limits_with("9")
    await admin.press("rr:MAX_POSITIONS")
    assert [done[0] for done in admin.control.done] == [SetRisk("MAX_POSITIONS", None)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["max_positions", "risk_per_trade_percent"]), st.decimals("0", "60", places=1))
async def test_no_limit_becomes_looser_without_a_confirmation(admin: Person, name: str, value: Decimal) -> None:
    before = len(admin.control.done)
    await admin.say(f"/risk {name} {value}")
    now = {"max_positions": 3, "risk_per_trade_percent": 2}[name]
    assert all(
        float(done[0].value or now) < now for done in admin.control.done[before:] if isinstance(done[0], SetRisk)
    )


async def test_cancel_ends_every_open_question_of_the_person_and_nothing_else(
    dispatcher: Dispatcher, bot: Bot, admin: Person
) -> None:
    undo = await paused(admin)
    trader = Person(dispatcher, bot, Role.TRADER, 1002)
    trader.services, trader.shelf = admin.services, admin.shelf
    await admin.say("/close_all")
    await admin.say("/close 1")
    mine = [body.buttons[-1][0].data for body in admin.shelf.bodies()[-2:]]
    await trader.say("/close 2")
    other = admin.shelf.bodies()[-1].buttons[-1][0].data
    answer = await admin.say("/cancel")
    assert answer.text.startswith("Cancelled #")
    assert answer.text.endswith("; nothing was done.")
    assert admin.shelf.texts()[-3:-1] == ["⚪ Nothing was done\nCancelled."] * 2
    for data in mine:
        await admin.press(data)
    assert [done[0] for done in admin.control.done] == [Pause()]
    await trader.press(other)
    await admin.press(undo)
    assert CloseAll() not in [done[0] for done in admin.control.done]
    assert len(admin.control.done) == 3
