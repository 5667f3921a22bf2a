"""What the desk thinks and why it did what it did, asked for in its chat; and what would have been, tried beside it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.demo_process import ADMIN, TRADER, VIEWER, Demo, alive, first_line, until, words
from tests.e2e.recordings import as_csv, minutes
from tests.journaled import asked


class Standing:
    """A desk whose recorded market has ended."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self.demo, self.path = demo, folder / "desk.db"

    def shown(self, view: dict[str, Any], user: int = ADMIN) -> dict[str, Any]:
        """The message as it reads now."""
        return next(one for one in self.demo.messages(user) if one["message_id"] == view["message_id"])

    def drawn(self, view: dict[str, Any], user: int = ADMIN) -> dict[str, Any]:
        """The message when its picture has come."""
        return until(lambda: next((one for one in [self.shown(view, user)] if one.get("photo")), None))


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("decisions")
    files = [as_csv(folder, *each) for each in minutes(21, ("BTCUSDT", "ETHUSDT"), 600).items()]
    options = ["--strategy", "razor@1m", "--risk", "max_positions=1"]
    options += [word for file in files for word in ("--replay", str(file))]
    with Demo(folder / "desk", "--speed", "1000000", *options) as demo:
        demo.ready()
        until(lambda: any("Report" in first_line(view) for view in demo.messages()), 60)
        desk = Standing(demo, folder / "desk")
        until(lambda: not asked(desk.path, "SELECT 1 FROM outbox WHERE state = 'waiting'"))
        yield desk
        assert demo.stop() == 0


def test_a_viewer_reads_the_signal_which_becomes_a_picture_and_turns_to_the_other_symbol(standing: Standing) -> None:
    view = standing.drawn(standing.demo.ask("/analyze btc", ["BTC"], VIEWER), VIEWER)
    assert "razor@1m" in words(view)
    assert " of 4" in words(view)
    standing.demo.press(view, "ETH", VIEWER)
    turned = until(lambda: next((one for one in [standing.shown(view, VIEWER)] if "ETH" in first_line(one)), None))
    assert turned["photo"] != view["photo"]


def test_a_closed_trade_is_explained_from_its_signal_to_its_result(standing: Standing) -> None:
    trade, symbol, pnl = asked(standing.path, "SELECT trade, symbol, pnl FROM trade ORDER BY seq LIMIT 1")[0]
    fills = asked(standing.path, "SELECT count(*) FROM fill JOIN intent USING (coid) WHERE trade = ?", trade)[0]
    text = words(standing.demo.ask(f"/why {trade.lower()}", ["entry"]))
    assert text.startswith(f"✅ {symbol.removesuffix('USDT')} entry approved")
    for part in ("checks 4 of 4 met", "SIZE ", "stop ", "RESULT "):
        assert part in text
    (passed, judged), *_ = re.findall(r"GATE (\d+) of (\d+) rules passed", text)
    assert passed == judged
    assert int(passed) > 20
    assert text.count(" fee ") == fills
    assert f"{float(pnl):+.2f}" in text


def test_the_last_decisions_are_a_press_away_refusals_too(standing: Standing) -> None:
    refused = "SELECT symbol, verdict FROM decision WHERE verdict NOT LIKE 'approved%' ORDER BY seq DESC"
    code, verdict = asked(standing.path, refused)[0]
    view = standing.demo.ask("/why", ["decisions"])
    labels = [each["text"] for row in view["reply_markup"]["inline_keyboard"] for each in row]
    refusal = next(label for label in reversed(labels) if label.endswith(code.removesuffix("USDT")))
    standing.demo.press(view, refusal)
    until(lambda: first_line(standing.shown(view)).startswith("⛔"))
    assert "GATE " in words(standing.shown(view))
    assert verdict.split("_")[0] in words(standing.shown(view))


def test_a_backtest_on_the_recording_gives_a_card_with_its_files(standing: Standing) -> None:
    demo = standing.demo
    view = demo.ask("/backtest razor@1m btc all", ["Backtest"], TRADER)
    demo.press(view, "Run", TRADER)
    until(lambda: any(one.get("photo") and "trades " in words(one) for one in demo.messages(TRADER)))
    until(lambda: len(files(demo)) == 3)
    assert files(demo) == {"backtest-razor-1m.csv", "backtest-razor-1m.html", "backtest-razor-1m.json"}
    assert "needs the role" in first_line(demo.ask("/backtest", ["needs the role"], VIEWER))


def files(demo: Demo) -> set[str]:
    return {str(view["document"]["file_name"]) for view in demo.messages(TRADER) if view.get("document")}


@pytest.mark.kill
def test_a_killed_desk_takes_its_backtests_along_and_its_next_start_says_so(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "1") as demo:
        demo.ready()
        demo.press(demo.ask("/backtest ma_cross all 30d", ["Backtest"]), "Run")
        worker = until(lambda: next(iter(children(demo.process.pid)), None))
        demo.kill()
        until(lambda: not alive(worker))
    with Demo(tmp_path, "--speed", "1") as demo:
        demo.ready()
        until(lambda: any("the desk was started again" in words(view) for view in demo.messages()))
        assert demo.stop() == 0


def children(parent: int) -> list[int]:
    """Processes that run a backtest for this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            above = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if above == parent and b"bot.backtests.trying" in command:
            found.append(int(process.name))
    return found
