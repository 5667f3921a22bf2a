"""Screens are what the mock-ups show, letter by letter where it matters."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.outbox.body import Body
from bot.screens import closing, confirm, logs, menu, mode, pnl, position, positions, risk, status, strategies, trades
from engine.model.roles import Role
from engine.model.views import BreakerView, LimitView, LogLine, TargetView
from tests.unit.bot import pictures

UTC = ZoneInfo("UTC")


def labels(body: Body) -> list[list[str]]:
    return [[button.label for button in row] for row in body.buttons]


def test_the_main_menu_has_exactly_these_four() -> None:
    greeting = menu.render(pictures.status(), UTC)
    assert labels(greeting) == [["Status", "PnL"], ["Positions", "Settings"]]
    assert greeting.text.splitlines()[:2] == ["🟢 SIM · running · +42.10 today", "binanceusdm · 3 open · entries ON"]


def test_the_settings_menu_has_exactly_these() -> None:
    body = menu.render_settings(pictures.status(), UTC)
    assert labels(body) == [
        ["Strategies", "Risk Controls"],
        ["Mode Switch", "Emergency"],
        ["Notifications", "Reports"],
        ["Back"],
    ]


def test_the_status_screen() -> None:
    body = status.render(pictures.status(), UTC)
    assert body.text.splitlines() == [
        "🟢 RUN · SIM · +42.10 today",
        "equity   10,421.50   +0.41% today",
        "exposed   2,718.00    5% of cap",
        "drawdn   1.2 of 15.0% #-------",
        "open 3 · pending 1 · entries ON",
        "BTC    L2x     +1.82%      +18.20",
        "ETH    S       -0.40%       -3.10",
        "SOL    L       +0.12%       +0.90",
        "feed 0.3s · links ok · up 3d 4h",
        "as of 04 May 14:32:05 UTC",
    ]
    assert labels(body) == [["Refresh", "Positions", "Risk"], ["Pause entries", "Menu"]]


def test_a_viewer_sees_no_trading_button_on_the_status_screen_and_the_card() -> None:
    assert labels(status.render(pictures.status(), UTC, Role.VIEWER))[-1] == ["Menu"]
    card = position.render(pictures.position(), pictures.NOW, UTC, Role.VIEWER)
    assert labels(card) == [["Why", "Refresh"], ["Back"]]


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"state": "REDUCING"}, "🟠 PAUSED · SIM · +42.10 today"),
        ({"state": "HALTED", "day_pnl": Decimal("-7")}, "🟥 HALTED · SIM · -7.00 today"),
        ({"ready": False}, "🟡 STARTING · SIM · +42.10 today"),
    ],
)
def test_the_lock_screen_line_tells_the_state(changes: dict[str, object], headline: str) -> None:
    assert status.render(pictures.status(**changes), UTC).text.splitlines()[0] == headline


def test_the_status_screen_names_the_reason_of_a_halt_and_a_broken_link() -> None:
    view = pictures.status(state="HALTED", state_reason="drawdown 15.2%", links=(("feed", False),))
    text = status.render(view, UTC).text
    assert "halted: drawdown 15.2%" in text
    assert "down: feed" in text


def test_the_result_of_a_week() -> None:
    lines = pnl.render(pictures.pnl(), UTC).text.splitlines()
    assert lines[0] == "🟢 7d +214.30 (+2.1%) · 34 trades"
    assert lines[1].split()[:3] == ["Mo", "+12.10", "5"]
    assert lines[3].index("#") < lines[3].index("|") == lines[4].index("|") < lines[4].index("#")
    assert "win 62% · PF 1.71 · exp +6.30" in lines
    assert "best SOL +61.0 · worst XRP -22.4" in lines


def test_the_list_of_positions() -> None:
    lines = positions.render(pictures.status(), UTC).text.splitlines()
    assert lines[0] == "🟢 3 open · +16.00 (+0.15%)"
    assert lines[2] == "1  BTC   L2x    +1.82    +18.20   2h"
    assert lines[3] == "2  ETH   S      -0.40     -3.10  40m"


def test_eight_positions_to_a_page_and_a_page_that_is_gone_shows_the_last() -> None:
    many = tuple(pictures.position("BTC", str(number)) for number in range(20))
    body = positions.render(pictures.status(positions=many), UTC, page=9)
    assert labels(body)[-2:] == [["<", "3/3", ">"], ["Refresh", "CSV", "Menu"]]
    assert [row[:2] for row in body.text.splitlines()[2:-1]] == ["17", "18", "19", "20"]
    assert body.buttons[-1][0].data == "ps:2"


def test_no_position_is_said_in_words() -> None:
    body = positions.render(pictures.status(positions=()), UTC)
    assert body.text.startswith("⚪ flat · no open positions")


PARTED = pictures.position(
    hit=1,
    target=Decimal(66_000),
    targets=(TargetView(Decimal("0.0100"), Decimal(66_000)), TargetView(Decimal("0.0056"), None)),
)
"""One of three targets has been reached, two are ahead."""


def test_a_position_kept_by_the_version_before_says_so() -> None:
    kept = pictures.position(strategy="ma_cross@5m~2", version="fast=9, slow=21")
    assert "   kept by ma_cross@5m~2" in positions.render(pictures.status(positions=(kept,)), UTC).text.splitlines()
    card = position.render(kept, pictures.NOW, UTC).text.splitlines()
    assert card[-4:-1] == ["why ma_cross@5m~2 · held 2h 0m", "kept by the version before: fast=9,", "    slow=21"]


def test_a_position_that_leaves_in_parts_says_what_is_left() -> None:
    lines = positions.render(pictures.status(positions=(PARTED,)), UTC).text.splitlines()
    assert "   left 0.0156 · target 2 of 3" in lines
    card = position.render(PARTED, pictures.NOW, UTC).text.splitlines()
    # (66,000 - 65,287) * 0.01 = 7.13
    assert card[4:8] == [
        "tgt 2    66,000.0 +1.1% gain +7.1",
        "       0.01 of 0.0156 left",
        "tgt 3        none",
        "       0.0056 of 0.0156 left",
    ]


def test_the_card_of_a_position() -> None:
    assert position.render(pictures.position(), pictures.NOW, UTC).text.splitlines()[:6] == [
        "🟢 BTC L2x +1.82% (+18.20)",
        "entry    64,120.0  now      65,287.0",
        "size       0.0156  value    1,018.48",
        "stop     63,100.0 -3.3% risk -34.1",
        "target   66,800.0 +2.3% gain +23.6",
        "fees -0.41 · funding -0.12",
    ]


def test_the_risk_screen_shows_each_limit_with_its_use() -> None:
    lines = risk.render(pictures.risk(), UTC).text.splitlines()
    assert lines[0] == "🟠 Risk: 1 of 6 limits above 70%"
    assert lines[2] == "drawdown       1.2 /    15% #-------"


def test_what_is_not_known_of_a_limit_is_a_question_mark_and_notes_stand_below() -> None:
    limits = (
        LimitView("VAR_LIMIT_PERCENT", "VaR 95%", None, Decimal(5), "percent", "too few past days are known"),
        LimitView("MAX_POSITION_SIZE", "amount", Decimal(64_120), Decimal(100_000), "quote"),
    )
    assert risk.render(pictures.risk(limits=limits), UTC).text.splitlines()[1:4] == [
        "VaR 95%          ? /     5% --------",
        "  too few past days are known",
        "amount       64.1k /   100k ######--",
    ]


def test_the_risk_screen_says_of_everything_that_is_stopped_how_it_goes_on() -> None:
    since = pictures.NOW - 3 * pictures.HOUR
    view = pictures.risk(
        breakers=(
            BreakerView("daily_loss", True, since, "entries are allowed again next day"),
            BreakerView("weekly_loss", False, None, ""),
            BreakerView("volatility_halt BTC/USDT:USDT", True, since, "allowed again after 15 calm minutes"),
        ),
        pauses=(BreakerView("REDUCING", True, None, "paused by hand; /resume allows entries again"),),
    )
    lines = risk.render(view, UTC).text.splitlines()
    assert lines[0] == "🟥 Tripped: daily loss, volatility halt…"
    assert lines[7:17] == [
        "TRIPPED daily_loss",
        "  since 04 May 11:32: entries are",
        "  allowed again next day",
        "TRIPPED volatility_halt",
        "  BTC/USDT:USDT",
        "  since 04 May 11:32: allowed again",
        "  after 15 calm minutes",
        "STOPPED REDUCING",
        "  paused by hand; /resume allows",
        "  entries again",
    ]


def test_the_first_line_of_the_risk_screen_names_what_stops_entries_before_any_use() -> None:
    streak = (BreakerView("consecutive_losses three_parallel@15m", True, pictures.NOW, "after 60 min"),)
    tripped = pictures.risk(breakers=streak, state="HALTED")
    heads = [risk.render(view, UTC).text.splitlines()[0] for view in (tripped, pictures.risk(state="REDUCING"))]
    assert heads == ["🟥 Tripped: consecutive losses three_pa…", "🟠 PAUSED · 1 of 6 limits above 70%"]


def test_only_an_admin_can_reset_a_limit_by_button() -> None:
    assert ["Reset max_positions"] in labels(risk.render_limits(pictures.risk(), UTC))
    assert ["Reset max_positions"] not in labels(risk.render_limits(pictures.risk(), UTC, role=Role.TRADER))


def test_the_strategies_and_a_card() -> None:
    views = [pictures.strategy(), pictures.strategy("razor", on=False)]
    assert strategies.render(views, pictures.NOW, UTC).text.startswith("🧭 1 of 2 strategies on · +122.00")
    card = strategies.render_card(views[1], pictures.NOW, UTC)
    assert card.text.startswith("⚪ off · razor 5m · +61.00")
    assert labels(card)[:2] == [["Turn on...", "Change..."], ["Remove..."]]


def test_a_strategy_that_was_paused_by_its_losses_says_why_and_what_to_press() -> None:
    why = "SQN -1.42 over 24 trades in 30 days"
    view = msgspec.structs.replace(pictures.strategy("razor", on=False), paused=why)
    card = strategies.render_card(view, pictures.NOW, UTC)
    assert card.text.startswith("🟠 paused · razor 5m")
    assert "SQN -1.42 over 24 trades" in card.text.replace("\n", " ").replace("  ", " ")
    assert labels(card)[0][0] == "Turn on..."


def test_the_mode_screen_says_what_live_needs() -> None:
    body = mode.render(pictures.mode(), pictures.NOW, UTC)
    assert "- an API key of the exchange" in body.text
    assert labels(body)[0] == ["Refresh", "Back"], "no button leads to what is refused"
    body = mode.render(msgspec.structs.replace(pictures.mode(), missing=()), pictures.NOW, UTC)
    assert labels(body)[0] == ["Switch to LIVE..."]
    assert labels(mode.render(pictures.mode(), pictures.NOW, UTC, Role.TRADER))[0] == ["Refresh", "Back"]


def test_the_question_before_everything_is_closed() -> None:
    body = confirm.render(confirm.close_all(pictures.status()), "ABC", "#F7Q")
    assert body.text.splitlines() == [
        "🟥 SIM · CLOSE ALL 3 positions · #F7Q",
        "BTC   L 0.0156    ~1.02k    +18.20",
        "ETH   S 0.0156    ~1.02k     -3.10",
        "SOL   L 0.0156    ~1.02k     +0.90",
        "3 positions · +16.00",
        "cancels 0 orders · halts entries",
        "valid 60 s · by you only",
    ]
    assert labels(body) == [["Cancel"], ["Confirm: close 3"]]
    assert body.buttons[1][0].data == "y:ABC"


@pytest.mark.parametrize("mode", ["SIM", "LIVE"])
@pytest.mark.parametrize("stopped", [True, False])
def test_the_mode_comes_first_before_what_is_dangerous_and_nothing_is_cut(mode: str, stopped: bool) -> None:
    view = pictures.status(mode=mode)
    many = pictures.status(mode=mode, positions=view.positions * 40)
    questions = [
        *(confirm.close_all(each, stopped) for each in (view, many)),
        confirm.close(view.positions[0], 50, mode),
        confirm.resume(view),
    ]
    for question in questions:
        line = confirm.render(question, "ABC", "#F7Q").text.splitlines()[0]
        assert line[2:].startswith(mode)
        assert "…" not in line


def test_the_result_of_closing_everything() -> None:
    closed = [pictures.trade(), pictures.trade(6, "-12.06")]
    lines = closing.render_flat(closed, 6_200, {}).text.splitlines()
    assert lines[0] == "⬜ FLAT +12.54 · 2 closed · 6s"
    assert lines[-1] == "HALTED · verified flat"


def test_trades_and_logs_keep_to_the_block() -> None:
    assert "5     13:32 BTC  L   +24.60 target" in trades.render([pictures.trade()], 10, pictures.NOW, UTC).text
    line = LogLine(pictures.NOW, "ERROR", "x" * 5_000)
    shown = logs.render([line] * 30, 20, pictures.NOW, UTC)
    assert shown.text.startswith("📜 20 log lines · 20 of them bad")
    assert len(shown.text) <= 4096
