"""One change that mutmut made, named so that it outlives a renumbering: its function, the line before and after."""

import re
from dataclasses import dataclass

CLASS_MARK = "ǁ"
CODE = re.compile(r"`([^`]+)`")
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Change:
    """What a mutant does. Lines are stripped; several are joined by a space."""

    function: str
    """Dotted from the root: `engine.ledger.fund`, `engine.risk.stake.Stake.heat`."""
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.function}\n  - {self.before}\n  + {self.after}"


def function_of(mutant: str) -> str:
    """`engine.ledger.x_fund__mutmut_5` is a mutant of `engine.ledger.fund`."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    name = name.removeprefix("x").removeprefix("_") if CLASS_MARK not in name else name.removeprefix("x" + CLASS_MARK)
    return f"{module}.{name.replace(CLASS_MARK, '.')}"


def shown(mutant: str, diff: str) -> Change:
    """A mutant by the unified diff that `mutmut show` prints."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = (" ".join(line[1:].strip() for line in lines if line.startswith(mark)) for mark in "-+")
    return Change(function_of(mutant), before, after)


def explained(page: str) -> list[Change]:
    """The rows of docs/mutants.md: function, line and mutant, each as code, and the reason in words."""
    found = []
    for line in page.splitlines():
        if line.startswith("| `engine."):
            cells = [cell.strip().replace(r"\|", "|") for cell in BAR.split(line)[1:-1]]
            names = [CODE.fullmatch(cell) for cell in cells[:3]]
            if len(cells) != 4 or not all(names) or not cells[3]:
                raise ValueError(f"docs/mutants.md: a row has a function, a line, a mutant and a reason, not {line!r}")
            found.append(Change(*(name[1] for name in names if name)))
    return found
