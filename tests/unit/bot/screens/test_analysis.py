"""The full signal in 36 columns, and with its picture within a caption."""

from zoneinfo import ZoneInfo

import pytest

from bot.figures.figures import columns
from bot.outbox.body import units
from bot.outbox.pieces import CAPTION_LIMIT
from bot.screens import analysis
from engine.model.facts import SignalCheck
from engine.model.views import SignalView
from tests.unit.bot import pictures

UTC = ZoneInfo("UTC")
SYMBOLS = ("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT")


def test_all_strategies_in_short_the_strongest_first() -> None:
    assert analysis.render(pictures.analysis(), SYMBOLS, UTC).text.splitlines() == [
        "🔴 BTC SHORT 76 · razor",
        "razor           SHORT 76      4 of 4",
        " entry   64,120.0  stop     64,440.6",
        " to      63,478.8  RR           2.00",
        " trend, RSI, volatility and momentu…",
        "rsi_mr          -             3 of 4",
        " no condition for an entry",
        "market Balanced",
        "as of 04 May 14:32:05 UTC",
    ]


def test_one_strategy_in_full_with_the_values_of_its_checks() -> None:
    view = pictures.analysis()
    assert analysis.render_card(view, view.signals[1], SYMBOLS, UTC).text.splitlines() == [
        "⚪ BTC no signal · rsi_mr",
        "Neutral · strength 50 of 100",
        "why    no condition for an entry",
        "setup  razor · 5m",
        "checks 3 of 4 met",
        "+ trend                     -0.0021",
        "+ rsi                          41.5",
        "+ volatility                 0.1089",
        "- momentum                0.0002507",
        "bar closed 14:32, valid 30 s",
        "market Balanced",
        "as of 04 May 14:32:05 UTC",
    ]


def test_a_line_says_that_the_picture_is_on_its_way() -> None:
    assert analysis.render(pictures.analysis(), SYMBOLS, UTC, drawing=True).text.endswith(analysis.DRAWING)


@pytest.mark.parametrize("count", [0, 1, 6, 7, 40])
def test_however_many_strategies_run_a_page_fits_a_caption_and_the_phone(count: int) -> None:
    checks = tuple(SignalCheck("a_rather_long_name_of_a_check", -123456.789, True) for _ in range(30))
    said = pictures.razor(reason="a_reason_of_a_strategy_that_nobody_has_put_into_words", checks=checks, setup="x" * 60)
    one = SignalView("a_strategy_of_a_long_name@15m", "15m", True, said, 100.0, 2.0)
    view = pictures.analysis(signals=(one,) * count, position=pictures.position())
    bodies = [analysis.render(view, SYMBOLS, UTC, page) for page in range(3)]
    bodies += [analysis.render_card(view, one, SYMBOLS, UTC)]
    for body in bodies:
        assert units(body.text) <= CAPTION_LIMIT
        assert max(columns(line) for line in body.text.splitlines()[1:]) <= 36
        assert columns(body.text.splitlines()[0]) <= 40


def test_other_symbols_are_a_press_away_and_the_strategy_stays_chosen() -> None:
    view = pictures.analysis()
    offered = analysis.render_card(view, view.signals[0], SYMBOLS, UTC).buttons[0]
    assert [button.label for button in offered] == ["ETH", "SOL"]
    assert all(":razor:" in button.data for button in offered)
    many = [f"S{number:02}USDT" for number in range(60)]
    rows = analysis.render(pictures.analysis(symbol=many[30]), many, UTC).buttons
    near = [button.label for row in rows for button in row if button.label.startswith("S")]
    assert near == ["S26", "S27", "S28", "S29", "S31", "S32", "S33", "S34"]


def test_before_the_first_bar_that_is_said() -> None:
    view = pictures.analysis(signals=(SignalView("razor", "5m", True, None),), price=None, state="UNKNOWN")
    lines = analysis.render(view, SYMBOLS, UTC).text.splitlines()
    assert lines[:2] == ["⚪ BTC no signal", "razor           no bar yet"]
