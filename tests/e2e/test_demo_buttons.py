"""Messages of yesterday: they are still there, and what their buttons would do is decided by the person's clock."""

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


def test_what_was_said_is_there_after_a_restart_with_its_pictures(tmp_path: Path) -> None:
    with Demo(tmp_path, "--speed", "60") as demo:
        demo.ready()
        until(lambda: any("OPEN" in first_line(view) for view in demo.messages()))
        report = demo.ask("/report", ["Report"])
        status = demo.ask("/status", ["SIM"])
        before = {view["message_id"] for view in demo.messages()}
        assert demo.stop() == 0
    with Demo(tmp_path, "--speed", "1") as demo:
        demo.opened()
        now = {view["message_id"]: view for view in demo.messages()}
        assert before <= now.keys()
        assert words(now[report["message_id"]]) == words(report)
        if "photo" in report:
            assert demo.file(report["photo"][0]["file_id"]).startswith(b"\x89PNG")
        demo.press(now[status["message_id"]], "Refresh")
        until(
            lambda: any("edit_date" in view for view in demo.messages() if view["message_id"] == status["message_id"])
        )
