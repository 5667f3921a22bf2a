"""/analyze: the signal in words at once, then the same message with its picture."""

from bot.dialogue.symbols import sign
from bot.screens.analysis import DRAWING
from engine.model.roles import Role
from tests.unit.bot.commands.person import Person

BTC = "BTC/USDT:USDT"


async def test_the_message_is_the_signal_and_then_the_picture_with_it(admin: Person) -> None:
    finished = await admin.say("/analyze btc")
    first, second = admin.shelf.items
    assert admin.shelf.texts()[0].endswith(DRAWING)
    assert first.key == second.key
    assert finished.photo
    assert finished.photo.startswith(b"\x89PNG")
    assert DRAWING not in finished.text
    assert admin.head() == "🔴 BTC SHORT 76 · razor"


async def test_a_named_strategy_is_shown_in_full(admin: Person) -> None:
    assert "checks 4 of 4 met" in (await admin.say("/analyze BTCUSDT razor")).text


async def test_a_viewer_reads_it_too_and_turns_to_another_symbol(admin: Person) -> None:
    admin.role = Role.VIEWER
    await admin.say("/analyze")
    await admin.choose("ETH")
    assert admin.head() == "🔴 ETH SHORT 76 · razor"
    assert admin.toasts == ["Reading the market"]
    assert admin.control.done == []


async def test_a_button_of_a_symbol_that_is_gone_says_so(admin: Person) -> None:
    reply = await admin.press(f"an:{sign('XRPUSDT')}::0")
    assert reply.text.startswith("That symbol is not in this market any more")


async def test_without_candles_the_words_alone_are_the_answer(admin: Person) -> None:
    admin.control.bars = admin.control.bars.slice(0, 1)
    assert (await admin.say("/analyze btc")).photo is None
