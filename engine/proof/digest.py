"""What a verdict is kept under: the code, the parameters and the timeframe it was reached on."""

import inspect
import sys
from hashlib import sha256
from pathlib import Path

import msgspec

from engine.proof.subject import Subject

CHECKS = Path(__file__).parent


def digest(subject: Subject) -> str:
    """SHA-256 over the strategy's sources and what it holds, its parameters and timeframe, and these checks.

    Sources are all modules of its package and of those of its base classes; of a file outside a package that file.
    """
    hashed = sha256()
    for path in sorted({*CHECKS.glob("*.py"), *_sources(type(subject.strategy))}):
        hashed.update(path.name.encode() + b"\0" + path.read_bytes())
    held = {name: value for name, value in vars(subject.strategy).items() if isinstance(value, msgspec.Struct)}
    for name, value in sorted(held.items()):
        hashed.update(name.encode() + b"\0" + msgspec.json.encode(value))
    hashed.update(msgspec.json.encode([subject.strategy.name, subject.timeframe, subject.params]))
    return hashed.hexdigest()


def _sources(of: type) -> set[Path]:
    found: set[Path] = set()
    for each in of.__mro__:
        top = each.__module__.partition(".")[0]
        if top in sys.stdlib_module_names:
            continue
        file = Path(inspect.getfile(each))
        module = sys.modules.get(top)
        packaged = module is not None and hasattr(module, "__path__") and "." in each.__module__
        found |= set(Path(module.__path__[0]).rglob("*.py")) if module is not None and packaged else {file}
    return found
