"""Pause and Undo, limits, /cancel and a restart, with the whole desk behind the bot."""

from pathlib import Path

from tests.e2e.demo_process import ADMIN, TRADER, VIEWER, Demo, first_line, until, words
from tests.journaled import asked


def state(demo: Demo) -> str:
    return first_line(demo.ask("/status", ["today"])).split()[1]


def test_what_is_done_at_once_is_undone_and_audited_and_questions_are_cancelled(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "1") as demo:
        demo.ready()
        paused = demo.ask("/pause", ["Done"])
        assert state(demo) == "PAUSED"
        demo.press(paused, "Undo 30 s")
        until(lambda: state(demo) == "RUN")

        tighter = demo.ask("/risk max_positions 2", ["Done"])
        assert "MAX_POSITIONS is 2 now." in words(tighter)
        looser = demo.ask("/risk max_positions 9", ["max_positions"])
        assert "2 -> 9" in words(looser)
        assert "Cancelled #" in words(demo.ask("/cancel", ["Cancelled"]))
        looser = demo.ask("/risk max_positions 8", ["max_positions"])
        demo.press(looser, "Confirm: change")
        until(lambda: asked(tmp_path / "desk.db", "SELECT 1 FROM setting WHERE name = 'MAX_POSITIONS' AND value = '8'"))
        demo.ask("/risk max_positions 1", ["needs the role admin"], TRADER)
        demo.ask("/pause", ["needs the role trader"], VIEWER)
        assert demo.stop() == 0
    changes = "SELECT actor, before, after FROM audit WHERE kind = 'setting' ORDER BY id"
    assert asked(tmp_path / "desk.db", changes) == [(ADMIN, None, "2"), (ADMIN, "2", "8")]


def test_after_a_restart_what_rings_stands_below_the_card_it_answers(tmp_path: Path) -> None:
    rules = ("--seed", "3", "--strategy", "razor@1m")
    path = tmp_path / "desk.db"
    with Demo(tmp_path, "--speed", "60", *rules) as demo:
        demo.ready()
        until(lambda: asked(path, "SELECT 1 FROM position"))
        until(lambda: not asked(path, "SELECT 1 FROM outbox WHERE state = 'waiting'"))
        assert demo.stop() == 0
    kept = asked(path, "SELECT trade FROM position")
    with Demo(tmp_path, "--speed", "60", *rules) as demo:
        demo.ready()
        pushes = (
            "SELECT message_id FROM outbox WHERE chat = ? AND reply_to = ? AND state = 'delivered' ORDER BY id DESC"
        )
        ended = until(lambda: [one for one in kept if asked(path, "SELECT 1 FROM trade WHERE trade = ?", one)])[0]

        def told() -> tuple[int, int] | None:
            """Ids of the card and of the newest push about it, once the card says that the trade is over."""
            views = {view["message_id"]: view for view in demo.messages()}
            push = next((views[one] for one in asked(path, pushes, ADMIN, f"trade:{ended}")[:1] if one in views), None)
            card = None if push is None else views.get(push["reply_to_message"]["message_id"])
            return (card["message_id"], push["message_id"]) if push and card and "CLOSED" in words(card) else None

        card, push = until(told)
        assert card < push
        assert demo.stop() == 0
