"""`docs/risk.md` knows every reason code that a rule can give, and the way back of every breaker."""

import ast
import re
from pathlib import Path

from engine.pictures.pictures import BREAKERS
from tests.architecture.source import ROOT

PAGE = (ROOT / "docs" / "risk.md").read_text()
GIVES = {"refuse", "Denial", "judged", "judged_together", "room", "Room", "load_quantity"}
"""Calls whose first argument is a reason code."""
FOLDERS = ("risk", "sizing", "margin")
UNREACHED = {"bad_covariance"}
"""Of sizes for several assets at once, which no order asks for."""
CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def codes(path: Path) -> set[str]:
    """Reason codes written in a file: first arguments, and what `code` is set to."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        value: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id in GIVES:
            value = node.args[0]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "code":
            value = node.value
        if value is not None:
            parts = (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)
            words = [part.value for part in parts if isinstance(part, ast.Constant)]
            found |= {word for word in words if isinstance(word, str) and CODE.fullmatch(word)}
    return found


def test_every_code_that_a_rule_can_give_is_on_the_page() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / "engine" / folder).glob("*.py")]
    given = set[str]().union(*map(codes, files)) - UNREACHED
    assert {"heat_limit", "max_position", "not_ready", "kelly_zero", "stop_beyond_liquidation_buffer"} <= given
    assert {code for code in given if f"`{code}`" not in PAGE} == set()


def test_every_breaker_is_on_the_page_with_its_way_back() -> None:
    table = PAGE.partition("## Breakers")[2]
    for name in (*BREAKERS, "consecutive_losses", "volatility_halt"):
        assert re.search(rf"^\| `{name}` \| (account|strategy|symbol) \| .{{10,}} \|$", table, re.M), name
