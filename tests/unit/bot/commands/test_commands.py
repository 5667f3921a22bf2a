"""What people send and press, through the routers as the dispatcher runs them."""

from decimal import Decimal

import msgspec
import pytest
from aiogram import Bot, Dispatcher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue import registry
from bot.outbox.outbox import EXPLICIT
from engine.model.commands import Close, CloseAll, Halt, Pause, Resume, SetMode, SetRisk, StrategySwitch
from engine.model.history import Together
from engine.model.roles import Role
from tests.unit.bot import pictures
from tests.unit.bot.commands.person import SCREEN, Person


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("/start", "🟢 SIM · running · +42.10 today"),
        ("/menu", "🟢 SIM · running · +42.10 today"),
        ("/settings", "⚙️ Settings · 🟢 SIM · running"),
        ("/help", "ℹ️ You are admin."),
        ("/start t_7", "🟢 SIM · running · +42.10 today"),
        ("/STATUS", "🟢 RUN · SIM · +42.10 today"),
        ("/Menu", "🟢 SIM · running · +42.10 today"),
        ("/status", "🟢 RUN · SIM · +42.10 today"),
        ("/pnl", "🟢 24h +214.30"),
        ("/pnl 7D", "🟢 7d +214.30"),
        ("/positions", "🟢 3 open · +16.00 (+0.15%)"),
        ("/positions 2", "🔴 ETH S -0.40% (-3.10)"),
        ("/trades", "🟢 last 1 trade · +24.60"),
        ("/risk", "🟠 Risk: 1 of 6 limits above 70%"),
        ("/strategy", "🧭 1 of 2 strategies on · +122.00"),
        ("/strategy razor", "⚪ off · razor 5m · +61.00"),
        ("/mode", "🔵 SIM · synthetic"),
        ("/logs 5", "📜 1 log lines"),
        ("/report", "🏁 Report +421.50 (+4.2%)"),
    ],
)
async def test_a_command_is_answered_with_its_screen_and_changes_nothing(admin: Person, text: str, head: str) -> None:
    await admin.say(text)
    assert admin.head().startswith(head)
    assert admin.control.done == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/pnl 3w", "/pnl takes 24h, 7d, 30d or all, not '3w'."),
        ("/pnl 7d 30d", "/pnl takes at most 1 argument: /pnl [24h|7d|30d|all]."),
        ("/positions ٣", "/positions takes a whole number from 1 to 999, not '٣'."),
        ("/positions 9", "There is no position 9; 3 are open."),
        ("/close", "/close takes the number of a position"),
        ("/close 1 0", "The share of /close takes a whole number from 1 to 100, not '0'."),
        ("/close 1 nan", "The share of /close takes a whole number from 1 to 100, not 'nan'."),
        ("/close #99", "That position is not open any more; /positions shows what is."),
        ("/status 999", "/status takes no arguments: /status."),
        ("/menu please", "/menu takes no arguments: /menu."),
        ("/help me", "/help takes no arguments: /help."),
        ("/start pair_x now", "/start takes at most 1 argument: /start."),
        ("/close_all now", "/close_all takes no arguments: /close_all."),
        ("/mode paper", "/mode takes sim or live, not 'paper'."),
        ("/mode sim", "The mode is SIM already."),
        ("/risk max_positons", "There is no risk setting 'max_positons'; there is MAX_POSITIONS"),
        ("/risk max_fun 3", "There is no risk setting 'max_fun';"),
        ("/risk max_positions ３", "/risk max_positions takes a number or a word"),
        ("/risk max_positions 3", "max_positions is 3 already."),
        ("/risk max_positions 51", "MAX_POSITIONS is '51', but it takes a whole number from 1 to 50."),
        ("/risk risk_per_trade_percent reset", "risk_per_trade_percent is 2 already."),
        ("/cancel all", "/cancel takes no arguments: /cancel."),
        ("/cancel", "No question is open; there is nothing to cancel."),
        ("/strategy nothing", "There is no strategy nothing; there are ma_cross, razor."),
        (
            "/strategy razor maybe",
            "/strategy razor takes on, off, param=value, a set of them as JSON, swap OTHER, remove, shadow or promote",
        ),
        ("/strategy razor swap nobody", "There is no strategy nobody; there is breakout."),
        ("/strategy razor mood=5", "ma_cross has fast and slow."),
        ("/strategy razor fast=", "fast takes a number or a word"),
        ("/strategy razor fast=5 fast=6", "fast stands twice; give it once."),
        ("/strategy razor shadow", "/strategy razor shadow takes param=value or another strategy"),
        ("/strategy ma_cross on", "ma_cross is on already."),
        ("/resume", "The desk is running already; there is nothing to resume."),
        ("/why last", "Nothing has been decided yet."),
        ("/why 0A3", "There is no decision record of '0A3'; /why lists the last ones."),
        ("/why a b", "/why takes at most 1 argument: /why [trade|order|last]."),
        ("/analyze nope", "There is no symbol 'nope'; there are BTC, ETH, SOL."),
        ("/analyze btc moon", "/analyze takes one of ma_cross, razor, not 'moon'."),
        ("/logs 1000", "/logs takes a whole number from 1 to 20, not '1000'."),
        ("what is <b>this</b> 🤷", "I know /analyze, /cancel, /help, /menu, /mode"),
        ("/unknown", "I know /analyze, /cancel, /help, /menu"),
        ("x" * 10_000, "I know /analyze, /cancel, /help, /menu"),
        ("/positions " + "🤷" * 4_000, "/positions takes a whole number from 1 to 999, not '🤷"),
    ],
)
async def test_what_is_not_understood_gets_one_sentence_and_changes_nothing(
    admin: Person, text: str, sentence: str
) -> None:
    reply = await admin.say(text)
    assert reply.text.startswith(sentence)
    assert "\n" not in reply.text
    assert len(reply.text) < 250
    assert len(admin.shelf.items) == 1
    assert admin.control.done == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(registry.commands().keys() - {"pause", "stop", "risk"})), st.text(max_size=60))
async def test_no_arguments_whatever_do_anything_without_a_confirmation(admin: Person, name: str, text: str) -> None:
    await admin.say(f"/{name} {text}")
    assert admin.control.done == []


async def test_a_button_edits_the_message_it_hangs_on_and_refresh_keeps_the_page(admin: Person) -> None:
    await admin.press("ps:0")
    assert admin.shelf.items[-1].key == f"{EXPLICIT}{SCREEN}"
    body = await admin.press("pl:30d:1")
    assert body.text.startswith("🟢 30d")
    await admin.choose("Refresh")
    assert "pair            result  trades" in admin.shelf.texts()[-1]


@pytest.mark.parametrize("data", ["zz:1", "ps", "ps:x", "pl:1y:0", "", "pp:17:9"])
async def test_an_outdated_or_forged_button_changes_nothing(admin: Person, data: str) -> None:
    await admin.press(data)
    assert admin.control.done == []
    assert len(admin.shelf.items) == 1


async def test_the_card_of_a_closed_position_becomes_the_list(admin: Person) -> None:
    await admin.press("pp:99")
    assert admin.head() == "🟢 3 open · +16.00 (+0.15%)"
    assert admin.toasts == ["That position is closed; this is the list."]


async def test_the_equity_chart_comes_as_a_photo(admin: Person) -> None:
    body = await admin.press("pe:7d")
    assert body.photo is not None


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Equity", "🛡 Equity, 24h"),
        ("Use over time", "🛡 Use of limits, 24h"),
        ("Correlations", "🛡 Correlations of 2 held\n90 days; what is not known counts as 1"),
    ],
)
async def test_risk_is_drawn_by_button(admin: Person, label: str, text: str) -> None:
    await admin.say("/risk")
    body = await admin.choose(label)
    assert body.text == text
    assert body.photo is not None


async def test_a_limit_is_shown_by_name_and_changed_by_a_press(admin: Person) -> None:
    shown = await admin.say("/risk max_positions")
    assert shown.text.startswith("🛡 max_positions 3\n")
    await admin.choose("2")
    assert admin.control.done[-1][0] == SetRisk("MAX_POSITIONS", "2"), "tighter: at once"
    await admin.say("/risk max_positions")
    asked = await admin.choose("4")
    assert "3 -> 4" in asked.text, "looser: after Confirm"


async def test_a_chart_of_risk_is_turned_to_another_period(admin: Person) -> None:
    await admin.press("rc:use:24h")
    assert (await admin.choose("30d")).text == "🛡 Use of limits, 30d"


async def test_charts_of_too_little_say_what_they_need(admin: Person) -> None:
    admin.control.marks = 1
    assert "needs two marks of the account" in (await admin.press("rc:equity:7d")).text
    admin.control.pairs = Together(("BTC",), ((1.0,),))
    assert "fewer than two symbols are held" in (await admin.press("rt")).text


@pytest.mark.parametrize(
    ("text", "label", "action"),
    [
        ("/close_all", "Confirm: close 3", CloseAll()),
        ("/flatten", "Confirm: close 3", CloseAll()),
        ("/close 1", "Confirm: close BTC", Close("BTC/USDT:USDT", 100)),
        ("/close #18 50", "Confirm: close ETH", Close("ETH/USDT:USDT", 50)),
        ("/mode live", "Confirm: switch to LIVE", SetMode("live")),
        ("/risk max_positions 9", "Confirm: change", SetRisk("MAX_POSITIONS", "9")),
        ("/risk max_positions reset", "Confirm: change", SetRisk("MAX_POSITIONS", None)),
        ("/strategy razor on", "Confirm: turn on", StrategySwitch("razor", True)),
    ],
)
async def test_a_dangerous_command_is_done_once_after_confirm(
    admin: Person, text: str, label: str, action: object
) -> None:
    admin.control.where = msgspec.structs.replace(admin.control.where, missing=())
    question = await admin.say(text)
    assert admin.control.done == []
    data = next(one.data for row in question.buttons for one in row if one.label == label)
    await admin.press(data)
    await admin.press(data)
    assert [done[:2] for done in admin.control.done] == [(action, 1001)]
    assert admin.shelf.texts()[-1] == "⚪ Nothing was done\nThis was confirmed already."


async def test_while_live_needs_something_it_is_named_and_no_confirm_is_offered(admin: Person) -> None:
    for screen in (await admin.say("/mode live"), await admin.press("am:live")):
        assert "- BOT_MODE=LIVE" in screen.text
        assert [one.label for row in screen.buttons for one in row] == ["Refresh", "Back"]
    assert admin.control.done == []


@pytest.mark.parametrize(
    "changed",
    [
        pictures.THREE[:2],
        (*pictures.THREE[:2], pictures.position("SOL", "19", qty=Decimal("0.0188"))),
        (*pictures.THREE, pictures.position("XRP", "20")),
    ],
)
async def test_a_confirm_is_refused_and_asked_again_when_the_positions_changed(
    admin: Person, changed: tuple[object, ...]
) -> None:
    await admin.say("/close_all")
    data = admin.shelf.bodies()[-1].buttons[-1][0].data
    admin.control.view = pictures.status(positions=changed)
    question = await admin.press(data)
    assert admin.control.done == []
    assert "Things changed since you were asked." in question.text
    await admin.choose(f"Confirm: close {len(changed)}")
    assert [done[0] for done in admin.control.done] == [CloseAll()]


async def test_a_size_that_moved_a_little_is_still_the_same_position(admin: Person) -> None:
    await admin.say("/close_all")
    small = msgspec.structs.replace(pictures.THREE[0], qty=Decimal("0.0130"))
    admin.control.view = pictures.status(positions=(small, *pictures.THREE[1:]))
    await admin.choose("Confirm: close 3")
    assert [done[0] for done in admin.control.done] == [CloseAll()]


async def test_a_question_dies_after_a_minute_and_by_cancel(admin: Person) -> None:
    await admin.say("/close_all")
    cancel, confirm = (row[0].data for row in admin.shelf.bodies()[-1].buttons)
    await admin.press(cancel)
    await admin.press(confirm)
    await admin.say("/close_all")
    admin.seconds = 60.0
    await admin.choose("Confirm: close 3")
    assert admin.control.done == []
    assert "expired. Please start again." in admin.shelf.texts()[-1]


async def test_pause_and_stop_are_done_at_once_and_stop_asks_for_the_rest(admin: Person) -> None:
    await admin.say("/pause")
    await admin.say("/stop")
    assert [done[0] for done in admin.control.done] == [Pause(), Halt()]
    assert [done[2:] for done in admin.control.done] == [("u1", 1), ("u2", 2)]
    assert [row[0].label for row in admin.shelf.bodies()[-1].buttons] == ["Keep positions", "Confirm: close 3"]


async def test_ending_a_halt_is_for_admins_and_ending_a_pause_is_not(dispatcher: Dispatcher, bot: Bot) -> None:
    trader = Person(dispatcher, bot, Role.TRADER, 1002)
    trader.control.view = pictures.status(state="HALTED", state_reason="stopped by hand")
    refusal = await trader.say("/resume")
    assert refusal.text == "⛔ This needs the role admin, yours is trader."
    trader.control.view = pictures.status(state="REDUCING", state_reason="paused by hand")
    await trader.say("/resume")
    await trader.choose("Confirm: resume")
    assert [done[0] for done in trader.control.done] == [Resume()]


@pytest.mark.parametrize("text", ["/mode live", "/risk max_positions 50", "/strategy razor on"])
async def test_a_viewer_changes_nothing_by_the_arguments_of_a_reading_command(
    dispatcher: Dispatcher, bot: Bot, text: str
) -> None:
    viewer = Person(dispatcher, bot, Role.VIEWER, 1003)
    refusal = await viewer.say(text)
    assert " needs the role " in refusal.text
    assert viewer.shelf.bodies()[-1].buttons == ()
