"""Who may do what, with the whole desk behind the bot, in a market that stands still."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.model.messages import Command
from storage.db import open_reading
from storage.recovery import read_steps
from tests.e2e.demo_process import ADMIN, STRANGER, TRADER, VIEWER, Demo, button, first_line, until
from tests.e2e.recordings import as_csv, minutes
from tests.e2e.test_emulator_trouble import FROM_A_STRANGER
from tests.journaled import asked

TABLES = ("step", "inbox", "outbox", "audit", "setting", "user", "intent", "message")


class Standing:
    """A desk whose market has ended, with positions open."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self.demo = demo
        self.path = folder / "desk.db"

    def counts(self) -> dict[str, int]:
        return {table: asked(self.path, f"SELECT count(*) FROM {table}")[0] for table in TABLES}

    def commands(self) -> list[str]:
        with open_reading(self.path) as connection:
            events = [step.event for step in read_steps(connection, 0)]
        return [f"{type(e.action).__name__} by {e.actor}" for e in events if isinstance(e, Command)]

    def press(self, data: str, user: int) -> None:
        """A press on a button that the person was never shown."""
        who = {"id": user, "is_bot": False, "first_name": "x"}
        chat = {"id": user, "type": "private", "first_name": "x"}
        shown = {"message_id": 1, "date": 0, "chat": chat}
        self.demo.update(
            {"callback_query": {"id": f"9{data}", "from": who, "chat_instance": "1", "message": shown, "data": data}}
        )

    def question(self, user: int) -> dict[str, Any]:
        return self.demo.ask("/close_all", ["CLOSE ALL"], user)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("roles")
    files = [as_csv(folder, *each) for each in minutes(21, ("BTCUSDT", "ETHUSDT", "SOLUSDT"), 360).items()]
    replays = [word for file in files for word in ("--replay", str(file))]
    with Demo(folder / "desk", "--speed", "1000000", "--strategy", "ma_cross@1m", *replays) as demo:
        demo.ready()
        until(lambda: any("Report" in first_line(view) for view in demo.messages()), 60)
        desk = Standing(demo, folder / "desk")
        until(lambda: not asked(desk.path, "SELECT 1 FROM outbox WHERE state = 'waiting'"))
        assert asked(desk.path, "SELECT count(*) FROM position")[0] > 0
        yield desk
        assert demo.stop() == 0


def test_nothing_a_stranger_does_causes_a_call_or_a_change(standing: Standing) -> None:
    demo, before = standing.demo, standing.counts()
    calls = demo.calls()
    for kind in sorted(FROM_A_STRANGER):
        demo.update({kind: FROM_A_STRANGER[kind]})
    for text in ("/start", "/close_all", "/status", "/help", "hello", "/start t_1"):
        demo.say(text, STRANGER)
    for data in ("ca", "pa", "hl", "s", "m", "y:AAAAAAAAAAAAAAAA"):
        standing.press(data, STRANGER)
    until(demo.heard_out)
    assert demo.calls() == calls
    assert standing.counts() == before


@pytest.mark.parametrize(
    "text", ["/close_all", "/flatten", "/pause", "/stop", "/resume", "/risk max_leverage 9", "/mode live"]
)
def test_a_viewer_cannot_change_anything_by_a_command(standing: Standing, text: str) -> None:
    before = standing.commands()
    standing.demo.ask(text, ["needs the role"], VIEWER)
    assert standing.commands() == before


def test_a_viewer_cannot_change_anything_by_a_forged_or_an_old_button(standing: Standing) -> None:
    before, question = standing.commands(), standing.question(ADMIN)
    confirm = button(question, "Confirm")
    assert confirm.startswith("y:")
    for data in (
        "ca",
        "pa",
        "hl",
        "re",
        "am:live",
        "sw:ma_cross@1m:0",
        "rr:MAX_LEVERAGE",
        confirm,
        "y:AAAAAAAAAAAAAAAA",
        "zz",
    ):
        standing.press(data, VIEWER)
    until(standing.demo.heard_out)
    assert "RUN" in first_line(standing.demo.ask("/status", ["today"], VIEWER))
    assert standing.commands() == before


def test_only_who_asked_confirms_and_only_once(standing: Standing) -> None:
    before, question = standing.commands(), standing.question(ADMIN)
    confirm = button(question, "Confirm")
    standing.press(confirm, TRADER)
    until(standing.demo.heard_out)
    assert "RUN" in first_line(standing.demo.ask("/status", ["today"]))
    assert standing.commands() == before
    own = standing.question(TRADER)
    standing.demo.press(own, "Confirm", TRADER)
    until(lambda: standing.commands() != before)
    standing.press(button(own, "Confirm"), TRADER)
    until(standing.demo.heard_out)
    assert "HALTED" in first_line(standing.demo.ask("/status", ["today"]))
    assert standing.commands() == [*before, f"CloseAll by {TRADER}"]
