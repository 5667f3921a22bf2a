"""A person's own settings, strangers and files, with the whole desk behind the bot."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.e2e.demo_process import ADMIN, STRANGER, VIEWER, Demo, until, words
from tests.journaled import asked

RULES = ("--seed", "3", "--strategy", "razor@1m", "--speed", "240")


def shows(demo: Demo, view: dict[str, Any], part: str) -> dict[str, Any]:
    """The same message, once it or a button of it holds these words."""

    def now() -> dict[str, Any] | None:
        (found,) = [one for one in demo.messages(VIEWER) if one["message_id"] == view["message_id"]]
        return found if part in words(found) + json.dumps(found["reply_markup"], ensure_ascii=False) else None

    return until(now)


def test_what_a_person_sets_in_the_chat_holds_and_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with Demo(tmp_path, *RULES) as demo:
        demo.ready()
        screen = demo.ask("/settings", ["Settings"], VIEWER)
        demo.press(screen, "Notifications", VIEWER)
        demo.press(shows(demo, screen, "entry 🔔"), "entry 🔔", VIEWER)
        demo.press(shows(demo, screen, "entry 🔕"), "entry 🔕", VIEWER)
        shows(demo, screen, "entry off")
        demo.ask("/settings zone Asia/Kolkata", ["Reports"], VIEWER)
        assert demo.stop() == 0
    pushes = "SELECT count(*) FROM outbox WHERE chat = ? AND reply_to LIKE 'trade:%'"
    with Demo(tmp_path, *RULES) as demo:
        demo.ready()
        assert "IST" in words(demo.ask("/status", ["today"], VIEWER))
        assert "UTC" in words(demo.ask("/status", ["today"]))
        screen = demo.ask("/settings", ["Settings"], VIEWER)
        demo.press(screen, "Notifications", VIEWER)
        shows(demo, screen, "entry off")
        until(lambda: asked(path, "SELECT 1 FROM trade"))
        until(lambda: asked(path, pushes, VIEWER)[0])
        assert demo.stop() == 0
    entries = (
        "SELECT count(*) FROM outbox WHERE chat = ? AND key IS NULL AND body LIKE '%\"🟢 %' AND reply_to IS NOT NULL"
    )
    assert asked(path, entries, ADMIN)[0] > asked(path, entries, VIEWER)[0]


def test_a_stranger_is_seen_by_the_admins_alone_and_enrolled_by_them(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "1") as demo:
        demo.ready()
        demo.say("/start", STRANGER)
        until(demo.heard_out)
        people = demo.ask("/users", ["known · 1 stranger"])
        demo.press(people, f"Enrol {STRANGER}")

        def question() -> dict[str, Any] | None:
            return next((one for one in demo.messages() if "becomes VIEWER" in words(one)), None)

        assert [one for one in demo.messages(STRANGER) if one["from"]["is_bot"]] == []
        demo.press(until(question), "Confirm: viewer")
        until(lambda: any("You are viewer here now" in words(one) for one in demo.messages(STRANGER)))
        assert "RUN" in words(demo.ask("/status", ["today"], STRANGER))
        assert demo.stop() == 0
    audit = "SELECT actor, subject, after FROM audit WHERE kind = 'role' AND subject = ?"
    assert asked(tmp_path / "desk.db", audit, str(STRANGER)) == [(ADMIN, str(STRANGER), "viewer")]


def test_the_trades_come_as_a_file_that_agrees_with_the_database(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    with Demo(tmp_path, "--seed", "3", "--strategy", "razor@1m", "--speed", "360") as demo:
        demo.ready()
        until(lambda: asked(path, "SELECT count(*) FROM trade")[0] >= 2)
        demo.say("/stop")
        screen = demo.ask("/trades", ["trade"])
        demo.press(screen, "CSV")

        def file() -> dict[str, Any] | None:
            return next((one for one in demo.messages() if "document" in one), None)

        sent = until(file)
        with urllib.request.urlopen(f"{demo.url}/emu/file/{sent['document']['file_id']}", timeout=10) as answer:
            lines = answer.read().decode().split()
        assert demo.stop() == 0
    stored = asked(path, "SELECT symbol, pnl FROM trade ORDER BY exit_at, seq")
    rows = [line.split(",") for line in lines[1:]]
    assert len(rows) >= 2
    assert [(row[0], float(row[9])) for row in rows] == [(symbol, float(pnl)) for symbol, pnl in stored[: len(rows)]]
