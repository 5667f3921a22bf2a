"""The project's own sources as parsed modules: what the architecture tests look at."""

import ast
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "engine", "storage", "strategies")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its dotted name, its text and its syntax tree."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def calls(self) -> tuple[tuple[ast.Call, str], ...]:
        """Every call with the dotted name of what is called, as imported: `sleep(1)` may be `time.sleep`."""
        return tuple((node, resolve(node.func, self.imported)) for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def imported(self) -> dict[str, str]:
        """Local name -> the dotted name it was imported as, wherever in the file the import stands."""
        names: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    names[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return names

    def imported_modules(self) -> set[str]:
        """The dotted names of all modules imported anywhere in the file."""
        found: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
        return found


def resolve(node: ast.expr, names: dict[str, str]) -> str:
    """The dotted name of an expression such as `a.b.c`; what is not a plain name becomes `?`."""
    match node:
        case ast.Name():
            return names.get(node.id, node.id)
        case ast.Attribute():
            return f"{resolve(node.value, names)}.{node.attr}"
        case _:
            return "?"


@cache
def sources(folder: str) -> tuple[Source, ...]:
    """All Python files under a top-level folder, in order of their paths."""
    return tuple(_parse(path) for path in sorted((ROOT / folder).rglob("*.py")))


def product() -> tuple[Source, ...]:
    """All Python files of the program itself."""
    return tuple(source for package in PACKAGES for source in sources(package))


def core() -> tuple[Source, ...]:
    """The engine's pure core: the last layer of the import contract in pyproject.toml."""
    contracts = pyproject()["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    modules = [f"engine.{name.strip(' ()')}" for name in layers[-1].split(":")]
    return tuple(
        source
        for source in sources("engine")
        if any(source.name == module or source.name.startswith(f"{module}.") for module in modules)
    )


@cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml as a dictionary."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def _parse(path: Path) -> Source:
    relative = path.relative_to(ROOT)
    name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
    text = path.read_text()
    return Source(relative.as_posix(), name, text, ast.parse(text))
