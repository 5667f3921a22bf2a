"""Buttons of yesterday: what they would do is decided by the clock that the person lives by, and said truly."""

from pathlib import Path

from tests.e2e.demo_process import Demo, first_line, until, words


def test_a_question_that_telegram_dates_three_hours_back_is_over(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "1") as demo:
        demo.ready()
        demo.ask("/pause", ["Done"])
        question = demo.ask("/resume", ["RESUME"])
        demo.fault(skew=3 * 3600)
        demo.press(question, "Confirm")

        def now() -> str:
            return next(words(view) for view in demo.messages() if view["message_id"] == question["message_id"])

        until(lambda: "expired" in now())
        assert "PAUSED" in first_line(demo.ask("/status", ["SIM"]))
