import pytest

from bot.dialogue.registry import CommandSpec, Direction
from bot.telegram.gate import Verdict, adds_risk, direction, judge
from bot.telegram.updates import Said
from engine.model.roles import Role

COMMANDS = {
    "status": CommandSpec("status", Role.VIEWER, 0, "read", "x"),
    "pause": CommandSpec("pause", Role.TRADER, 1, "reduce", "x"),
    "close_all": CommandSpec("close_all", Role.TRADER, 2, "trade", "x"),
    "resume": CommandSpec("resume", Role.TRADER, 2, "trade", "x"),
    "mode": CommandSpec("mode", Role.VIEWER, 0, "trade", "x", "[sim, live]", Role.ADMIN),
}


@pytest.mark.parametrize(
    ("towards", "age_s", "verdict"),
    [
        ("read", 600, "run"),
        ("read", 601, "stale"),
        ("reduce", 60, "run"),
        ("reduce", 61, "late"),
        ("reduce", 3600, "late"),
        ("reduce", 3601, "stale"),
        ("trade", 60, "run"),
        ("trade", 61, "stale"),
        ("trade", -3, "run"),
    ],
)
def test_how_old_a_command_may_be_depends_on_what_it_does_to_risk(
    towards: Direction, age_s: float, verdict: Verdict
) -> None:
    assert judge(towards, age_s) == verdict


@pytest.mark.parametrize(
    ("text", "towards"),
    [
        ("/status", "read"),
        ("/PAUSE", "reduce"),
        ("/close_all", "trade"),
        ("/mode", "read"),
        ("/mode live", "trade"),
        ("/mode\nlive", "trade"),
        ("/nonsense", "read"),
        ("hello", "read"),
    ],
)
def test_a_command_that_only_changes_with_arguments_reads_without(text: str, towards: Direction) -> None:
    assert direction(Said(1, 7, 0, text=text), COMMANDS) == towards


@pytest.mark.parametrize(("text", "adds"), [("/resume", True), ("/mode live", True), ("/close_all", False)])
def test_closing_trades_but_adds_no_risk(text: str, adds: bool) -> None:
    assert adds_risk(Said(1, 7, 0, text=text), COMMANDS) is adds
