"""The report as a browser reads it."""

import re
from contextvars import copy_context
from decimal import Decimal
from html.parser import HTMLParser

import msgspec
import pytest

from bot.backtests.page import page
from bot.figures.currency import tell_of_symbols
from tests.unit.bot.backtests.made import kept, renamed, result, trade

VOID = {"meta", "link", "br", "path"}


class Read(HTMLParser):
    """Tags that are open, text by section, every attribute that could load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: dict[str, list[str]] = {}
        self.section = ""
        self.counts: dict[str, int] = {}
        self.loads: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "xlink:href", "srcset")]
        self.section = found.get("id") or self.section
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.setdefault(self.section, []).append(data.strip())


def test_money_in_coin_is_named_and_has_its_decimals() -> None:
    def in_coin() -> str:
        tell_of_symbols(["BTC/USD:BTC"])
        small = msgspec.structs.replace(trade("1"), pnl=Decimal("0.01234567"), symbol="BTC/USD:BTC")
        return page(kept(msgspec.structs.replace(result(small), profit=Decimal("0.01234567"))))

    html = copy_context().run(in_coin)
    assert "money is BTC" in html
    assert "0.012346 BTC" in html
    assert "<td>0.012346</td>" in html.replace(' class="gain"', "")


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    html = page(kept())
    read = Read(html)
    assert read.open == []
    assert read.loads == []
    assert "script" not in read.counts
    assert re.search(r"url\(|@import|https?://", html) is None


def test_each_section_says_what_the_result_holds() -> None:
    text = Read(page(kept())).text
    assert text["headline"][:2] == ["4.03 %", "profit %"]
    assert {"profit factor", "4.500", "deflated Sharpe", "wins in a row"} <= set(text["figures"])
    assert {"2024", "+4.03"} <= set(text["months"])
    # Two targets of 12 and 6, one stop of -4.
    assert {"By exit", "target", "stop", "18.00", "-4.00"} <= set(text["parts"])
    assert text["gate"][3:7] == ["paused", "7", "daily_loss", "2"]
    assert {"2024-01-01T01:00:00Z", "daily_loss tripped", "ACTIVE to REDUCING"} <= set(text["gate"])
    assert {"BTC-1h.csv", "abababababab"} <= set(text["data"])
    assert {"fee", "0.0005"} <= set(text["settings"])


def test_trades_stand_on_the_candles_and_in_the_table_newest_first() -> None:
    read = Read(page(kept()))
    assert read.counts["svg"] == 3
    assert read.counts["g"] == 3
    assert [word for word in read.text["trades"] if word in ("12.00", "-4.00", "6.00")] == ["6.00", "-4.00", "12.00"]


def test_of_very_many_trades_the_newest_are_shown_and_the_largest_drawn() -> None:
    many = kept(result(*(trade(str(number), number % 4, "stop") for number in range(1, 1201))))
    read = Read(page(many))
    assert "The 500 newest of 1,200 trades" in read.text["trades"]
    assert read.counts["g"] == 60
    assert any("60 of 1,200 trades, those with the largest results" in line for line in read.text["charts"])


def test_names_are_text_and_never_markup() -> None:
    html = page(renamed(kept(evil="<img src=x onerror=1>"), "<script>alert(1)</script>"))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("final", ["10000", "0.01"])
def test_a_run_without_trades_or_without_money_left_has_a_page(final: str) -> None:
    of = msgspec.structs.replace(result(final=final), daily=(), months=(), fall=None, denied={}, breakers=(), states=())
    empty = msgspec.structs.replace(kept(of), pictures=())
    text = Read(page(empty)).text
    assert "The gate refused nothing." in text["gate"]
    assert "charts" not in text
