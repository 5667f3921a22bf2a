"""Strategy files on disk: one, the ones shipped with the program, and a folder that is looked at again and again."""

from hashlib import sha256
from pathlib import Path

import msgspec

from engine.model.errors import BadInput
from strategies.rules.compiled import RulesStrategy
from strategies.rules.errors import BadRules, RuleError
from strategies.rules.evidence import Evidence
from strategies.rules.parse import MOST_BYTES, parse

LIBRARY = Path(__file__).parents[1] / "library"


class Change(msgspec.Struct, frozen=True):
    """What became of one file: new or other content, or gone (`strategy` and `errors` are empty)."""

    path: Path
    digest: str
    """SHA-256 of the content, "" when the file is gone."""
    strategy: RulesStrategy | None = None
    errors: tuple[RuleError, ...] = ()
    """Why the file is refused; the version that runs stays."""
    text: str = ""
    """The content of an accepted file."""


def read(data: bytes, evidence: Evidence | None = None) -> RulesStrategy | tuple[RuleError, ...]:
    """The strategy these bytes describe, or every mistake in them; never raises, whatever the bytes."""
    found = parse(data)
    return found if isinstance(found, tuple) else RulesStrategy(found, evidence)


def load(path: Path, evidence: Evidence | None = None) -> RulesStrategy:
    """The strategy of a file; BadRules lists every mistake in it, BadInput says why it cannot be read."""
    found = read(_content(path), evidence)
    if isinstance(found, tuple):
        raise BadRules(path.name, found)
    return found


def library(evidence: Evidence | None = None) -> dict[str, RulesStrategy]:
    """The pre-configured strategies by id, sorted."""
    found = [load(path, evidence) for path in sorted(LIBRARY.glob("*.json"))]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


class Folder:
    """The `*.json` files of a folder; `changed` tells what is new since the last look."""

    def __init__(self, path: Path, evidence: Evidence | None = None) -> None:
        """A folder that does not exist (yet) is empty."""
        self._path = path
        self._evidence = evidence
        self._seen: dict[Path, tuple[tuple[int, int], str]] = {}

    def changed(self) -> list[Change]:
        """Files that are new, whose content differs, or that are gone since the last call; sorted by name.

        A file is read when its time or size differs, and told of only when its content does. Whether an id is
        taken already is for whoever starts the strategies to see.
        """
        paths = sorted(self._path.glob("*.json")) if self._path.is_dir() else []
        gone = [Change(path, "") for path in self._seen if path not in paths]
        for change in gone:
            del self._seen[change.path]
        found = [self._look(path) for path in paths]
        return sorted([*gone, *(one for one in found if one is not None)], key=lambda one: one.path)

    def _look(self, path: Path) -> Change | None:
        try:
            stat = path.stat()
            mark, known = (stat.st_mtime_ns, stat.st_size), self._seen.get(path)
            if known is not None and known[0] == mark:
                return None
            data = _content(path)
        except (OSError, BadInput):
            return None  # gone or locked just now; the next look decides
        digest = sha256(data).hexdigest()
        self._seen[path] = (mark, digest)
        if known is not None and known[1] == digest:
            return None
        built = read(data, self._evidence)
        if isinstance(built, tuple):
            return Change(path, digest, errors=built)
        return Change(path, digest, built, text=data.decode())


def _content(path: Path) -> bytes:
    """At most one byte more than a file may have, so that a huge one is refused without being read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}.") from error
