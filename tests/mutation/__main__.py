"""`python -m tests.mutation`: mutates, tests each mutant, and compares the survivors with docs/mutants.md."""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.mutation.change import explained, shown

ROOT = Path(__file__).parents[2]
CAUGHT = {
    "killed": "killed by tests",
    "timeout": "stopped for running too long",
    "caught by type check": "refused by mypy",
}


def main() -> int:
    """The exit code: 0 when every survivor is explained and everything explained survives."""
    start = time.monotonic()
    # What a run before this one found is no evidence: a test may have changed since.
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    if code := subprocess.run(["mutmut", "run", *sys.argv[1:]], cwd=ROOT, env=_environment(), check=False).returncode:
        return code
    verdicts = dict(line.strip().rsplit(": ", 1) for line in _mutmut("results", "--all", "true").splitlines())
    survivors = {name: shown(name, _mutmut("show", name)) for name, found in verdicts.items() if found not in CAUGHT}
    caught = Counter(CAUGHT[verdict] for verdict in verdicts.values() if verdict in CAUGHT)
    counts = ", ".join(f"{count:,} {how}" for how, count in caught.most_common())
    _say(f"\n{len(verdicts):,} mutants in {time.monotonic() - start:.0f} s: {counts}, {len(survivors)} left.")

    known = explained((ROOT / "docs" / "mutants.md").read_text(encoding="utf-8"))
    unexplained = {name: change for name, change in survivors.items() if change not in known}
    gone = [change for change in known if change not in survivors.values()]
    for name, change in unexplained.items():
        _say(f"\n{name}: {verdicts[name]}, and not explained in docs/mutants.md\n{change}")
    for change in gone:
        _say(f"\nExplained in docs/mutants.md, but no such mutant is left:\n{change}")
    if unexplained or gone:
        return 1
    _say("Each of them is explained in docs/mutants.md.")
    return 0


def _mutmut(*words: str) -> str:
    done = subprocess.run(["mutmut", *words], cwd=ROOT, env=_environment(), check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def _environment() -> dict[str, str]:
    """mutmut and the mypy it calls are those beside this Python."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
