"""/backtest: choices by buttons, one at a time, for traders."""

import pytest

from bot.dialogue import registry
from bot.dialogue.symbols import sign
from engine.model.roles import Role
from tests.unit.bot.commands.person import Person

ETH = "ETH/USDT:USDT"


def rows(admin: Person) -> list[str]:
    return admin.shelf.texts()[-1].splitlines()


async def test_it_begins_with_the_first_strategy_on_everything_for_a_week(admin: Person) -> None:
    await admin.say("/backtest")
    assert rows(admin)[:5] == [
        "🧪 Backtest: choose, then Run",
        "strategy  ma_cross",
        "candles   1m",
        "symbols   BTC ETH SOL",
        "period    last 7d",
    ]


async def test_each_choice_is_made_by_a_button_and_stays_chosen(admin: Person) -> None:
    await admin.say("/backtest")
    await admin.choose("Strategy")
    await admin.choose("razor")
    await admin.choose("Symbols")
    await admin.choose("✓ ETH")
    assert rows(admin) == ["🧪 Which symbols? 1 of 3"]
    await admin.choose("SOL")
    await admin.choose("Done")
    await admin.choose("Period")
    await admin.choose("30d")
    assert rows(admin)[1:5] == ["strategy  razor", "candles   1m", "symbols   ETH SOL", "period    last 30d"]
    await admin.say("/backtest")
    assert rows(admin)[1:5] == ["strategy  razor", "candles   1m", "symbols   ETH SOL", "period    last 30d"]


async def test_the_last_symbol_stays_and_all_brings_every_one_back(admin: Person) -> None:
    await admin.say("/backtest razor eth")
    await admin.press(f"bc:symbol:{sign(ETH)}")
    assert rows(admin) == ["🧪 Which symbols? 1 of 3"]
    await admin.choose("All")
    assert rows(admin) == ["🧪 Which symbols? 3 of 3"]


async def test_what_is_typed_is_chosen(admin: Person) -> None:
    await admin.say("/backtest RAZOR btc 24h")
    assert rows(admin)[1:5] == ["strategy  razor", "candles   1m", "symbols   BTC", "period    last 24h"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/backtest moon", "/backtest takes one of ma_cross, razor, not 'moon'."),
        ("/backtest razor doge", "There is no symbol 'doge'; there are BTC, ETH, SOL."),
        ("/backtest razor btc 5y", "The period of /backtest takes 24h, 7d, 30d or all, not '5y'."),
        ("/backtest a b c d", "/backtest takes at most 3 arguments: /backtest [strategy [symbol [24h|7d|30d|all]]]."),
    ],
)
async def test_what_is_not_understood_is_one_sentence(admin: Person, text: str, sentence: str) -> None:
    assert (await admin.say(text)).text == sentence


async def test_a_file_is_tried_on_the_markets_it_names_and_what_is_left_out_is_said(admin: Person) -> None:
    admin.control.filed = True
    await admin.say("/backtest filed")
    assert rows(admin)[1:7] == [
        "strategy  filed",
        "candles   15m",
        "symbols   ETH",
        "left out  BTC SOL, not in the file",
        "missing   DOGE, not on this desk",
        "period    last 7d",
    ]
    await admin.choose("Symbols")
    assert rows(admin) == ["🧪 Which symbols? 1 of 1"]
    sentence = "filed names its own markets, and BTC is not among them."
    assert (await admin.say("/backtest filed btc")).text == sentence
    await admin.say("/backtest razor btc")
    await admin.choose("Strategy")
    await admin.choose("filed")
    assert rows(admin)[3] == "symbols   ETH"


async def test_stop_without_a_backtest_says_so(admin: Person) -> None:
    assert (await admin.press("bx")).text == "No backtest of yours is running."


def test_it_is_for_traders() -> None:
    assert registry.commands()["backtest"].role is Role.TRADER
    assert all(registry.buttons()[prefix].role is Role.TRADER for prefix in ("bt", "bc", "bg", "bx"))
