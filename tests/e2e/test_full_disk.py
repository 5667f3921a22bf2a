"""A disk that takes nothing while the demo runs: the chat goes on, people can get out, and it is said once."""

import resource
import time
from pathlib import Path

from tests.e2e.demo_process import VIEWER, Demo, first_line, until, words
from tests.journaled import asked

NOTHING, ALL = 4096, resource.RLIM_INFINITY


def disk(demo: Demo, room: int) -> None:
    """From now on no file of the demo may be longer than this."""
    resource.prlimit(demo.process.pid, resource.RLIMIT_FSIZE, (room, ALL))


def told(demo: Demo, word: str, chat: int) -> int:
    return sum(word in first_line(view) for view in demo.messages(chat))


def test_people_are_told_are_answered_and_can_close_everything_without_the_database(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "60") as demo:
        demo.ready()
        until(lambda: told(demo, "OPEN", VIEWER))
        disk(demo, NOTHING)
        until(lambda: told(demo, "DISK: nothing can be stored", VIEWER))
        halted = demo.ask("/stop", ["Done"])
        assert "cannot be written" in words(halted)
        question = demo.ask("/close_all", ["CLOSE ALL"])
        demo.press(question, "Confirm")
        until(
            lambda: any(
                "✅ Done" in first_line(view)
                for view in demo.messages()
                if view["message_id"] == question["message_id"]
            )
        )
        until(lambda: "open 0" in words(demo.ask("/status", ["HALTED"])))
        time.sleep(3)
        assert demo.said.count("\n") <= 3, demo.said
        assert "Traceback" not in demo.said
        answers = len(demo.messages())
        disk(demo, ALL)
        until(lambda: told(demo, "DISK: well again", VIEWER))
        until(lambda: asked(tmp_path / "desk.db", "SELECT count(*) FROM position") == [0])
        until(lambda: asked(tmp_path / "desk.db", "SELECT count(*) FROM inbox WHERE state NOT IN ('done')") == [0])
        assert not [view for view in demo.messages()[answers:] if "Done" in first_line(view)], "nothing is run twice"
        assert demo.stop() == 0
