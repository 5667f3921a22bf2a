"""A backtest's messages fit the phone, and its card the caption."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.backtests.trial import Request, Simulated, Terms
from bot.figures.figures import columns
from bot.outbox.body import units
from bot.outbox.pieces import CAPTION_LIMIT
from bot.screens import backtest
from engine.model.instrument import Instrument
from engine.model.member import Member
from tests.unit.bot import pictures
from tests.unit.bot.backtests.test_trials import by_hand

UTC = ZoneInfo("UTC")
REQUEST = Request(
    ground=Simulated(1, 0),
    member=Member("razor@1m", "razor", "1m", ()),
    instruments=tuple(Instrument(f"{base}USDT", base, "USDT") for base in ("BTC", "ETH")),
    period=7 * pictures.DAY,
    until=pictures.NOW,
    cash="10000",
    limits={},
    terms=Terms({}, {}, "UTC"),
    keep="",
)


def test_progress_is_a_bar_with_its_share() -> None:
    assert backtest.render_progress(REQUEST, 0, 0).text.splitlines()[2] == "reading candles…"
    assert backtest.render_progress(REQUEST, 2_500, 10_000).text.splitlines() == [
        "⏳ Backtest razor@1m",
        "BTC ETH · 7d",
        "######------------------   25%",
        "2,500 of 10,000 bars",
    ]


def test_the_card_shows_the_figures_of_the_result_and_fits_a_caption() -> None:
    result = by_hand()
    card = backtest.render_result(REQUEST, result, UTC)
    lines = card.text.splitlines()
    assert lines[0].startswith(("🟢 razor@1m +", "🔴 razor@1m -"))
    assert sum(int(line.split()[1]) for line in lines if line.startswith(("BTC ", "ETH "))) == len(result.trades)
    assert f"{result.final_equity:,.2f}" in card.text
    assert lines[-2].startswith("06 Jan 00:00 to 07 Jan 00:00")
    assert units(card.text) <= CAPTION_LIMIT
    assert max(map(columns, lines[1:])) <= 36
    assert Decimal(lines[0].partition("(")[2].strip(")").replace(",", "")) == round(result.profit, 2)


def test_what_went_wrong_is_said_in_words() -> None:
    stopped = backtest.render_stopped("There are no candles of BTC/USDT:USDT to run razor@1m on.")
    assert max(map(columns, stopped.text.splitlines())) <= 40
    assert stopped.buttons[0][0].label == "Choose again"
